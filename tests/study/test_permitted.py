"""Parameters that make no sense are refused before anything runs, and the message says what does.

The permitted values are typed from the plan of the study and from the published variants; the
names of the endpoints are those of the catalogue.
"""

import ast
import subprocess
import sys

import pytest

from ibd_scores.study import chain, paths, permitted, plan
from ibd_scores.study.chain import notebooks, parameters
from ibd_scores.study.chain.parameters import Parameter, Text
from ibd_scores.study.permitted import Between, OneOf, check

ROOT = paths.root()
CROHN, COLITIS = "03_cd_outcomes", "04_uc_outcomes"


@pytest.fixture
def known(monkeypatch):
    """Two notebooks that report other endpoints, one with three and one with two."""
    reported = {
        CROHN: ("endoscopic_response", "cdai_remission", "ulcer_free"),
        COLITIS: ("endoscopic_improvement", "mayo_endoscopic_0"),
    }
    monkeypatch.setattr(permitted, "REPORTED", reported)
    limit = Parameter("crp_limit", "float", "5.0", "mg/L")
    return {
        CROHN: {
            "primary": Parameter("primary", "str", '"endoscopic_response"', "judged by it"),
            "crp_limit": limit,
        },
        COLITIS: {
            "primary": Parameter("primary", "str", '"endoscopic_improvement"', "judged by it"),
            "crp_limit": limit,
            "cohort": Parameter("cohort", "str", '"toy"', "folder"),
        },
    }


def shared(known, *pairs):
    return parameters.share(parameters.given(pairs), known, ROOT)


def refused(known, *pairs):
    with pytest.raises(ValueError, match=r"not|no") as error:
        shared(known, *pairs)
    return str(error.value).splitlines()


# ------------------------------------------------------------------------------ what makes no sense


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("crp_limit", [0.1, 5, 8.0, 100]),
        ("calprotectin_limit", [0.5, 100, 150, 250.0, 1000]),
        ("min_days", [1, 4, 7]),
        ("weight_floor", [-10.0, 0.0, 0]),
        ("estimand", ["as_observed", "non_responder", "non_responder_started", "worst_case",
                      "best_case"]),
        ("cohort", ["upadacitinib", "hmp2"]),
    ],
)  # fmt: skip
def test_a_value_that_makes_sense_is_permitted(name, good):
    rule = permitted.rule(name, CROHN, ROOT)
    assert rule
    assert [rule.problem(name, value) for value in good] == [""] * len(good)


@pytest.mark.parametrize(
    ("name", "bad", "possible"),
    [
        ("crp_limit", [0.0, -1, 100.1, float("nan"), float("inf"), "5", None, True],
         "not a limit of C-reactive protein; possible: above 0 and up to 100 mg/L"),
        ("calprotectin_limit", [0, -250, 1000.5, "250"],
         "not a limit of fecal calprotectin; possible: above 0 and up to 1000 ug/g"),
        ("min_days", [0, 8, 4.5, -1, True, "4"],
         "not a number of diary days; possible: 1, 2, 3, 4, 5, 6, 7"),
        ("weight_floor", [-5.0, 10, False, None], "not a published variant; possible: -10, 0"),
        ("estimand", ["nri", "", 3],
         "not an estimand; possible: as_observed, non_responder, non_responder_started, "
         "worst_case, best_case"),
    ],
)  # fmt: skip
def test_a_value_that_makes_none_is_refused_with_what_is_possible(name, bad, possible):
    rule = permitted.rule(name, CROHN, ROOT)
    assert rule
    for value in bad:
        assert rule.problem(name, value) == f"{name} = {value!r}: {possible}"


def test_a_name_without_a_rule_is_judged_by_its_type_alone():
    assert permitted.rule("weight", "02_scoring", ROOT) is None
    check("02_scoring", weight=-3, strict="whatever")


