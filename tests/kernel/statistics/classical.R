# Reference figures of classical statistics, from R: psych (alpha, omega) and stats (mantelhaen.test).
#
#   Rscript classical.R < tables.json > classical.json      (needs psych, GPArotation, jsonlite)
#
# In: {name: {"max": […], "step": […], "rows": ["01201", …], "counts": […], "group": "fmf…"}}; a digit times its item's
# step is a score, a row stands for as many examinees as counts says (1), group has a letter for each. Out: figures by name.
suppressMessages({library(psych); library(jsonlite)})

quietly <- function(value) suppressWarnings(suppressMessages(value))

figures <- function(table) {
  digits <- do.call(rbind, lapply(strsplit(table$rows, ""), as.numeric))
  x <- sweep(digits, 2, table$step, "*")
  if (!is.null(table$counts)) x <- x[rep(seq_len(nrow(x)), table$counts), ]
  group <- if (is.null(table$group)) NULL else strsplit(table$group, "")[[1]]
  colnames(x) <- paste0("i", seq_len(ncol(x)))
  total <- rowSums(x)
  rest <- total - x
  reliability <- quietly(psych::alpha(as.data.frame(x), check.keys = FALSE, warnings = FALSE))
  interval <- psych::alpha.ci(reliability$total$raw_alpha, nrow(x), ncol(x), p.val = .05)
  factor <- quietly(psych::fa(x, nfactors = 1, fm = "minres"))
  whole <- quietly(psych::omega(x, nfactors = 1, flip = FALSE, plot = FALSE))
  alpha <- reliability$total$raw_alpha
  weights <- sqrt(cov(x, total)[, 1])
  list(
    mean = mean(total), median = median(total), sd = sd(total),
    skewness = psych::skew(total, type = 2), kurtosis = psych::kurtosi(total, type = 2),
    alpha = reliability$total$raw_alpha,
    alpha_ci = c(interval$lower.ci, interval$upper.ci),
    omega_total = whole$omega.tot, omega_of_fa = 1 - sum(factor$uniquenesses) / sum(cor(x)),
    # As Moodle defines them.
    cic = 100 * alpha, error_ratio = 100 * sqrt(1 - alpha), standard_error = sqrt(1 - alpha) * sd(total),
    items = lapply(seq_len(ncol(x)), function(j) list(
      facility = mean(x[, j]) / table$max[j], sd = sd(x[, j]),
      item_total = cor(x[, j], total), item_rest = cor(x[, j], rest[, j]),
      alpha_if_deleted = reliability$alpha.drop$raw_alpha[j],
      covariance = cov(x[, j], rest[, j]), covariance_max = cov(sort(x[, j]), sort(rest[, j])),
      variance = var(x[, j]), rest_variance = var(rest[, j]),
      discrimination_index = 100 * cor(x[, j], rest[, j]),
      discriminative_efficiency = 100 * cov(x[, j], rest[, j]) / cov(sort(x[, j]), sort(rest[, j])),
      intended_weight = 100 * table$max[j] / sum(table$max), effective_weight = 100 * weights[j] / sum(weights),
      d27 = d27(x[, j] / table$max[j], total),
      dif = dif(x[, j], group, total)
    ))
  )
}

# The mean of the upper 0.27 n less that of the lower; who has the same total has the mean of these.
d27 <- function(share, total) {
  size <- .27 * length(total)
  first <- function(values) (sum(values[seq_len(floor(size))]) + (size - floor(size)) * values[floor(size) + 1]) / size
  ascending <- ave(share, total)[order(total)]
  first(rev(ascending)) - first(ascending)
}

# The first group against the second, strata of totals; those that hold one examinee tell nothing and are not allowed here.
dif <- function(right, group, total) {
  if (is.null(group) || !all(right %in% c(0, 1))) return(NULL)
  counts <- table(factor(group), factor(right, levels = c(1, 0)), total)
  counts <- counts[, , apply(counts, 3, sum) > 1, drop = FALSE]
  found <- mantelhaen.test(counts, correct = TRUE)
  # Its interval is exp(ln(odds ratio) ± z · Robins, Breslow and Greenland's error).
  list(mh_odds_ratio = unname(found$estimate), p = found$p.value, chi2 = unname(found$statistic),
       se = 2.35 * log(found$conf.int[2] / found$conf.int[1]) / (2 * qnorm(.975)))
}

tables <- fromJSON(file("stdin"), simplifyDataFrame = FALSE)
cat(toJSON(lapply(tables, figures), auto_unbox = TRUE, digits = NA, null = "null"), "\n")
