"""How a filled-in form and a REDCap export are read: a `cohort.toml` for each, ready to use."""

from collections.abc import Iterable, Iterator, Mapping

from ibd_scores.study.intake.fields import Field, fields
from ibd_scores.study.intake.form import HEADER_ROW
from ibd_scores.study.intake.redcap import REPEATING, field_names
from ibd_scores.study.intake.toml import quoted
from ibd_scores.study.intake.words import words


def form_cohort_toml(file: str, *, title: str, instruments: Iterable[str] = ()) -> str:
    """Return a `cohort.toml` that reads a filled-in entry form.

    Parameters
    ----------
    file : str
        The name of the workbook.
    title : str
        What the cohort is called.
    instruments : iterable of str
        The same as for the form.

    Examples
    --------
    >>> print(form_cohort_toml("form.xlsx", title="Our patients"))
    # The entry form: our names stand in row 3, below the labels.
    title = "Our patients"
    dates = ["YYYY-MM-DD"]
    <BLANKLINE>
    [visit_names]
    baseline = ["baseline"]
    ...
    [patients]
    file = "form.xlsx"
    sheet = "patients"
    header_row = 3
    <BLANKLINE>
    [patients.columns]
    patient_id = "patient_id"
    ...
    """
    asked = fields(instruments)
    names = {(field.table, field.name): field.name for listed in asked.values() for field in listed}
    keys = {table: (f"sheet = {quoted(table)}", f"header_row = {HEADER_ROW}") for table in asked}
    first = f"# The entry form: our names stand in row {HEADER_ROW}, below the labels."
    return _declared(first, title, file, asked, names, keys)


def redcap_cohort_toml(file: str, *, title: str, instruments: Iterable[str] = ()) -> str:
    """Return a `cohort.toml` that reads the export ("CSV / raw data") of the dictionary's project.

    Every form stands in the same file: the rows of a repeating one carry its name in
    `redcap_repeat_instrument`, those of the first form a blank.

    Parameters
    ----------
    file : str
        The name of the exported file.
    title : str
        What the cohort is called.
    instruments : iterable of str
        The same as for the dictionary.

    Examples
    --------
    >>> text = redcap_cohort_toml("export.csv", title="Our patients")
    >>> print(text[text.index("[diary]") : text.index("liquid_stools = ")].rstrip())
    [diary]
    file = "export.csv"
    rows_where = { redcap_repeat_instrument = ["diary"] }
    <BLANKLINE>
    [diary.columns]
    patient_id = "patient_id"
    date = "diary_date"
    """
    asked = fields(instruments)
    keys = {}
    for table in asked:
        form = quoted(table if table in REPEATING else "")
        keys[table] = (f"rows_where = {{ redcap_repeat_instrument = [{form}] }}",)
    first = "# The raw export of the REDCap project that the data dictionary makes."
    return _declared(first, title, file, asked, field_names(asked), keys)


def _declared(
    first: str,
    title: str,
    file: str,
    asked: Mapping[str, Iterable[Field]],
    names: Mapping[tuple[str, str], str],
    keys: Mapping[str, Iterable[str]],
) -> str:
    """Put a declaration together: one file, codes and units ours, a heading for each column."""

    def lines() -> Iterator[str]:
        yield from (first, f"title = {quoted(title)}", 'dates = ["YYYY-MM-DD"]')
        yield from ("", "[visit_names]")
        yield from (f"{visit} = [{quoted(visit)}]" for visit in words().visits)
        for table, listed in asked.items():
            yield from ("", f"[{table}]", f"file = {quoted(file)}", *keys[table])
            yield from ("", f"[{table}.columns]")
            yield from (f"{field.name} = {quoted(names[table, field.name])}" for field in listed)

    return "\n".join(lines()) + "\n"
