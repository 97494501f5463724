"""The simulated cohorts of coverage.py that a model is fitted to: odds ratios, and imputation."""

from collections.abc import Iterable
from functools import cache, partial

import numpy as np
import pandas as pd
from cohorts import RATES, SEED, Floats, Limits, Setting
from scipy import optimize, stats
from scipy.special import expit

from ibd_scores.study.firth import firth
from ibd_scores.study.imputation import impute, pooled

__all__ = ["settings"]

COHORTS = 1000  # each takes longer than the others

# ------------------------------------------------------------------------------------ odds ratios


@cache
def design() -> pd.DataFrame:
    """Predictors of 60 patients, the same in every cohort: six of ten had a biologic before."""
    rng = np.random.default_rng(SEED)
    before = rng.permutation(np.arange(60) < 36).astype(float)
    return pd.DataFrame({"prior_biologic": before, "log_crp_sd": rng.normal(size=60)})


def outcomes(rng: np.random.Generator, *, chances: Floats) -> "pd.Series[bool]":
    """Draw who responds; some do and some do not."""
    while True:
        drawn = rng.random(len(chances)) < chances
        if 0 < drawn.sum() < len(drawn):
            return pd.Series(drawn, dtype="boolean")


def odds_ratio(outcome: "pd.Series[bool]", *, predictor: str) -> Limits:
    """Profile limits of the odds ratio of one of the two predictors."""
    fit = firth(design(), outcome).coefficients
    low, high = np.exp(fit.loc[predictor, ["low", "high"]].to_numpy(dtype=np.float64))
    return float(low), float(high)


def odds_ratios() -> Iterable[Setting]:
    """Firth: two predictors, 44 responders of 60 to be expected."""
    for name, predictor, truths in (
        ("prior biologic", "prior_biologic", (0.5, 1.5)),
        ("prior biologic, strong", "prior_biologic", (0.15, 1.5)),
        ("CRP, per SD of its logarithm", "log_crp_sd", (0.5, 1.5)),
    ):
        slopes = design().to_numpy() @ np.log(truths)
        intercept = optimize.brentq(lambda a, s=slopes: expit(a + s).sum() - 44, -20, 20)
        yield Setting(
            "firth", name, 60, dict(zip(design(), truths, strict=True))[predictor],
            partial(outcomes, chances=expit(intercept + slopes)),
            partial(odds_ratio, predictor=predictor), cohorts=COHORTS,
        )  # fmt: skip


# ------------------------------------------------------------------------------------- imputation

# Week 12: the SES-CD is normal and correlates 0.6 with the logarithm of CRP.
MEAN, SD, CORRELATION = 8.0, 4.0, 0.6


def scoped(rng: np.random.Generator, *, n: int, missed_by: str) -> pd.DataFrame:
    """Draw n patients at both visits; a fifth of them have no endoscopy at week 12."""
    z = rng.normal(size=(4, n))
    crp, score = z[0], CORRELATION * z[0] + np.sqrt(1 - CORRELATION**2) * z[1]
    reason = {"nothing": np.zeros(n), "CRP": crp, "the score itself": score}[missed_by]
    # The slope is 1; the intercept makes it a fifth.
    missed = rng.random(n) < expit((-1.6 if missed_by != "nothing" else np.log(0.25)) + reason)
    values = {
        "ses_cd_baseline": 15 + 5 * (0.5 * score + 0.8 * z[2]),
        "crp_mg_l_baseline": 10 ** (1.1 + 0.4 * z[3]),
        "crp_mg_l": 10 ** (0.8 + 0.5 * crp),
        "ses_cd": np.where(missed, np.nan, MEAN + SD * score),
    }
    return pd.DataFrame(values, index=pd.RangeIndex(n, name="patient_id"))


def imputed(pairs: pd.DataFrame, *, p: float) -> Limits:
    """Limits of the rate below a cut that a share p of all patients is below."""
    stacked = impute(pairs)
    met = stacked["ses_cd"].lt(MEAN + SD * float(stats.norm.ppf(p))).astype("boolean")
    found = pooled(met)
    return found.low, found.high


def imputations() -> Iterable[Setting]:
    """Multiple imputation: endoscopies missing by chance, by what is known, by what is not."""
    for missed_by in ("nothing", "CRP", "the score itself"):
        for p in RATES:
            yield Setting(
                "imputation", f"missed by {missed_by}", 75, 100 * p,
                partial(scoped, n=75, missed_by=missed_by), partial(imputed, p=p),
                cohorts=COHORTS,
            )  # fmt: skip


def settings() -> list[Setting]:
    """Every setting of this module, in the order of the page."""
    return [*odds_ratios(), *imputations()]
