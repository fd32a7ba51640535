# Reference figures of a calibration with anchors, from R: the marginal likelihood written out and climbed by optim.
#
#   Rscript anchored.R < irt-tables.json > anchored.json      (needs jsonlite)
#
# In: {name: [[…]]}, rows are examinees. Of lsat7 the first three items are anchors, with (a, b, c) as below; the last two
# are calibrated by 2PL while the mean and the standard deviation of abilities are free. Out: {name of the anchors: figures};
# a and b are those of the two items, se the standard errors of (mean, deviation, a, a, b, b).
suppressMessages(library(jsonlite))

anchors <- list(
  plain = rbind(c(1.2, -1.4, 0), c(0.9, -0.2, 0), c(1.5, -0.9, 0)),
  guessed = rbind(c(1.2, -1.4, 0.2), c(0.9, -0.2, 0), c(1.5, -0.9, 0.25))
)
nodes <- seq(-6, 6, length.out = 61)
weights <- dnorm(nodes) / sum(dnorm(nodes))
x <- as.matrix(fromJSON(file("stdin"))$lsat7)
met <- aggregate(list(n = rep(1, nrow(x))), as.data.frame(x), sum)  # each pattern of answers once
n <- met$n
x <- as.matrix(met[names(met) != "n"])

figures <- function(given) {
  height <- function(free) {
    items <- rbind(given, cbind(free[3:4], free[5:6], 0))
    theta <- free[1] + free[2] * nodes
    log_likelihood <- matrix(0, nrow(x), length(nodes))
    for (item in seq_len(ncol(x))) {
      p <- items[item, 3] + (1 - items[item, 3]) * plogis(items[item, 1] * (theta - items[item, 2]))
      log_likelihood <- log_likelihood + outer(x[, item], log(p)) + outer(1 - x[, item], log1p(-p))
    }
    sum(n * log(exp(log_likelihood) %*% weights))
  }
  found <- optim(c(0, 1, 1, 1, 0, 0), height, method = "BFGS", control = list(fnscale = -1, reltol = 1e-15, maxit = 1000))
  stopifnot(found$convergence == 0)
  curvature <- optimHess(found$par, height, control = list(fnscale = -1))
  list(
    mean = found$par[1], deviation = found$par[2], a = found$par[3:4], b = found$par[5:6],
    se = sqrt(diag(solve(-curvature))), loglik = found$value
  )
}

cat(toJSON(lapply(anchors, figures), auto_unbox = TRUE, digits = NA), "\n")
