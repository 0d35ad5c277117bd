"""Pages in a real browser: they open their sources, stay within the window and ask nobody anything."""

import copy
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import DOSSIERS, ROOT

from briefkit import export
from briefkit.charts import house
from briefkit.facts import FIGURE

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


# --- the narrow drawing ----------------------------------------------------------------------------------------------

NARROW = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 200" width="360" height="200">
<rect x="0" y="0" width="360" height="200" class="fill-grid"/>
<text x="8" y="30" font-size="13" class="fill-ink">Ruritania 1,549</text></svg>"""
DRAWN = """() => [...document.querySelectorAll('#fig-holdings svg')].filter(svg => svg.checkVisibility()).map(
  svg => svg.getAttribute('viewBox'))"""
SCALE = """() => Math.min(...[...document.querySelectorAll('.slim svg')].map(
  svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))"""


@pytest.fixture(scope="module")
def narrow_address(tmp_path_factory):
    notebook = copy.deepcopy(nbformat.read(FILES / "export-brief.ipynb", as_version=4))
    figure = next(cell for cell in notebook.cells if cell.id == "fig-holdings").outputs[0].data[FIGURE]
    figure["narrow"] = NARROW
    file = tmp_path_factory.mktemp("narrow") / "narrow.html"
    file.write_text(export.html_page(notebook, "narrow"), encoding="utf-8")
    return file.as_uri()


def test_a_phone_shows_the_narrow_drawing_and_a_desk_the_wide_one(chromium, narrow_address):
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    page.goto(narrow_address)
    assert page.evaluate(DRAWN) == ["0 0 360 200"]
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("#fig-holdings").get_by_role("img").count() == 1  # the other one is hidden from everybody
    page.set_viewport_size({"width": 1280, "height": 900})
    (box,) = page.evaluate(DRAWN)
    assert box != "0 0 360 200"
    assert page.locator("#fig-holdings").get_by_role("img").count() == 1
    page.close()


# --- every kind of page of the collection's site ---------------------------------------------------------------------

BRIEFS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
TERMS = ["terms"] if (ROOT / "data" / "terms.csv").is_file() else []
SAMPLED = [f"dossiers/{code}" for code in DOSSIERS]
KINDS = [*BRIEFS, *SAMPLED, "dossiers/index", "index", "claims", "sources", *TERMS, "editions", "data/index"]
KINDS += ["data/sanctions"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a rule can find at one width or in one scheme and not in another; a phone has drawings of its own, for example.
BY_LOOK = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "aria-hidden-focus"]
BY_LOOK += ["svg-img-alt", "image-alt", "role-img-alt", "heading-order", "empty-heading", "region"]
LOOKS = [(width, scheme) for width in (320, 768, 1280) for scheme in ("light", "dark")]
# Long lists are of one make: a few of their items stand for all, or a page takes half a minute.
ALIKE = """.notes .panel:nth-of-type(n+8), .sources li:nth-child(n+12), .listed:nth-of-type(n+4),
  .listed li:nth-child(n+5), .letters li:nth-child(n+5), .tables li:nth-child(n+6),
  .rows tr:nth-child(n+12), .terms :nth-child(n+12)"""
# A rule sees a drawing as one image; its thousand outlines only slow it down.
OUTLINES = "svg :is(g, path, use, rect, line)"
SHORTEN = "alike => document.querySelectorAll(alike).forEach(item => item.remove())"
AXE = """rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(
  found => found.violations.map(one => [one.id, one.help, one.nodes.map(node => node.html.slice(0, 150))]))"""


@pytest.fixture(scope="module")
def watched(chromium):
    """Open pages one after another, and note what they ask for and complain of."""
    context = chromium.new_context(viewport={"width": 320, "height": 700}, bypass_csp=False)
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture(scope="module")
def tested(chromium):
    """Open pages in which axe may run: their own policy forbids every script."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


