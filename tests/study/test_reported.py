from pathlib import Path

import pandas as pd

from ibd_scores.study.audit import audit, read_published
from ibd_scores.study.reported import read_claims
from ibd_scores.study.tidy import save

NOTHING = pd.DataFrame(columns=["disease", "endpoint", "k", "n", "percent", "low", "high"])


def test_a_claim_is_read_back_with_the_decimals_it_was_printed_with(tmp_path: Path) -> None:
    for disease, printed in {
        "CD": ["53", "62", "73.33", "close to 50", "53"],
        "UC": ["70.83", "80", "40"],
    }.items():
        claims = audit(read_published("upadacitinib", disease), NOTHING)
        save(tmp_path, {f"{disease.lower()}_audit": claims})
        assert read_claims(tmp_path, disease)["reported"].tolist() == printed


def test_no_claims_are_read_back_as_none(tmp_path: Path) -> None:
    nothing = read_published("upadacitinib", "CD").iloc[:0]
    save(tmp_path, {"cd_audit": audit(nothing, NOTHING)})
    assert read_claims(tmp_path, "CD").empty
