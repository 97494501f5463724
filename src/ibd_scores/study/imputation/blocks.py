"""What is imputed together in each disease, and what the models read."""

from typing import NamedTuple

from ibd_scores import ses_cd

__all__ = [
    "BASELINE",
    "BLOCKS",
    "CELLS",
    "COVARIATES",
    "IMPUTATIONS",
    "LEAST",
    "MANY",
    "OF_MANY",
    "Block",
]

LEAST = 30  # patients: fewer do not carry an imputation model
IMPUTATIONS = 50
# Drawing adds to an estimate an error, in units of the standard error, of the square root of
# missing information over imputations: a tenth with 20 and a sixteenth with 50 where a fifth of the
# information is missing. In so many patients, whose standard error is small, 20 are enough.
MANY, OF_MANY = 5000, 20
BASELINE = "_baseline"
CELLS = tuple(item.name for item in ses_cd.items)


class Block(NamedTuple):
    """Columns that are copied together from one donor.

    ``lead`` is the one that is modelled, with ``log`` as log(1 + x); a patient without it lacks the
    block. With ``whole`` donors have every column of it; with ``predicts`` False the models of the
    other blocks do not read it.

    Examples
    --------
    >>> Block("crp", "crp_mg_l", ("crp_mg_l", "crp_mg_l_censor")).at_baseline().columns
    ('crp_mg_l_baseline', 'crp_mg_l_censor_baseline')
    """

    name: str
    lead: str
    columns: tuple[str, ...]
    log: bool = False
    whole: bool = False
    predicts: bool = True

    def at_baseline(self) -> "Block":
        """The same block of the baseline visit."""
        name, lead, *columns = (one + BASELINE for one in (self.name, self.lead, *self.columns))
        return self._replace(name=name, lead=lead, columns=tuple(columns))


def _both_visits(*blocks: Block) -> tuple[Block, ...]:
    return (*(block.at_baseline() for block in blocks), *blocks)


def _marker(name: str, *, predicts: bool = True) -> Block:
    return Block(name, name, (name, f"{name}_censor"), log=True, predicts=predicts)


MARKERS = (
    _marker("crp_mg_l"),
    _marker("calprotectin_ug_g"),
    _marker("esr_mm_h", predicts=False),
    Block("steroid", "systemic_steroid", ("systemic_steroid",), predicts=False),
)
DIARY = (
    "liquid_stools_mean", "abdominal_pain_mean", "general_wellbeing_mean", "liquid_stools_7d",
    "abdominal_pain_7d", "general_wellbeing_7d", "short_cdai", "pro2_cd",
)  # fmt: skip
COLONOSCOPY = (
    "endoscopic_subscore", "endoscopic_subscore_adapted", "friability", "vascular_pattern",
    "bleeding", "erosions_ulcers",
)  # fmt: skip
# With what says that a score is a recorded total: then it stays, whatever its cells.
ENDOSCOPY = (
    "ses_cd", "ses_cd_without_narrowing", "ses_cd_source", "ses_cd_without_narrowing_source",
    *CELLS,
)  # fmt: skip
BLOCKS: dict[str, tuple[Block, ...]] = {
    "CD": _both_visits(
        Block("diary", "short_cdai", DIARY),
        # Apart from the diary: who lacks no more than a hematocrit keeps the diary.
        Block("cdai", "cdai", ("cdai",)),
        Block("hbi", "hbi", ("hbi",), predicts=False),
        *MARKERS,
        Block("endoscopy", "ses_cd", ENDOSCOPY, whole=True),
    ),
    "UC": _both_visits(
        Block("symptoms", "pro2_uc", ("stool_frequency", "rectal_bleeding", "pro2_uc")),
        Block("physician", "physician_global", ("physician_global",)),
        *MARKERS,
        Block("endoscopy", "endoscopic_subscore", COLONOSCOPY),
    ),
}
# Beside the leads above: location, prior biologics, corticosteroids.
COVARIATES: dict[str, tuple[str, ...]] = {
    "CD": ("disease_ileum_baseline", "disease_colon_baseline", "prior_advanced_therapies",
           "systemic_steroid_baseline"),
    "UC": ("colitis_extent", "prior_advanced_therapies", "systemic_steroid_baseline"),
}  # fmt: skip
