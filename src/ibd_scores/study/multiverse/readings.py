"""The readings of each endpoint: what its published definitions leave open."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint

# 10 mg/L is the upper limit of normal of many laboratories; a study's own is `crp_limit`.
CRP = ((5.0, False), (5.0, True), (10.0, False))
CALPROTECTIN = (100.0, 150.0, 250.0)
ABNORMAL, MEASURED = "abnormal at baseline", "all measured"
MATCHED, EXPLORED = "explored at both visits", "explored at each visit"


@dataclass(frozen=True)
class Reading:
    """One reading of an endpoint: the question it answers, and how it differs from the usual one.

    `renamed` are columns of the pairs that stand for others, such as the SES-CD of all segments for
    that of matched ones.
    """

    question: str
    endpoint: Endpoint
    variant: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    segments: str = ""
    limit: str = ""
    among: str = ""
    usual: bool = True

    @property
    def name(self) -> str:
        """The name of what is rated: of who can be normalized alone, the normalization."""
        own = self.endpoint.name
        return f"{own.removesuffix('_normal')}_normalized" if self.among == ABNORMAL else own

    def judged(self, pairs: pd.DataFrame) -> "pd.Series[bool]":
        """Give the verdicts."""
        flags: pd.Series[bool] = self.endpoint(self._read(pairs), **self.options)
        return flags

    def attainable(self, pairs: pd.DataFrame) -> "pd.Series[bool] | None":
        """Give whose missing verdict could be a good one; None: everybody's who is eligible."""
        if len(self.endpoint.reads_at(baseline=False)) == 1:
            return None
        could: pd.Series[bool] = self.endpoint.attainable(self._read(pairs), **self.options)
        return could

    def open_to(self, pairs: pd.DataFrame) -> "pd.Series[bool]":
        """Give who is eligible."""
        if self.among == MEASURED:
            return pd.Series(True, index=pairs.index)
        able: pd.Series[bool] = self.endpoint.eligible(self._read(pairs), **self.options)
        if self.among == ABNORMAL:
            for name in self.endpoint.reads_at(baseline=False):
                able &= pairs[f"{name}_baseline"].notna()
        return able.astype(bool)

    def _read(self, pairs: pd.DataFrame) -> pd.DataFrame:
        if not self.renamed:
            return pairs
        return pairs.assign(**{name: pairs[other] for name, other in self.renamed.items()})


UNMATCHED = {"ses_cd_matched": "ses_cd", "ses_cd_matched_baseline": "ses_cd_baseline"}
ONLY_MATCHED = {"ses_cd": "ses_cd_matched"}
FRIABLE = {"endoscopic_subscore_adapted": "endoscopic_subscore"}


def _on_segments(question: str, one: Endpoint, variant: str, options: Mapping[str, Any],
                 usual: bool) -> Iterator[Reading]:  # fmt: skip
    yield Reading(question, one, variant, options, segments=MATCHED, usual=usual)
    yield Reading(question, one, variant, options, UNMATCHED, EXPLORED, usual=False)


