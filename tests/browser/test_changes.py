"""The page of changes in a real browser: it asks nobody anything, fits a small phone and passes axe."""

import shutil

import pytest

from briefkit import redline
from briefkit.compare import Claim, Comparison, Corrected, Moved, Reach, Sentence, Verdict

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: install the package chromium"),
]
KEY = "2001-03-01|RUR|" + "a_very_long_name_of_a_metric_" * 3
FOUND = Comparison(
    "Rurland armed itself",
    "as of 1 June 2002",
    "as of 1 March 2003",
    (
        Sentence("title", "Rurland", "answer", "It held 9 in May.", "It held 1,550 in May."),
        Claim("claim-rise", "Arms", Verdict("It grew", "holds", "9 > 2"), Verdict("It grew", "does not", "1 ≤ 2")),
    ),
    (Moved("holdings", KEY, "entered", (Reach("rise", "value", "12"),)), Moved("holdings", KEY, "left", ())),
    (Corrected("holdings", KEY, (("value", "12", "13"),), None, ()),),
    ("The results of then are shown.",),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    from playwright.sync_api import sync_playwright

    file = tmp_path_factory.mktemp("changes") / "changes.html"
    file.write_text(redline.page(FOUND), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 320, "height": 700}, bypass_csp=True, locale="en-GB")
        page.asked, page.complaints = [], []
        page.on("request", lambda each: page.asked.append(each.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(file.as_uri())
        yield page
        browser.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_changes_fits_its_window_asks_for_nothing_and_passes_axe(opened, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened.set_viewport_size({"width": width, "height": 700})
    opened.emulate_media(color_scheme=scheme)
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert [url for url in opened.asked if not url.startswith(("data:", "file:"))] == []
    assert opened.complaints == []
    found = Axe().run(opened).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_struck_words_and_signs_are_both_there_to_see(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    removed = opened.locator("del").nth(1)
    assert removed.inner_text().replace("\u2060", "") == "[-9-]"
    assert "line-through" in removed.locator(".words").evaluate("each => getComputedStyle(each).textDecorationLine")