def test_the_upper_end_is_included_and_the_lower_is_not():
    rule = Between("a share", 0, 1, "of all")
    assert [bool(rule.problem("x", value)) for value in (0, 1e-9, 1, 1 + 1e-9)] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("ulcer_fre", "; did you mean ulcer_free?"),  # misspelled
        ("cdai", "; did you mean cdai_remission?"),  # a part of the name
        ("weather", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested_where_one_is_near(word, suggestion):
    choices = ("endoscopic_response", "cdai_remission", "cdai_response_100", "ulcer_free")
    said = OneOf("an endpoint", choices).problem("primary", word)
    possible = "endoscopic_response, cdai_remission, cdai_response_100, ulcer_free"
    assert said == f"primary = {word!r}: not an endpoint; possible: {possible}{suggestion}"


def test_cohorts_are_the_folders_that_say_how_they_are_read(tmp_path):
    assert permitted.cohort(tmp_path).problem("cohort", "a").endswith("possible: none")
    for name in ("b", "a", "bare"):
        (tmp_path / "data" / "raw" / name).mkdir(parents=True)
    for name in ("b", "a"):
        (tmp_path / "data" / "raw" / name / "cohort.toml").touch()
    assert permitted.cohorts(tmp_path) == ("a", "b")
    assert permitted.cohort(tmp_path).problem("cohort", "bare") == (
        "cohort = 'bare': not a folder of data/raw with a cohort.toml; possible: a, b"
    )


# ------------------------------------------------------------------------------ among the notebooks


def test_a_value_goes_to_the_notebooks_in_which_it_makes_sense(known):
    assert shared(known, "primary=mayo_endoscopic_0") == {
        CROHN: {},
        COLITIS: {"primary": "mayo_endoscopic_0"},
    }
    assert shared(known, "primary=ulcer_free") == {CROHN: {"primary": "ulcer_free"}, COLITIS: {}}
    assert shared(known, "crp_limit=8") == {CROHN: {"crp_limit": 8}, COLITIS: {"crp_limit": 8}}


def test_a_value_that_makes_sense_nowhere_is_refused_with_the_choices_of_each(known):
    assert refused(known, "primary=cdai") == [
        "primary = 'cdai': not an endpoint that 03_cd_outcomes reports; possible: "
        "endoscopic_response, cdai_remission, ulcer_free; did you mean cdai_remission?",
        "primary = 'cdai': not an endpoint that 04_uc_outcomes reports; possible: "
        "endoscopic_improvement, mayo_endoscopic_0",
    ]


def test_what_is_wrong_in_two_notebooks_alike_is_said_once(known):
    assert refused(known, "crp_limit=0") == [
        "crp_limit = 0.0: not a limit of C-reactive protein; possible: above 0 and up to 100 mg/L"
    ]


def test_a_value_can_be_meant_for_one_notebook_and_wins_there(known):
    pairs = ["04_uc_outcomes.primary=mayo_endoscopic_0", "primary=endoscopic_improvement"]
    for order in (pairs, pairs[::-1]):
        assert shared(known, *order) == {CROHN: {}, COLITIS: {"primary": "mayo_endoscopic_0"}}
    assert shared(known, f"{CROHN}.primary=ulcer_free", f"{COLITIS}.primary=mayo_endoscopic_0") == {
        CROHN: {"primary": "ulcer_free"},
        COLITIS: {"primary": "mayo_endoscopic_0"},
    }


def test_one_notebook_can_keep_its_default_while_the_others_change(known):
    primary = "primary=mayo_endoscopic_0"
    taken = shared(known, "crp_limit=8", primary, f"{COLITIS}.primary=endoscopic_improvement")
    assert taken == {CROHN: {"crp_limit": 8}, COLITIS: {"crp_limit": 8}}


def test_what_is_meant_for_one_notebook_has_to_make_sense_there(known):
    assert refused(known, f"{COLITIS}.primary=ulcer_free") == [
        "04_uc_outcomes.primary = 'ulcer_free': not an endpoint that 04_uc_outcomes reports; "
        "possible: endoscopic_improvement, mayo_endoscopic_0"
    ]


def test_an_unknown_notebook_or_a_name_that_it_lacks_is_answered_with_those_that_exist(known):
    said = refused(known, "04_uc_outcome.primary=x", f"{COLITIS}.primry=x", "crp_limit=none")
    assert said == [
        "04_uc_outcome.primary: there is no notebook 04_uc_outcome; these exist: "
        "03_cd_outcomes, 04_uc_outcomes; did you mean 04_uc_outcomes?",
        "04_uc_outcomes.primry: 04_uc_outcomes has no parameter of this name; "
        "did you mean primary?",
        "crp_limit = 'none': a number is wanted, such as its default 5.0",
        "These exist:",
        '  primary: str = "endoscopic_response"  # judged by it',
        '  primary: str = "endoscopic_improvement"  # judged by it',
        "  crp_limit: float = 5.0  # mg/L",
        '  cohort: str = "toy"  # folder',
    ]


def test_a_run_reads_one_cohort(known):
    said = refused(known, f"{COLITIS}.cohort=hmp2")[0]
    assert said == (
        "04_uc_outcomes.cohort: all notebooks of a run read one cohort; give it as cohort"
    )


def test_what_several_notebooks_read_is_the_same_in_all_of_them():
    known = {
        "02_scoring": {"min_days": Parameter("min_days", "int", "4", "days")},
        "03_cd_outcomes": {"min_days": Parameter("min_days", "int", "4", "days")},
    }
    message = "^02_scoring.min_days: 02_scoring and 03_cd_outcomes must read the same; give it as"
    with pytest.raises(ValueError, match=message):
        parameters.share({"02_scoring.min_days": Text("5")}, known, ROOT)
    shares = parameters.share({"min_days": Text("5")}, known, ROOT)
    assert shares == {"02_scoring": {"min_days": 5}, "03_cd_outcomes": {"min_days": 5}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", 'crp_limit = 8\n[04_uc_outcomes]\nprimary = "mayo_endoscopic_0"'),
        ("b.toml", 'crp_limit = 8\n04_uc_outcomes.primary = "mayo_endoscopic_0"'),
        ("c.yaml", "crp_limit: 8\n04_uc_outcomes:\n  primary: mayo_endoscopic_0"),
        ("d.json", '{"crp_limit": 8, "04_uc_outcomes": {"primary": "mayo_endoscopic_0"}}'),
    ],
)
def test_a_table_of_a_file_is_meant_for_the_notebook_of_its_name(tmp_path, known, name, text):
    file = tmp_path / name
    file.write_text(text)
    values = parameters.given([], file)
    assert values == {"crp_limit": 8, "04_uc_outcomes.primary": "mayo_endoscopic_0"}
    assert parameters.share(values, known, ROOT) == {
        CROHN: {"crp_limit": 8},
        COLITIS: {"crp_limit": 8, "primary": "mayo_endoscopic_0"},
    }
    typed = parameters.given(["04_uc_outcomes.primary=endoscopic_improvement"], file)
    assert typed["04_uc_outcomes.primary"] == Text("endoscopic_improvement")


