# Reference figures of Rasch's model by conditional maximum likelihood, from R: eRm (and psychotools, which must agree).
#
#   Rscript irt.R < irt-tables.json > irt-figures.json      (needs eRm, psychotools, jsonlite)
#
# In: {name: [[…]]}, rows are examinees, null is missing. Out: {name: figures}; ability by total and fit are by ML, only
# where no score is missing.
suppressMessages({library(eRm); library(psychotools); library(jsonlite)})

figures <- function(x) {
  x <- as.matrix(x)
  storage.mode(x) <- "double"
  colnames(x) <- paste0("i", seq_len(ncol(x)))
  found <- psychotools::raschmodel(x, reltol = 1e-14)
  other <- eRm::RM(x, sum0 = TRUE)
  b <- psychotools::itempar(found, ref = NULL, alias = TRUE)
  stopifnot(max(abs(as.numeric(b) + other$betapar)) < 1e-3)
  result <- list(b = as.numeric(b), se = as.numeric(sqrt(diag(vcov(b)))), loglik = as.numeric(logLik(found)))
  if (anyNA(x)) return(result)
  persons <- suppressWarnings(eRm::person.parameter(other))
  fit <- eRm::itemfit(persons)
  known <- which(!persons$theta.table$Interpolated)
  totals <- rowSums(x)[known]
  first <- !duplicated(totals)
  c(result, list(
    outfit = as.numeric(fit$i.outfitMSQ), infit = as.numeric(fit$i.infitMSQ),
    totals = as.numeric(totals[first]), theta = persons$theta.table[known, 1][first]
  ))
}

tables <- fromJSON(file("stdin"))
cat(toJSON(lapply(tables, figures), auto_unbox = TRUE, digits = NA), "\n")
