"""The page of a brief in a real browser: it opens its sources, stays within the window and asks nobody anything."""

import shutil
from pathlib import Path

import nbformat
import pytest

from briefkit import export

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: install the package chromium"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FILES = Path(__file__).parents[1] / "files"


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    notebook = nbformat.read(FILES / "export-brief.ipynb", as_version=4)
    (folder / "export-brief.html").write_text(export.html_page(notebook, "export-brief"), encoding="utf-8")
    return (folder / "export-brief.html").as_uri()


@pytest.fixture
def opened(chromium, address):
    """Open the page in a window of 320 pixels and note what it asks for and complains of."""
    context = chromium.new_context(viewport={"width": 320, "height": 700}, accept_downloads=True)
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()


def test_the_page_asks_for_nothing_and_complains_of_nothing(opened, address):
    opened.wait_for_timeout(200)
    assert [url for url in opened.asked if url != address and not url.startswith("data:")] == []
    assert opened.complaints == []


def test_the_page_never_scrolls_sideways_on_a_small_phone(opened):
    assert opened.evaluate("document.documentElement.scrollWidth") == 320


def test_a_click_opens_the_source_of_a_number_and_escape_closes_it(opened):
    opened.get_by_role("button", name="94", exact=True).first.click()
    panel = opened.locator(".panel:popover-open")
    assert "Table holdings, row 2001-03-01 · RUR" in panel.inner_text()
    opened.keyboard.press("Escape")
    assert panel.count() == 0


def test_the_keyboard_reaches_opens_and_closes_a_panel(opened):
    for _ in range(10):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.textContent") == "94":
            break
    opened.keyboard.press("Enter")
    panel = opened.locator(".panel:popover-open")
    assert panel.count() == 1
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.closest('.panel') !== null")
    panel.get_by_role("button", name="Close").click()
    assert panel.count() == 0


def test_a_screen_reader_hears_a_number_and_not_its_note(opened):
    assert opened.get_by_role("button", name="1,550", exact=True).count() >= 1


def test_the_data_of_a_figure_is_saved_as_csv(opened):
    with opened.expect_download() as download:
        opened.get_by_role("link", name="Data (CSV)").first.click()
    assert download.value.suggested_filename == "export-brief-figure-1.csv"
    assert Path(download.value.path()).read_text().startswith("date,country,value\n1999-03-01,Ruritania,1537\n")


def test_on_paper_every_note_is_printed(opened):
    opened.emulate_media(media="print")
    assert opened.get_by_role("heading", name="Notes").is_visible()
    assert opened.locator(".panel:visible").count() == opened.locator(".panel").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_axe_finds_nothing(chromium, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.locator("button.fact").first.click()
    result = axe.Axe().run(page)
    context.close()
    assert result.violations_count == 0, result.generate_report()