# ------------------------------------------------------------------------------ the chain, for real


@pytest.fixture
def judged(toy):
    """The toy study with a primary endpoint in the notebooks of the outcomes."""
    for stage, primary in ((CROHN, "endoscopic_response"), (COLITIS, "endoscopic_improvement")):
        help_ = "# folder of data/raw"
        toy.edit(stage, help_, f'{help_}\nprimary: str = "{primary}"  # judged by it')
    return toy


def test_the_chain_refuses_before_anything_runs(judged):
    before = judged.files()
    said = judged.do("run", "--force", "-p", "primary=endoscopic_respons")
    assert (said.returncode, said.stdout) == (2, "")
    first, second, last = said.stderr.splitlines()
    assert first == (
        "primary = 'endoscopic_respons': not an endpoint that 03_cd_outcomes reports; possible: "
        f"{', '.join(plan.CD.names)}; did you mean endoscopic_response?"
    )
    assert f"that 04_uc_outcomes reports; possible: {', '.join(plan.UC.names)}" in second
    assert last == "Nothing was run."
    assert judged.files() == before


def test_the_chain_says_what_is_not_as_usual_in_which_notebook(judged):
    def given(*pairs):
        return chain.plan(judged.root, parameters.given(pairs)).given

    assert given("primary=mayo_endoscopic_0", "weight=3") == (
        "weight = 3.0, primary = mayo_endoscopic_0"
    )
    assert given("primary=mayo_endoscopic_0", "03_cd_outcomes.primary=ulcer_free") == (
        "03_cd_outcomes.primary = ulcer_free, 04_uc_outcomes.primary = mayo_endoscopic_0"
    )


