"""Questions that a reader may ask of the site: its prose answers them as the tables do, read here without briefkit."""

import datetime as dt
import re
import tomllib
from collections import Counter
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from briefkit import export
from briefkit.facts import in_words
from briefkit.run import execute

ASKED = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))["question"]
BRIEFS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))

every_question = pytest.mark.parametrize("question", ASKED, ids=lambda question: question["asks"])


@pytest.fixture(scope="session")
def dossier(tmp_path_factory):
    """Build the page of one dossier."""
    template = ROOT / "notebooks" / "templates" / "country-dossier.ipynb"
    notebook, _ = execute(template, parameters={"code": "DEU", "name": "Germany"})
    return export.html_page(notebook, "DEU")


@pytest.fixture
def page(request, collection):
    """Give the built page of a name as a reader sees it."""

    def told(name):
        if name.startswith("dossiers/"):
            return prose(request.getfixturevalue("dossier"))
        return prose((collection / f"{name}.html").read_text(encoding="utf-8"))

    return told


def prose(page):
    """Give a page's headings and running text: no chart, table, note or list of sources."""
    body = re.search(r"<h1.*?(?=<section class=\"?cite)", page, re.DOTALL).group()
    body = re.sub(r"<(svg|table|figure|nav)\b.*?</\1>", "\n", body, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "", re.sub(r"</?(?:p|li|h\d|div|ul|ol|section)\b[^>]*>", "\n", body))
    return re.sub(r"\s+", " ", unescape(text))


def answer(question, tables=None):
    """Compute the answer over the table in data/, or over another one of that name."""
    rows = (tables or {}).get(question["table"])
    rows = pd.read_csv(ROOT / "data" / f"{question['table']}.csv") if rows is None else rows
    chosen = rows.query(question["rows"]) if question.get("rows") else rows
    assert len(chosen), "no row is chosen"
    return eval(question["answer"], {"rows": chosen})


def forms(value):
    """List the ways in which a page may write an answer."""
    if isinstance(value, str):
        day = dt.date.fromisoformat(value)
        return {f"{day.day} {day:%B %Y}"}
    number = int(value) if float(value).is_integer() else float(value)
    spelt = {in_words(number), in_words(number).capitalize()} if isinstance(number, int) and number < 100 else set()
    return {f"{number:,}", *spelt}


def given(question, text):
    """List what a page says where the answer stands."""
    return re.findall(wording(question).replace("{}", "(.{1,30}?)"), text)


def wording(question):
    """Write a question's wording as a pattern that still holds {} where the answer stands."""
    return "{}".join(re.escape(words).replace("…", ".{1,20}?") for words in question["said"].split("{}"))


def is_answered(question, text, value):
    """Tell whether the page gives this answer and no other."""
    found = given(question, text)
    return bool(found) and set(found) <= forms(value)


def test_the_questions_are_twenty_or_more_and_asked_of_every_brief_and_of_a_dossier():
    asked = Counter(question["page"] for question in ASKED)
    assert len(ASKED) == len({question["asks"] for question in ASKED}) >= 20
    assert all(asked[name] >= 2 for name in BRIEFS)
    assert set(asked) - set(BRIEFS) == {"dossiers/DEU"}


def test_the_wordings_hold_no_number_but_years_and_names():
    for question in ASKED:
        bare = re.sub(r"(\d\d? )?([A-Z]\w+ )?\b(19|20)\d\d\b|E\.O\. 14024", "", question["said"])
        assert not re.search(r"\d", bare), question["said"]
        assert "rows" in question["answer"], question["asks"]


@every_question
def test_the_site_answers_a_question_as_the_tables_do(question, page):
    text, value = page(question["page"]), answer(question)
    assert given(question, text), f"the page does not say: {question['said']}"
    assert is_answered(question, text, value), f"the page says {given(question, text)}, the tables {forms(value)}"


@every_question
def test_a_page_that_gives_another_answer_fails(question, page):
    text, value = page(question["page"]), answer(question)
    other = "1 January 1999" if isinstance(value, str) else f"{value + 1:,}"
    wrong = question["said"].replace("{}", other).replace("…", "some")
    assert is_answered(question, text, value)
    assert not is_answered(question, wrong, value)
    assert not is_answered(question, f"{text} {wrong}", value), "a second answer is not noticed"


def test_a_page_that_the_tables_have_left_behind_fails(page):
    question = next(each for each in ASKED if "July 2017" in each["asks"])
    changed = pd.read_csv(ROOT / "data" / "expulsions.csv")
    changed.loc[changed["expulsion_id"] == "E2017-RUS", "count"] += 1
    text = page(question["page"])
    assert is_answered(question, text, answer(question))
    assert not is_answered(question, text, answer(question, {"expulsions": changed}))