def faults(page):
    """Ask axe at each width and in each scheme."""
    found = {}
    for look in LOOKS:
        page.set_viewport_size({"width": look[0], "height": 900})
        page.emulate_media(color_scheme=look[1])
        found[look] = page.evaluate(AXE, RULES if look == LOOKS[0] else BY_LOOK)
    return {look: told for look, told in found.items() if told}


@pytest.mark.parametrize("name", KINDS)
def test_no_page_asks_for_anything_complains_or_scrolls_sideways(watched, collection, name):
    watched.asked.clear()
    watched.complaints.clear()
    watched.set_viewport_size({"width": 320, "height": 700})
    address = (collection / f"{name}.html").as_uri()
    watched.goto(address)
    assert watched.evaluate("document.documentElement.scrollWidth") == 320
    assert [url for url in watched.asked if url != address and not url.startswith("data:")] == []
    assert watched.complaints == []


@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_at_any_width_in_either_scheme(tested, collection, name):
    script = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script
    tested.goto((collection / f"{name}.html").as_uri())
    tested.evaluate(SHORTEN, f"{ALIKE}, {OUTLINES}")
    tested.evaluate(script)
    assert faults(tested) == {}


def test_axe_finds_nothing_in_an_open_panel(tested, address):
    script = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script
    tested.goto(address)
    tested.locator("button.fact").first.click()
    tested.evaluate(script)
    assert faults(tested) == {}


# The notes that the values lead to, each once; a value out of reach of the Tab key leads nowhere.
NOTES = """() => [...new Set([...document.querySelectorAll('main button[data-note]')].map(
  button => button.tabIndex === 0 && button.checkVisibility() ? button.getAttribute('popovertarget') : null))]"""
PANELS = "[...document.querySelectorAll('.panel')].map(panel => panel.id)"
FOCUS = "note => document.querySelector(`main button[popovertarget='${note}']`).focus()"
NOW = """() => [document.querySelector('.panel:popover-open')?.id ?? null,
  document.activeElement.getAttribute('popovertarget')]"""


@pytest.mark.parametrize("name", [*BRIEFS, *SAMPLED])
def test_the_keyboard_reaches_opens_and_closes_each_panel(watched, collection, name):
    watched.goto((collection / f"{name}.html").as_uri())
    notes = watched.evaluate(NOTES)
    assert sorted(notes) == sorted(watched.evaluate(PANELS)) != []
    for note in notes:
        watched.evaluate(FOCUS, note)
        watched.keyboard.press("Enter")
        assert watched.evaluate(NOW) == [note, note]
        watched.keyboard.press("Escape")
        assert watched.evaluate(NOW) == [None, note]


@pytest.mark.parametrize("name", [*BRIEFS, *SAMPLED[:2], "index"])
def test_on_a_small_phone_no_text_of_a_chart_is_smaller_than_nine_pixels(watched, collection, name):
    watched.set_viewport_size({"width": 320, "height": 700})
    watched.goto((collection / f"{name}.html").as_uri())
    assert house.TEXT * watched.evaluate(SCALE) >= 9


def test_a_brief_is_light_and_painted_at_once(watched, collection, report):
    told = {}
    for name in [*BRIEFS, *SAMPLED]:
        size = (collection / f"{name}.html").stat().st_size
        assert size <= 400_000, f"{name}: {size / 1000:.0f} kB"
        watched.goto((collection / f"{name}.html").as_uri())
        watched.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        paint = watched.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        told[name] = f"{name} {size / 1000:.0f} kB, first paint {paint:.0f} ms"
    report("\n".join(told.values()))


def test_a_row_named_in_a_panel_is_shown_in_its_table(watched, collection):
    watched.set_viewport_size({"width": 1280, "height": 900})
    watched.goto((collection / f"{BRIEFS[0]}.html").as_uri())
    link = watched.locator(".panel a[href*='data/'][href*='#r-']").first
    row = link.get_attribute("href").partition("#")[2]
    watched.goto((collection / link.get_attribute("href").partition("#")[0]).as_uri() + f"#{row}")
    box = watched.locator(f"[id='{row}']").bounding_box()
    assert 0 <= box["y"] <= 900