def crohn() -> Iterator[Reading]:
    """What can be asked of a course of Crohn's disease."""
    response, remission = "endoscopic response", "endoscopic remission"
    more_than_half = e.endoscopic_response
    from_4 = "from a SES-CD of 4 by 2 points"
    yield from _on_segments(response, more_than_half, f"{from_4}, if isolated ileal", {}, True)
    yield from _on_segments(
        response, more_than_half, f"{from_4}, any site", {"require_isolated_ileal": False}, False
    )
    yield from _on_segments(response, more_than_half, "more than 50 % alone", {"clause": False},
                            False)  # fmt: skip
    yield from _on_segments(response, e.endoscopic_response_50, "", {}, True)
    yield Reading(remission, e.ses_cd_remission, segments=EXPLORED)
    yield Reading(remission, e.ses_cd_remission, "", {}, ONLY_MATCHED, MATCHED, usual=False)
    by_cell, by_variable = (
        e.endoscopic_remission_uexcel, e.endoscopic_remission_uexcel_by_variable,
    )  # fmt: skip
    yield from _on_segments(remission, by_cell, "", {}, True)
    yield from _on_segments(remission, by_variable, "", {}, False)
    # Segment by segment anyway: an ulcerated segment that is not seen again leaves it open.
    yield Reading(remission, e.ulcer_free)
    yield Reading(remission, e.endoscopic_healing, segments=EXPLORED)
    yield Reading(remission, e.endoscopic_healing, "", {}, ONLY_MATCHED, MATCHED, usual=False)
    clinical, response = "clinical remission", "clinical response"
    yield Reading(clinical, e.cdai_remission)
    yield Reading(clinical, e.sf_aps_remission)
    yield Reading(clinical, e.hbi_remission)
    yield Reading(response, e.cdai_response_100)
    yield Reading(response, e.cdai_response_100, "or CDAI < 150", {"or_remission": True},
                  usual=False)  # fmt: skip
    yield Reading(response, e.cdai_response_70)
    yield Reading(response, e.sf_aps_response)
    yield Reading(response, e.enhanced_response)
    yield Reading(response, e.hbi_response)
    yield Reading("deep remission", e.deep_remission)


def colitis() -> Iterator[Reading]:
    """What can be asked of a course of ulcerative colitis."""
    improvement, remission, response = (
        "endoscopic improvement", "clinical remission", "clinical response",
    )  # fmt: skip
    yield Reading(improvement, e.endoscopic_improvement)
    yield Reading(improvement, e.endoscopic_improvement, "friability allowed", {}, FRIABLE,
                  usual=False)  # fmt: skip
    yield Reading("endoscopic remission", e.mayo_endoscopic_0)
    yield Reading("endoscopic remission", e.uceis_remission)
    yield Reading(remission, e.adapted_mayo_remission)
    yield Reading(remission, e.adapted_mayo_remission, "friability allowed", {}, FRIABLE,
                  usual=False)  # fmt: skip
    for one in (e.mayo_remission, e.partial_mayo_remission, e.symptomatic_remission,
                e.stride2_remission):  # fmt: skip
        yield Reading(remission, one)
    yield Reading(response, e.adapted_mayo_response)
    yield Reading(response, e.mayo_response)
    yield Reading(response, e.partial_mayo_response)
    yield Reading(response, e.partial_mayo_response, "2 points alone", {"percent": 0}, usual=False)
    yield Reading(response, e.partial_mayo_response, "2 points and 25 %", {"percent": 25},
                  usual=False)  # fmt: skip
    yield Reading(response, e.partial_mayo_response, "3 points and 30 %", {"points": 3},
                  usual=False)  # fmt: skip
    yield Reading(response, e.partial_adapted_mayo_response)


def markers(crp_limit: float, calprotectin_limit: float) -> Iterator[Reading]:
    """What can be asked of the markers, by these limits and by the usual ones."""
    crp = list(dict.fromkeys([(crp_limit, False), *CRP]))
    calprotectin = list(dict.fromkeys([calprotectin_limit, *CALPROTECTIN]))
    for among in (ABNORMAL, MEASURED):
        for limit, inclusive in crp:
            yield Reading(
                "CRP normal", e.crp_normal, options={"limit": limit, "inclusive": inclusive},
                limit=f"CRP {'≤' if inclusive else '<'} {limit:g}", among=among,
                usual=(limit, inclusive) == crp[0],
            )  # fmt: skip
        for cut in calprotectin:
            yield Reading(
                "calprotectin normal", e.calprotectin_normal, options={"limit": cut},
                limit=f"calprotectin < {cut:g}", among=among, usual=cut == calprotectin[0],
            )  # fmt: skip
        for (limit, inclusive), cut in itertools.product(crp, calprotectin):
            sign = "≤" if inclusive else "<"
            yield Reading(
                "biochemical remission", e.biochemical_remission,
                options={"crp_limit": limit, "calprotectin_limit": cut, "inclusive": inclusive},
                limit=f"CRP {sign} {limit:g}, calprotectin {sign} {cut:g}", among=among,
                usual=(limit, inclusive, cut) == (*crp[0], calprotectin[0]),
            )  # fmt: skip
