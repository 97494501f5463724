"""The notebooks in JupyterLab, in a real browser: Run All works in each from a fresh clone.

Needs Chromium or Chrome, playwright (`pip install playwright`) and the extra `lab`; skipped where
one of them is lacking. What the browser showed is kept beside pytest's other temporary files.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ibd_scores.study import chain
from ibd_scores.study.chain import execution, notebooks

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="neither Chromium nor Chrome is on the path"),
]

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("pyproject.toml", "src", "notebooks", "tools", "data/raw")
SECONDS = 120  # for each notebook
NO_NEWS = {
    "@jupyterlab/apputils-extension": {"notification": {"fetchNews": "false"}},
    "@jupyterlab/docmanager-extension": {"plugin": {"autosave": False}},
}
# Run All does nothing to cells that are sent before the kernel answers.
READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    const context = panel?.sessionContext;
    return context?.isReady && panel.content?.model?.cells.length > 0
        && context.session?.kernel?.connectionStatus === 'connected';
}"""
RUN = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
}"""
# The last cell is done, or one that failed keeps it from being run.
ENDED = """() => {
    const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells]
        .filter(cell => cell.type === 'code');
    const failed = cell => cell.outputs.toJSON().some(one => one.output_type === 'error');
    return cells.at(-1).executionCount !== null || cells.some(failed);
}"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
STOP = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
IDLE = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status
    === 'idle'"""
THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
# Colors of what a card is made of, and of the page that it lies on.
COLORS = """() => {
    const found = [...document.querySelectorAll('.jp-RenderedHTMLCommon > div > h4')];
    const parts = found.flatMap(h4 => [...h4.parentElement.querySelectorAll('h4, th, td, p')]);
    const page = document.querySelector('.jp-Notebook');
    return {
        texts: parts.map(one => getComputedStyle(one).color),
        page: getComputedStyle(page).backgroundColor,
    };
}"""


def copied(root: Path) -> None:
    """Copy what a fresh clone has, with the outputs of the notebooks cleared."""
    for part in COPIED:
        source = ROOT / part
        if source.is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(source, root / part, ignore=unwanted)
        else:
            shutil.copy(source, root / part)
    for file in (root / "notebooks").glob("*.ipynb"):
        notebook = notebooks.read(file)
        for cell in notebooks.code(notebook):
            cell |= {"execution_count": None, "outputs": []}
        notebooks.store(file, notebook)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(root: Path, own: Path) -> dict[str, str]:
    """The environment of `make lab`, with settings of its own and nothing of pytest's."""
    folders = {
        f"{name}_DIR": own / name.lower()
        for name in ("JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_RUNTIME", "JUPYTERLAB_SETTINGS",
                     "JUPYTERLAB_WORKSPACES")
    }  # fmt: skip
    for package, settings in NO_NEWS.items():
        for plugin, setting in settings.items():
            file = folders["JUPYTERLAB_SETTINGS_DIR"] / package / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(setting))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    names = {name: str(folder) for name, folder in folders.items()}
    return kept | execution.environment(root) | names | {"PYTHONPATH": str(root / "src")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clone")
    copied(root)
    return root


@pytest.fixture(scope="module")
def lab(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of JupyterLab and its token."""
    own = tmp_path_factory.mktemp("jupyter")
    port, token = free_port(), secrets.token_hex(16)
    options = [
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True",
        "--no-browser", "--allow-root",
    ]  # fmt: skip
    with (own / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], cwd=project, stdout=log, stderr=log,
            env=environment(project, own), start_new_session=True,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            answers(f"{address}/api/status?token={token}", server, own / "log.txt")
            yield address, token
        finally:
            ended(server)


def answers(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer: {log.read_text()[-2000:]}")


def ended(server: "subprocess.Popen[bytes]") -> None:
    """End the server, which ends its kernels; and by force what does not listen."""
    for signaled in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is None:
            os.killpg(server.pid, signaled)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                continue


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    try:
        yield context.new_page()
    finally:
        context.close()


def run_all(page: Any, lab: tuple[str, str], name: str) -> None:
    address, token = lab
    page.goto(f"{address}/lab/tree/notebooks/{name}.ipynb?reset&token={token}")
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate(RUN)
    page.wait_for_function(ENDED, timeout=SECONDS * 1000)


def errors(notebook: dict[str, Any]) -> list[str]:
    return [
        f"{output['ename']}: {output['evalue']}"
        for cell in notebooks.code(notebook)
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]


@pytest.mark.parametrize("stage", chain.STAGES)
def test_run_all_works_from_cleared_notebooks(stage, page, lab, project, tmp_path):
    file = project / "notebooks" / f"{stage}.ipynb"
    assert all(cell["execution_count"] is None for cell in notebooks.code(notebooks.read(file)))
    run_all(page, lab, stage)
    page.screenshot(path=tmp_path / f"{stage}.png")
    page.evaluate(SAVE)
    page.evaluate(STOP)
    saved = notebooks.read(file)
    assert errors(saved) == []
    counts = [cell["execution_count"] for cell in notebooks.code(saved)]
    assert counts == [*range(1, len(counts) + 1)]


def test_the_server_asks_for_its_token(lab):
    with pytest.raises(URLError, match="403"):
        urlopen(f"{lab[0]}/api/contents", timeout=5)


def contrast(one: str, other: str) -> float:
    """Contrast of two colors by WCAG 2, from 1 to 21."""

    def luminance(color: str) -> float:
        parts = [float(part) / 255 for part in color.split("(")[1].rstrip(")").split(",")[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def looking(*sources: str) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "id": f"cell-{place}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": source}
        for place, source in enumerate(sources)
    ]  # fmt: skip
    return {"cells": cells, "metadata": {"kernelspec": notebooks.KERNEL}, "nbformat": 4,
            "nbformat_minor": 5}  # fmt: skip


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_cards_are_readable_in_either_theme(theme, page, lab, project, tmp_path):
    cards = looking(
        "from ibd_scores import cdai, endpoints, truelove_witts", "cdai", "endpoints.ulcer_free",
        "truelove_witts",
    )  # fmt: skip
    (project / "notebooks" / "cards.ipynb").write_text(json.dumps(cards))
    run_all(page, lab, "cards")
    page.evaluate(THEME, theme)
    page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{theme}'")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.screenshot(path=tmp_path / "cards.png")
    page.evaluate(STOP)
    colors = page.evaluate(COLORS)
    assert len(colors["texts"]) > 30
    assert min(contrast(text, colors["page"]) for text in colors["texts"]) > 4.5


def test_course_and_panel_show_themselves_in_a_live_session(page, lab, project, tmp_path):
    live = looking(
        "from ibd_scores.study.explore import course, explore", "explore()", 'course("P001")'
    )
    (project / "notebooks" / "looking.ipynb").write_text(json.dumps(live))
    run_all(page, lab, "looking")
    page.wait_for_selector(".widget-dropdown select")
    page.locator(".widget-dropdown select").nth(2).select_option(label="sex")
    page.wait_for_selector(".widget-html th:has-text('female')")
    page.wait_for_function(IDLE)
    assert page.locator(".jp-OutputArea-output img").count() == 2  # the forest and the sheet
    page.screenshot(path=tmp_path / "looking.png")
    page.evaluate(STOP)
