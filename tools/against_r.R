# What the comparison in docs/statistics.md asks of R where no function of R's own gives it.

# Walsh averages of differences, sorted, and their median.
walsh <- function(d) {
  sums <- outer(d, d, "+") / 2
  sort(sums[lower.tri(sums, diag = TRUE)])
}

# Median of the Walsh averages; limits where the normal approximation with continuity correction
# has its quantile: all by counting, zeros included.
walsh_interval <- function(d) {
  averages <- walsh(d)
  n <- length(d)
  spread <- sqrt(n * (n + 1) * (2 * n + 1) / 24)
  k <- max(1, floor(n * (n + 1) / 4 - qnorm(0.975) * spread + 0.5))
  c(median(averages), averages[k], rev(averages)[k])
}

# One stratum for each patient: visit by category. Stuart-Maxwell is Cochran-Mantel-Haenszel on it.
strata <- function(m) {
  cells <- cbind(rep(row(m), m), rep(col(m), m))
  visits <- array(0, c(2, ncol(m), nrow(cells)))
  for (i in seq_len(nrow(cells))) {
    visits[1, cells[i, 1], i] <- 1
    visits[2, cells[i, 2], i] <- 1
  }
  visits
}

# Exact Stuart-Maxwell: every way in which those who changed could have gone the other way.
stuart_maxwell_exact <- function(m) {
  both <- m + t(m)
  above <- which(upper.tri(m) & both > 0, arr.ind = TRUE)
  moved <- both[above]
  sides <- diag(ncol(m))[above[, 1], , drop = FALSE] - diag(ncol(m))[above[, 2], , drop = FALSE]
  kept <- -ncol(m)
  inverse <- solve((diag(rowSums(both)) - both)[kept, kept])
  statistic <- function(up) {
    net <- ((2 * up - rep(moved, each = nrow(up))) %*% sides)[, kept, drop = FALSE]
    rowSums((net %*% inverse) * net)
  }
  ways <- as.matrix(expand.grid(lapply(moved, function(n) 0:n)))
  chance <- Reduce(`*`, lapply(seq_along(moved), function(i) dbinom(ways[, i], moved[i], 0.5)))
  sum(chance[statistic(ways) >= statistic(matrix(m[above], 1)) * (1 - 1e-9)])
}

# Firth's penalized log-likelihood, maximized by optim; limits by uniroot.
penalized <- function(b, x, y) {
  p <- plogis(drop(x %*% b))
  information <- crossprod(x * sqrt(p * (1 - p)))
  sum(dbinom(y, 1, p, log = TRUE)) + determinant(information)$modulus / 2
}
highest <- function(x, y, held = integer(0), values = numeric(0), start = numeric(ncol(x))) {
  free <- setdiff(seq_len(ncol(x)), held)
  full <- function(b) replace(replace(start, held, values), free, b)
  f <- function(b) -penalized(full(b), x, y)
  found <- list(par = start[free])
  for (again in 1:4) {
    settings <- list(reltol = 1e-15, maxit = 1000, ndeps = rep(1e-5, length(free)))
    found <- optim(found$par, f, method = "BFGS", control = settings)
  }
  list(b = full(found$par), value = -found$value)
}
# Odds ratio, limits and p of one column of predictors x.
firth <- function(j, y, x) {
  x <- cbind(1, x)
  j <- j + 1
  best <- highest(x, y)
  drop <- function(value) {
    2 * (best$value - highest(x, y, j, value, best$b)$value) - qchisq(0.95, 1)
  }
  away <- function(direction) {
    far <- 1
    while (drop(best$b[j] + direction * far) < 0) far <- 2 * far
    sort(best$b[j] + direction * c(far, 0))
  }
  limits <- sapply(c(-1, 1), function(side) uniroot(drop, away(side), tol = 1e-10)$root)
  p <- pchisq(drop(0) + qchisq(0.95, 1), 1, lower.tail = FALSE)
  c(exp(c(best$b[j], limits)), p)
}
