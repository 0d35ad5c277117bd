"""JupyterLab as an analyst uses it: live inline values, saving, and the export menu."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pikepdf
import pymupdf
import pytest
from conftest import write_notebook, write_package

from briefkit.errors import BriefError
from briefkit.run import read

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: install the package chromium"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def briefkit_run(path):
    """Run a brief in a process of its own: Playwright holds this one's event loop."""
    subprocess.run([sys.executable, "-m", "briefkit.cli", "run", str(path)], check=True, capture_output=True)
    return read(path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return write_package(tmp_path_factory.mktemp("lab")).parent


@pytest.fixture(scope="module")
def lab(project):
    """Start a real JupyterLab in the made-up project, once, and give its address."""
    port = free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", f"--ServerApp.port={port}", "--allow-root",
               "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={project}"]  # fmt: skip
    own = {"JUPYTER_CONFIG_DIR": str(project / ".jupyter"), "JUPYTERLAB_SETTINGS_DIR": str(project / ".settings"),
           "JUPYTERLAB_WORKSPACES_DIR": str(project / ".workspaces")}  # fmt: skip
    with (project / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log, cwd=project)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: answers(address + "/api"), address)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()


def wait_for(reached, else_said):
    for _ in range(120):
        if reached():
            return
        time.sleep(0.5)
    raise TimeoutError(else_said)


def answers(address):
    try:
        return fetch(address)
    except OSError:
        return None


def fetch(address):
    # The server answers only requests that come from its own pages.
    request = urllib.request.Request(address, headers={"Referer": address})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return reply.read()


@pytest.fixture
def path(project, request):
    """Give each test a brief of its own: they share the server."""
    return write_notebook(project / "notebooks" / f"{request.node.name.replace('_', '-')}.ipynb")


@pytest.fixture(scope="module")
def window():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
        browser.close()


@pytest.fixture
def page(window):
    page = window.new_page()
    page.set_default_timeout(60_000)
    yield page
    page.close()


def open_notebook(page, lab, path):
    # In a workspace of its own: JupyterLab would open what another test had open.
    page.goto(f"{lab}/lab/workspaces/{path.stem}/tree/notebooks/{path.name}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


def choose(page, menu, item):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()


def run_all(page):
    # A kernel says that it is idle before its channels are open, and JupyterLab drops what is run before that.
    for _ in range(5):
        choose(page, "Run", "Run All Cells")
        page.wait_for_timeout(3000)
        if page.locator(".jp-InputPrompt", has_text=re.compile(r"\[[0-9*]+\]")).count():
            return
    raise TimeoutError("the kernel ran no cell")


def test_the_server_lists_both_exporters_and_exports(lab, path):
    briefkit_run(path)
    assert {"brief_html", "brief_pdf"} <= set(json.loads(fetch(lab + "/api/nbconvert")))
    assert b"1,550" in fetch(lab + f"/nbconvert/brief_html/notebooks/{path.name}?download=true")
    assert fetch(lab + f"/nbconvert/brief_pdf/notebooks/{path.name}?download=true").startswith(b"%PDF-")


def test_run_all_shows_inline_values_and_saving_stores_them(lab, path, page):
    open_notebook(page, lab, path)
    run_all(page)
    page.locator(".jp-MarkdownCell .fact", has_text="1,550").first.wait_for()
    choose(page, "File", "Save Notebook")
    assert wait_for_values(path) == user_expressions(briefkit_run(path)), "both must write the same bundle"


def test_a_changed_sentence_is_in_the_paper_that_the_menu_exports(lab, path, page, tmp_path):
    open_notebook(page, lab, path)
    run_all(page)
    page.locator(".jp-MarkdownCell .fact", has_text="1,550").first.wait_for()
    change(page, "The arsenal grew", "## The arsenal grew\n\nNobody in Rurland foresaw {eval}`last` of them.")
    page.get_by_text("Nobody in Rurland foresaw 1,550 of them.").wait_for()
    choose(page, "File", "Save Notebook")
    wait_for(lambda: "Nobody in Rurland foresaw" in path.read_text(encoding="utf-8"), "the sentence was not saved")

    choose(page, "File", "Save and Export Notebook As")
    with page.expect_download() as download:
        page.locator(".lm-Menu-itemLabel", has_text=re.compile("^brief.pdf$", re.IGNORECASE)).click()
    download.value.save_as(tmp_path / "rurland.pdf")
    with pikepdf.open(tmp_path / "rurland.pdf") as paper:
        assert paper.Root.MarkInfo.Marked
        assert paper.Root.StructTreeRoot.K
        assert str(paper.docinfo["/Title"]) == "Rurland armed itself"
    assert "Nobody in Rurland foresaw 1,550" in words(tmp_path / "rurland.pdf")
    assert "From 12" not in words(tmp_path / "rurland.pdf"), "the sentence as it was before"


def change(page, shown, text):
    """Write another text into the Markdown cell that shows some words, as an analyst does, and render it."""
    page.locator(".jp-MarkdownCell").get_by_role("heading", name=shown).dblclick()
    editor = page.locator(".jp-MarkdownCell.jp-mod-active .cm-content")
    editor.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)
    editor.press("Shift+Enter")


def words(path):
    """Read the text of a paper, without the raised numbers of notes."""
    with pymupdf.open(path) as paper:
        blocks = [block for page in paper for block in page.get_text("dict")["blocks"]]
    spans = [span for block in blocks for line in block.get("lines", ()) for span in line["spans"]]
    return re.sub(r"\s+", " ", "".join(span["text"] for span in spans if span["size"] > 7))


def test_values_stay_readable_in_a_notebook_that_is_not_trusted(lab, path, page):
    briefkit_run(path)
    open_notebook(page, lab, path)
    page.get_by_text("By March 2003 it held 1,550 warheads.").wait_for()


def user_expressions(notebook):
    return [cell.metadata.get("user_expressions") for cell in notebook.cells if cell.cell_type == "markdown"]


def wait_for_values(path):
    for _ in range(60):
        with contextlib.suppress(BriefError):  # caught in the middle of a save
            found = user_expressions(read(path))
            if all(found):
                return found
        time.sleep(0.5)
    raise TimeoutError("the notebook was saved without inline values")
