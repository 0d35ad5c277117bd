"""nbconvert's own PDF, printed by a browser, shows values in place of roles."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from briefkit.run import read

BRIEF = Path(__file__).parents[2] / "notebooks" / "sanctions.ipynb"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: install the package chromium"),
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext: install the package poppler-utils"),
]


@pytest.fixture
def browsers(tmp_path):
    """Put the system's Chromium where Playwright looks for a download of its own."""
    folder = tmp_path / "browsers"
    folder.mkdir()
    launch = "from playwright.sync_api import sync_playwright as s\nwith s() as p: p.chromium.launch()"
    tried = subprocess.run(
        [sys.executable, "-c", launch],
        env=os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(folder)},
        capture_output=True,
        text=True,
    )
    wanted = Path(re.search(r"Executable doesn't exist at (\S+)", tried.stderr)[1])
    wanted.parent.mkdir(parents=True)
    wanted.symlink_to(CHROMIUM)
    return folder


def test_webpdf_shows_values_in_place_of_roles(browsers, tmp_path):
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "webpdf", "--disable-chromium-sandbox", str(BRIEF)]
    environment = os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(browsers)}
    subprocess.run([*command, "--output-dir", str(tmp_path)], env=environment, check=True, capture_output=True)
    made = subprocess.run(
        ["pdftotext", str(tmp_path / "sanctions.pdf"), "-"], check=True, capture_output=True, text=True
    )
    assert "{eval}" not in made.stdout
    shown = " ".join(made.stdout.split())
    for item in read(BRIEF).cells[0].metadata.user_expressions:
        assert item.result.data["text/plain"] in shown
