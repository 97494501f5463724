import argparse

import openpyxl
import pytest

from ibd_scores.study.intake.commands import add_commands


def run(*arguments):
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    options = parser.parse_args([str(one) for one in arguments])
    return options.command(options)


def test_one_command_writes_the_form_and_says_what_comes_next(tmp_path, capsys):
    path = tmp_path / "form.xlsx"
    assert run("form", path, "--instrument", "sccai") == 0
    assert "urgency" in {cell.value for cell in openpyxl.load_workbook(path)["visits"][3]}
    assert f"ibd-scores start {path} --name COHORT" in capsys.readouterr().out


def test_one_command_writes_the_dictionary_and_says_what_comes_next(tmp_path, capsys):
    path = tmp_path / "dictionary.csv"
    assert run("redcap", path) == 0
    assert path.read_text(encoding="utf-8").startswith("Variable / Field Name,Form Name,")
    assert "repeating instruments" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["form.xlsx", "redcap.csv"])
def test_a_file_that_is_there_may_hold_patients_and_is_never_overwritten(tmp_path, name):
    path = tmp_path / name
    path.write_text("patients", encoding="utf-8")
    with pytest.raises(ValueError, match="is there already and was left as it is"):
        run(path.stem, path)
    assert path.read_text(encoding="utf-8") == "patients"


@pytest.mark.parametrize(("command", "name"), [("form", "form.xls"), ("redcap", "d.xlsx")])
def test_another_ending_is_refused(tmp_path, command, name):
    with pytest.raises(ValueError, match="name a file that ends in"):
        run(command, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(ValueError, match="no such folder"):
        run("form", tmp_path / "absent" / "form.xlsx")
    assert not list(tmp_path.iterdir())


def test_an_unknown_instrument_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match="no instrument"):
        run("redcap", tmp_path / "d.csv", "--instrument", "scai")
    assert not list(tmp_path.iterdir())
