"""How the raw tables of a cohort are to be read: `data/raw/<cohort>/cohort.toml`.

The file says what each heading and word of the hospital's export means. There is nothing to
program. One section for each tidy table, one line for each of its columns, ours on the left::

    title = "Upadacitinib induction, one centre"
    simulated = true
    dates = ["YYYY-MM-DD", "YYYY/M/D"]      # the first is usual; another is converted and logged
    missing = ["未查", "NA"]                 # not done, in any column; a blank is missing anyway

    [visit_names]                           # our visits in their order, and the export's words
    baseline = ["V0", "基线"]
    week12 = ["V12", "第12周"]

    [codes]                                 # lists of words that several columns share
    yes_no = { 0 = ["否", "no"], 1 = ["是", "yes"] }

    [patients]
    file = "patients.csv"
    [patients.columns]
    patient_id = "病历号"                    # short for { from = "病历号" }
    disease = { from = "诊断", codes = { CD = ["克罗恩病"], UC = ["溃疡性结肠炎"] } }
    smoking = { from = "吸烟", codes = { never = ["从不"], former = ["已戒"], current = ["吸烟"] } }
    sex = { from = "sex", repairs = { femlae = "female" } }
    height_m = { from = "身高cm", factor = 0.01 }

    [visits]
    file = "visits.csv"
    [visits.columns]
    patient_id = "病历号"
    visit = "访视"
    date = "日期"
    crp_mg_l = { from = "CRP", unit_from = "CRP单位", units = { "mg/L" = 1, "mg/dL" = 10 } }
    hematocrit_percent = { from = "HCT", rescale = { between = [0.15, 0.65], factor = 100 } }
    esr_mm_h = { from = "血沉", missing = [999] }
    fever = { from = "发热", codes = "yes_no" }

    [endoscopy]                             # one row for each segment
    file = "endoscopy.csv"
    not_reached = ["未到达"]
    segment = { from = "肠段", status = "状态", codes = { ileum = ["回肠"], rectum = ["直肠"] } }
    [endoscopy.columns]
    patient_id = "病历号"
    visit = "访视"
    date = "日期"
    ulcer_size = { from = "溃疡", codes = { 0 = ["无"], 1 = ["阿弗他"], 2 = ["大"], 3 = ["巨大"] } }

One row for each patient, with a column for each visit, is read by blocks; `{}` stands for the
heading in [visits.columns], and one that no visit has for itself is the patient's::

    [visits]
    file = "随访.xlsx"
    sheet = "2024"                          # of a workbook with several
    header_row = 3                          # two rows of title stand above the headings
    blocks = { baseline = "{}_基线", week12 = "{}_12周" }
    [visits.columns]
    patient_id = "住院号"
    crp_mg_l = { from = "CRP", unit = "mg/dL" }     # CRP_基线 and CRP_12周
    albumin_g_dl = { from = { baseline = "白蛋白", week12 = "复查白蛋白" }, unit = "g/L" }

One row for each sample, without the name of a visit, is placed by its date::

    [visit_windows]                         # days from start_date
    baseline = { day = 0, from = -42, to = 0 }
    week12 = { day = 84, from = 70, to = 112 }

Keys at the top
    title; simulated; notebooks (which apply; all if absent); encoding (if absent, detected among
    UTF-8, UTF-16 and GB18030); dates; missing; exported (the day of the export, 2024-09-30: a later
    date is a mistake; today, if absent); also_in (a second folder to look for the files in, from
    the project's root; `${NAME:-default}` stands for an environment variable); visit_names (if
    absent, visits are kept as written); visit_windows; codes; score_source ("items", the default;
    "recorded": the centre's own totals; "items_else_recorded"); pseudonyms (true, but for a
    simulated cohort: patients get a keyed pseudonym in everything derived); min_count (5, but 0 for
    a simulated cohort: smaller counts are blank in the tables for sharing); published_in (where the
    figures of `published.csv` were printed, as within a sentence: "the congress abstract").
Keys of a table
    file (the ending tells how it is read: .csv comma, .tsv or .txt tab, with .gz if packed; .xlsx,
    .xlsm or .xls a workbook); sheet; header_row (1); columns; blocks (a row holds several records,
    as above; in general a list, each with its heading and whatever of our columns it tells:
    [{ heading = "{}_基线_回肠", visit = "baseline", segment = "ileum" }]; a diary has
    [{ heading = "{}1" }, { heading = "{}2" }]; a block that is blank is no record);
    repeated = true (one row for each sample: the rows of one key are folded into one, blanks
    filled from one another); key (our columns that tell one record from the next, if not the
    usual: see `tidy.KEYS`); rows_where (only these rows); only_where (a list: these columns are
    answers only in these rows); instead (a list: in these rows, these columns are answers that
    stand under other headings, whatever their own heading and only_where say, as on a form of its
    own for each disease; if several hold, the last); remarks (a list: rows to report, changing
    nothing); not_reached and segment (endoscopy).
    A condition names their heading and the words wanted, "*" for anything but blank:
    rows_where = { "SES-CD Score" = ["*"] }
    only_where = [{ columns = ["uveitis"], where = { "Was HBI completed?" = ["Yes"] } }]
    instead = [{ columns = { uveitis = "Uveitis (UC)" }, where = { "Dx" = ["UC"] } }]
    remarks = [{ where = { "Partial" = ["Yes"] }, problem = "partial endoscopy", why = "..." }]
Keys of a column
    from (their heading; by block, where those have nothing in common), or value (the same in every
    row, under no heading: disease = { value = "CD" }); codes (our code = their
    words; then only those words are permitted); repairs (a known misspelling = our code); missing
    (further words); dates (other formats); unit (theirs, if it is one of `units.UNITS`) or factor
    (to our unit) or unit_from (the heading that holds the unit; with units, the factor of each, the
    first being the usual one, unless they are known); units_checked = true (it is one unit, though
    the numbers look like two); rescale (a number between these limits was typed on another scale);
    identifying = false (this free text tells nobody's name: it is kept).

Words are compared without regard to case, outer blanks and full-width forms; 999 matches 999.0.
A number typed `<0.5` or `>1800` is read as the limit, with `left` or `right` in the column
`<name>_censor`, where the tidy table has one; `≤5` is not read, for it may mean `<5` or `5`.
A date is written as `dates` say, from YYYY, MM or M, DD or D, and hh, mm, ss of a time that is read
over; a date cell of a workbook is a date in whatever format it is shown. Where windows place a
sample, the row nearest to the day that is meant stands, its blanks filled from the others.
Endoscopy may also be wide (`ulcer_size_ileum`, ... each with its heading). Several tables may name
the same file. Beyond the columns of `tidy`, patients, visits, endoscopy and imaging may have any
item of the catalogue by its name (`urgency`, `sibdq_1`), which notebook 02 then scores, and any
table a total that the centre computed itself, `<index>_recorded`. What is not mapped is not read.
"""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from ibd_scores.study import paths
from ibd_scores.study.cohort.declaration import Declaration
from ibd_scores.study.cohort.problems import CohortError
from ibd_scores.study.cohort.sources import Cohort

__all__ = ["Cohort", "CohortError", "read_cohort"]


def read_cohort(cohort: str | Path) -> Cohort:
    """Read the declaration of a cohort: a name under `data/raw`, or the folder itself as a Path.

    Raises
    ------
    CohortError
        no such cohort, or a declaration that is not understood. The message names the file, the
        section and the key, and says what is known there.
    """
    if isinstance(cohort, str) and not re.fullmatch(r"[A-Za-z0-9][\w-]*", cohort):
        raise CohortError(f"cohort {cohort!r}: a name has letters, digits, _ and - only")
    folder = cohort if isinstance(cohort, Path) else paths.raw(cohort)
    path = folder / "cohort.toml"
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise CohortError(
            f"{path}: not there; it says how to read the tables beside it "
            "(data/raw/upadacitinib/cohort.toml is an example)"
        ) from None
    except UnicodeDecodeError:
        raise CohortError(f"{path}: not UTF-8; save it again as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CohortError(f"{path}: {error}; in TOML, text stands in quotation marks") from error
    return Declaration(path, stated).cohort()
