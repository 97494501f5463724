"""Where the project is looked for."""

import pytest

from ibd_scores.study import paths


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project, with nothing named in the environment."""
    monkeypatch.delenv("IBD_SCORES_ROOT", raising=False)
    root = tmp_path / "project"
    (root / "notebooks" / "drafts").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    return root


@pytest.mark.parametrize("folder", [".", "notebooks", "notebooks/drafts"])
def test_the_project_is_looked_for_from_the_working_directory_upwards(project, monkeypatch, folder):
    monkeypatch.chdir(project / folder)
    assert paths.root() == project.resolve()


def test_from_outside_a_project_it_is_the_one_that_this_code_stands_in(
    project, tmp_path, monkeypatch
):
    code = project / "src" / "ibd_scores" / "study" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(code))
    monkeypatch.chdir(tmp_path)
    assert paths.root() == project.resolve()


def test_the_environment_names_the_project_outright(project, tmp_path, monkeypatch):
    other = tmp_path / "other"
    (other / "notebooks").mkdir(parents=True)
    (other / "pyproject.toml").touch()
    monkeypatch.chdir(project)
    monkeypatch.setenv("IBD_SCORES_ROOT", str(other))
    assert paths.root() == other.resolve()


def test_where_the_environment_names_no_project_none_is_looked_for(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("IBD_SCORES_ROOT", str(project / "notebooks"))
    with pytest.raises(FileNotFoundError, match=r"No project .* at .*notebooks\."):
        paths.root()


def test_where_there_is_no_project_it_is_said_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("IBD_SCORES_ROOT", raising=False)
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "site-packages" / "paths.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        paths.root()
    assert str(error.value) == (
        f"No project (a folder with pyproject.toml and notebooks/) at {tmp_path} or above it. "
        "Go to the project's folder, or name it in the environment variable IBD_SCORES_ROOT."
    )


def test_only_a_chain_is_told_what_was_written(tmp_path, monkeypatch):
    manifest = tmp_path / "manifest"
    monkeypatch.delenv(paths.RECORD, raising=False)
    paths.record(tmp_path / "a.csv")
    assert not manifest.exists()
    monkeypatch.setenv(paths.RECORD, str(manifest))
    paths.record(tmp_path / "b.csv")
    assert manifest.read_text("utf-8") == f"{tmp_path / 'b.csv'}\n"
