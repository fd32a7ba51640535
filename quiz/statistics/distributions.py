"""The few distributions that the tests of ``flags`` and the interval of alpha need, in double precision."""

from __future__ import annotations

from math import erfc, exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

#: Half the width of a 95 % interval, in standard errors.
Z95: Final = NormalDist().inv_cdf(0.975)

_TINY: Final = 1e-300
_PRECISION: Final = 1e-15
_MOST_STEPS: Final = 10_000


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1; a, b > 0. DLMF 8.17.22, by Lentz's method."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, that of the other tail is quick
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front / _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """1 + d1/(1 + d2/(1 + …)) with the coefficients of DLMF 8.17.23."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, _MOST_STEPS):
        m = step // 2
        if step % 2:
            coefficient = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            coefficient = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + coefficient * d or _TINY)
        c = 1 + coefficient / c or _TINY
        value *= c * d
        if abs(c * d - 1) < _PRECISION:
            return value
    raise ArithmeticError(f"I_x(a, b) does not converge at {x}, {a}, {b}")


def t_tail(t: float, df: float) -> float:
    """P(T > t) of Student's t with ``df`` degrees of freedom."""
    half = incomplete_beta(df / (df + t * t), df / 2, 0.5) / 2
    return half if t >= 0 else 1 - half


def binomial_tail(successes: int, trials: int) -> float:
    """P(X ≥ successes) of ``trials`` tosses of a fair coin."""
    if successes <= 0:
        return 1.0
    return incomplete_beta(0.5, successes, trials - successes + 1) if successes <= trials else 0.0


def chi2_tail(x: float, df: int) -> float:
    """P(X > x) of χ² with ``df`` ≥ 1 degrees of freedom: DLMF 8.4.6, 8.4.8 and the recurrence 8.8.6."""
    if x <= 0:
        return 1.0
    half = x / 2
    tail, a = (erfc(sqrt(half)), 0.5) if df % 2 else (exp(-half), 1.0)
    while a < df / 2:
        tail += exp(a * log(half) - half - lgamma(a + 1))
        a += 1
    return tail


def f_quantile(p: float, df1: float, df2: float) -> float:
    """The value below which F with these degrees of freedom lies with probability p, 0 < p < 1."""
    low, high = 0.0, 1.0
    while high - low > _PRECISION:  # bisection on x = df1 F / (df1 F + df2)
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(middle, df1 / 2, df2 / 2) < p:
            low = middle
        else:
            high = middle
    return inf if low >= 1 else df2 * low / (df1 * (1 - low))
