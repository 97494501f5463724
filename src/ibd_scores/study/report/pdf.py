"""The report as PDF, by a browser without a window or by weasyprint, where there is one."""

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ibd_scores.study import paths

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OFFLINE = ("--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND")  # fmt: skip
CLOCK = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")
PATIENCE = 180  # seconds


def write(html: Path, pdf: Path) -> str:
    """Print a page to a PDF without a clock time in it.

    Returns
    -------
    str
        Why there is none, in words; blank where there is.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    printer = browser or shutil.which("weasyprint")
    if printer is None:
        return f"no PDF: neither chromium nor weasyprint is installed; print {html.name} instead"
    with TemporaryDirectory() as folder, paths.replacing(pdf) as temporary:
        command = [printer, str(html), str(temporary)]
        if browser:
            command = [
                browser, "--headless", "--no-sandbox", "--disable-gpu", *OFFLINE,
                f"--user-data-dir={folder}", "--no-pdf-header-footer",
                "--generate-pdf-document-outline",
                f"--print-to-pdf={temporary}", html.resolve().as_uri(),
            ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
            made = CLOCK.sub(lambda found: found[1] + b"20000101000000", temporary.read_bytes())
        except (subprocess.SubprocessError, OSError) as error:
            temporary.touch()
            failure = f"no PDF: {Path(printer).name} failed ({type(error).__name__})"
        else:
            temporary.write_bytes(made)
            return ""
    pdf.unlink()
    return failure
