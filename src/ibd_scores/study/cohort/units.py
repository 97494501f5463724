"""The units in which hospitals report what the tidy tables hold in one, with the factor to ours."""

from collections.abc import Mapping
from decimal import Decimal

from ibd_scores.study.cohort.parsing import fold


def _factors(**units: str) -> dict[str, Decimal]:
    return {name: Decimal(factor) for name, factor in units.items()}


# Ours first. The conversions are those of the specification of the indices, section 0.6.
UNITS: dict[str, dict[str, Decimal]] = {
    "crp_mg_l": _factors(**{"mg/L": "1", "mg/dL": "10", "µg/mL": "1"}),
    "calprotectin_ug_g": _factors(**{"µg/g": "1", "ug/g": "1", "mcg/g": "1", "mg/kg": "1"}),
    "hematocrit_percent": _factors(**{"%": "1", "fraction": "100", "L/L": "100"}),
    "hemoglobin_g_dl": _factors(**{"g/dL": "1", "g/L": "0.1"}),
    "albumin_g_dl": _factors(**{"g/dL": "1", "g/L": "0.1"}),
    "esr_mm_h": _factors(**{"mm/h": "1", "mm/1h": "1", "mm/hr": "1"}),
    "height_m": _factors(**{"m": "1", "cm": "0.01"}),
    "weight_kg": _factors(**{"kg": "1", "公斤": "1", "斤": "0.5"}),
}


def known(column: str) -> Mapping[str, Decimal]:
    """Return the units that a column is known in, as words are compared: none for most.

    >>> known("crp_mg_l")["mg/dl"], known("fever")
    (Decimal('10'), {})
    """
    return {fold(unit): factor for unit, factor in UNITS.get(column, {}).items()}


def apart(column: str) -> tuple[float, ...]:
    """Return how many times the known units of a column differ, without those that do not.

    >>> apart("albumin_g_dl"), apart("calprotectin_ug_g")
    ((10.0,), ())
    """
    factors = sorted({float(factor) for factor in UNITS.get(column, {}).values()})
    ratios = {round(high / low, 9) for low in factors for high in factors if high > low}
    return tuple(sorted(ratios))