def test_what_is_possible_is_listed_for_each_notebook_that_differs(judged):
    said = judged.do("parameters").stdout
    crohn, colitis = said.split('primary: str = "')[1:]
    assert crohn.startswith('endoscopic_response"\n    judged by it\n    in 03_cd_outcomes\n')
    assert "possible: endoscopic_response, ses_cd_remission," in crohn
    assert colitis.startswith('endoscopic_improvement"\n    judged by it\n    in 04_uc_outcomes\n')
    assert max(map(len, said.splitlines())) < 80


def test_what_to_refuse_is_known_without_the_libraries_of_the_analysis():
    heavy = "pandas", "scipy", "statsmodels", "pingouin", "matplotlib"
    code = (
        "import sys\nfrom ibd_scores.study import permitted, paths\n"
        "permitted.rule('primary', '03_cd_outcomes', paths.root())\n"
        f"print(*sys.modules.keys() & set({heavy}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


# ------------------------------------------------------------------------------ the notebooks' own


def test_a_notebook_refuses_all_that_makes_no_sense_at_once():
    with pytest.raises(ValueError, match="primary") as error:
        check(CROHN, primary="mayo_endoscopic_0", crp_limit=5.0, estimand="nri")
    lines = str(error.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "primary = 'mayo_endoscopic_0'", "estimand = 'nri'",
    ]  # fmt: skip
    assert f"possible: {', '.join(plan.CD.names)}" in lines[0]
    with pytest.raises(ValueError, match="reports; possible: endoscopic_improvement, "):
        check(COLITIS, primary="ulcer_free")
    check(CROHN, primary=plan.CD.primary, crp_limit=8, cohort="upadacitinib")
    check(COLITIS, primary=plan.UC.primary)


def test_a_notebook_of_both_diseases_takes_an_endpoint_of_either():
    check("05_figures", primary=plan.CD.primary)
    check("05_figures", primary=plan.UC.primary)
    with pytest.raises(ValueError, match="not an endpoint that 05_figures reports"):
        check("05_figures", primary="cdai")


DECLARED = parameters.declared(chain.stored(ROOT, stage) for stage in chain.STAGES)


@pytest.mark.parametrize("stage", chain.STAGES)
def test_the_defaults_of_a_notebook_make_sense(stage):
    check(stage, **{name: ast.literal_eval(one.default) for name, one in DECLARED[stage].items()})


@pytest.mark.parametrize("stage", chain.STAGES)
def test_a_notebook_checks_all_of_its_parameters_before_it_computes(stage):
    cells = notebooks.code(notebooks.read(chain.stored(ROOT, stage)))
    place = [notebooks.tags(cell) for cell in cells].index(["parameters"])
    statements = ast.parse(notebooks.source(cells[place + 1])).body
    doing = [one for one in statements if not isinstance(one, ast.Import | ast.ImportFrom)]
    arguments = ", ".join(f"{name}={name}" for name in DECLARED[stage])
    assert [ast.unparse(one) for one in doing[:1]] == [f"check('{stage}', {arguments})"]
