# Reference figures for comparing groups and shares, from R's stats: oneway.test, t.test, cor.test, prop.test.
#
#   Rscript comparing.R > comparing.json      (needs jsonlite)
suppressMessages(library(jsonlite))

groups <- list(c(12, 15, 11, 18, 20, 9, 14), c(22, 19, 25, 24, 18), c(10, 30, 20, 25, 15, 17))
marks <- c(3, 4, 2, 5, 1, 4)
attainable <- c(5, 5, 4, 5, 3, 6)
seconds <- c(1, 2, 3, 4, 5, 7)
grades <- c(2, 1, 4, 3, 6, 5)

x <- unlist(groups)
g <- factor(rep(seq_along(groups), lengths(groups)))
n <- length(marks)
share <- sum(marks) / sum(attainable)
error <- sqrt(sum((marks - share * attainable)^2) * n / (n - 1)) / sum(attainable)
proportions <- prop.test(c(80, 60), c(100, 100), correct = FALSE)

cat(toJSON(list(
  groups = groups, marks = marks, attainable = attainable, seconds = seconds, grades = grades,
  figures = list(
    "groups differ: p (oneway.test)" = oneway.test(x ~ g)$p.value,
    "two groups differ: p (t.test)" = t.test(groups[[1]], groups[[2]])$p.value,
    "mean: low (t.test)" = t.test(groups[[1]])$conf.int[1],
    "mean: high (t.test)" = t.test(groups[[1]])$conf.int[2],
    "share of marks (ratio)" = share,
    "share of marks: low (ratio, qt)" = share - qt(.975, n - 1) * error,
    "share of marks: high (ratio, qt)" = share + qt(.975, n - 1) * error,
    "grade and time: r (cor.test)" = unname(cor.test(seconds, grades)$estimate),
    "grade and time: p (cor.test)" = cor.test(seconds, grades)$p.value,
    "drift: p (prop.test)" = proportions$p.value
  )
), digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n", sep = "")
