"""Lend the cases a copy of the project, and the commands of both sides: whatever a case edits is thrown away."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from timing import execute, expect

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# What a build reads, and what it writes beside its output.
COPIED = ("data", "notebooks", "figures", "CHANGELOG.md", "pyproject.toml", "requirements.lock")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium refuses its sandbox to root, and many containers have no other user.
NO_SANDBOX = hasattr(os, "geteuid") and os.geteuid() == 0
# Neither the shortest brief nor the longest: the one that cases of a single brief take, unless another is named.
BRIEF = "expulsions"


@dataclass(frozen=True)
class Bench:
    """Hold what every case needs: the copied project, its briefs, a folder for outputs, and how many rounds."""

    project: Path
    notebooks: list[Path]
    scratch: Path
    rounds: int
    dossiers: int
    many: int

    @property
    def brief(self) -> Path:
        """Give the notebook for the cases of a single brief."""
        return next((path for path in self.notebooks if path.stem == BRIEF), self.notebooks[0])

    def fresh(self, name: str) -> Path:
        """Give an output folder with nothing in it."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def build(self, *options: str | Path) -> str:
        """Run `briefkit build` in the copy, in a process of its own."""
        return execute([BIN / "briefkit", "build", *options], self.project)

    def nbconvert(
        self, notebooks: Sequence[Path], out: Path, *options: str, executing: bool = False, webpdf: bool = True
    ) -> None:
        """Make a page and a PDF as most people do today: nbconvert's own HTML and webpdf, a call for each kind.

        Running the notebooks once is enough: webpdf works from the stored outputs.
        """
        command = [BIN / "jupyter", "nbconvert", "--log-level=ERROR", "--output-dir", out, *options]
        sandbox = ["--disable-chromium-sandbox"] if NO_SANDBOX else []
        execute([*command, "--to", "html", *(["--execute"] if executing else []), *notebooks], self.project)
        if webpdf:
            execute([*command, "--to", "webpdf", *sandbox, *notebooks], self.project)

    def expect_outputs(self, folder: Path, notebooks: Sequence[Path]) -> None:
        """Refuse a build of which a page or a paper is missing."""
        expect(folder / f"{path.stem}.{ending}" for path in notebooks for ending in ("html", "pdf"))


def copied(folder: Path, only: Sequence[str] = ()) -> Path:
    """Copy all that a build reads: notebooks, or `only` some of them, tables, settings; nothing that it keeps."""
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    for path in (folder / "notebooks").glob("*.ipynb"):
        if only and path.name not in only:
            path.unlink()
    return folder


@contextmanager
def installed_chromium(folder: Path) -> Iterator[str]:
    """Let Playwright, and so webpdf, find the system's Chromium where it looks for its own download."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        sys.exit("make bench: no Chromium found; webpdf needs one. Install it, on Debian: apt-get install chromium")
    from playwright.sync_api import Error, sync_playwright

    folder.mkdir()
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(folder)
    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch().close()
        except Error as error:  # names the file that it misses
            missing = Path(re.search(r"Executable doesn't exist at (\S+)", error.message)[1])
            missing.parent.mkdir(parents=True)
            missing.symlink_to(chromium)
        browser = playwright.chromium.launch(args=["--no-sandbox"] if NO_SANDBOX else [])
        version = browser.version
        browser.close()
    yield f"Chromium {version}"
