"""The site: every link in it leads somewhere, and what it lists is what the briefs and tables hold."""

import csv
import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from conftest import ROOT, SCHEMAS, write_package
from hypothesis import given
from hypothesis import strategies as st
from test_redline import FOUND as CHANGES

from briefkit import export, redline, site
from briefkit.data import open_data
from briefkit.files import write
from briefkit.ledger import entries, headlines
from briefkit.package import descriptor

FILES = Path(__file__).parent / "files"


def brief(name, **changes):
    """Read the made-up brief under a name."""
    made = export.document(nbformat.read(FILES / "export-brief.ipynb", as_version=4), name)
    for field, value in changes.items():
        setattr(made, field, value)
    return made


def published(data_folder, out, *names, edition=""):
    """Write briefs and the site around them."""
    data = open_data(edition or "latest", data_folder)
    place, documents = site.place(edition, data), {name: brief(name) for name in names}
    for name in names:
        notebook = nbformat.read(FILES / "export-brief.ipynb", as_version=4)
        write(out / edition / f"{name}.html", export.html_page(notebook, name, place))
        write(out / edition / f"{name}.pdf", b"%PDF made up")
    site.publish(out, edition, documents, data)
    return out


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = write_package(tmp_path_factory.mktemp("site"))
    add_terms(folder)
    return published(folder, folder.parent / "build", "lamps", "rebalance")


def add_terms(folder):
    (folder / "terms.csv").write_text("term,definition,source_id,support\nlamp,A made-up lamp.,S1,single\n")
    package = descriptor(folder)
    fields = [{"name": name, "type": "string"} for name in ("term", "definition", "source_id", "support")]
    keys = [{"fields": "source_id", "reference": {"resource": "sources", "fields": "source_id"}}]
    schema = {"fields": fields, "primaryKey": "term", "foreignKeys": keys, "missingValues": [""]}
    terms = {"name": "terms", "type": "table", "path": "terms.csv", "format": "csv", "encoding": "utf-8"}
    package["resources"].append(terms | {"mediatype": "text/csv", "schema": schema})
    (folder / "datapackage.json").write_text(json.dumps(package))


def addresses(page):
    """List where a page leads, without what travels in it or lies on the web."""
    found = re.findall(r'\shref="?([^"\s>]+)', page.read_text(encoding="utf-8"))
    return [unescape(address) for address in found if not address.startswith(("data:", "https://", "http://"))]


def ids(page):
    return set(re.findall(r'\sid="?([^"\s>]+)', page.read_text(encoding="utf-8")))


# What the made-up brief names but the made-up tables and figures do not hold.
ELSEWHERE = re.compile(r"other-brief\.html|data/(caps|lamps|treaty\w*)\.html|data/holdings.html#|figures/")


def dead_links(folder, elsewhere):
    known = {page: ids(page) for page in folder.rglob("*.html")}
    for page in known:
        for address in set(addresses(page)):
            path, _, part = address.partition("#")
            target = (page.parent / path).resolve() if path else page
            if elsewhere.search(address):
                continue
            if not target.is_file() or (part and unquote(part) not in known[target]):
                yield f"{page.relative_to(folder)}: {address}"


def test_every_link_of_the_site_leads_to_a_file_and_a_place_in_it(built):
    assert not list(dead_links(built, ELSEWHERE))


def test_every_link_of_the_collection_leads_to_a_file_and_a_place_in_it(collection):
    assert not list(dead_links(collection, re.compile("^figures/")))


def nu_checker():
    """Find the Nu checker, and the Java that runs it."""
    jars = [os.environ.get("VNU_JAR", ""), ROOT / "build/nu/node_modules/vnu-jar/build/dist/vnu.jar"]
    return shutil.which("java"), next((str(jar) for jar in jars if jar and Path(jar).is_file()), "")


@pytest.mark.slow
def test_every_kind_of_page_is_valid_html(collection, built, tmp_path):
    java, jar = nu_checker()
    if not java or not jar:
        pytest.skip(
            "the pages were not validated, for want of Java or of the Nu HTML checker: "
            "install a JRE, and: npm install --prefix build/nu --no-save vnu-jar"
        )
    (tmp_path / "foreign.html").write_text(export.html_page(foreign(), "foreign", show_code=True), encoding="utf-8")
    (tmp_path / "changes.html").write_text(redline.page(CHANGES), encoding="utf-8")
    # One start of Java for all, which ends before its second compiler would pay.
    pages = [*collection.rglob("*.html"), *editions(tmp_path), *tmp_path.glob("*.html"), built / "terms.html"]
    command = [java, "-XX:TieredStopAtLevel=1", "-Xss4m", "-jar", jar, "--format", "json", *pages]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stderr)["messages"]
    # The checker takes ``img-src data:`` for a policy that forbids data addresses; browsers, and the standard, do not.
    told = [one for one in told if "image “data:image/png" not in one["message"]]
    assert [f"{Path(one['url']).name}, line {one.get('lastLine')}: {one['message']}" for one in told] == []


def editions(folder):
    """Lay out two made-up editions and give their pages and the archive."""
    out = published(write_package(folder / "project"), folder / "editions", "lamps")
    published(folder / "project" / "data", out, "lamps", edition="2002-06-01")
    return [out / "lamps.html", out / "editions.html", *(out / "2002-06-01").glob("*.html")]


def foreign():
    return nbformat.read(FILES / "export-foreign.ipynb", as_version=4)


def test_no_page_of_the_site_needs_script_or_network(built):
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "default-src 'none'" in text
        assert not [found for found in re.findall(r"url\(([^)]*)\)", text) if not found.startswith(("data:", "#"))]


def test_the_front_page_puts_the_lead_first_with_its_whole_answer_and_the_others_with_one_sentence(built):
    front = (built / "index.html").read_text()
    cards = re.findall(r'<article class="(\w+)" aria-labelledby="brief-([\w-]+)">(.*?)</article>', front, re.DOTALL)
    assert [(look, name) for look, name, _ in cards] == [("lead", "rebalance"), ("entry", "lamps")]
    lead, entry = cards[0][2], cards[1][2]
    assert "nothing stands behind it" in lead
    assert "<p>In March Ruritania stood 94 lamps under the limit of 1,550.</p>" in entry
    for words in ('href="lamps.html"', 'href="lamps.pdf"', "As of 1 January 2003", "-minute read", "role=img"):
        assert words in entry


def test_the_front_page_says_how_many_headline_values_rest_on_two_sources(data_folder, tmp_path):
    documents = {"lamps": brief("lamps", headlines=(5, 2)), "oil": brief("oil", headlines=(3, 3))}
    site.publish(tmp_path, "", documents, open_data("latest", data_folder))
    front = re.sub(r"<[^>]+>", "", (tmp_path / "index.html").read_text())
    assert "Of 8 headline values, in opening answers, summary boxes and claims, 5 (62%) rest on two sources" in front


def test_the_front_page_of_the_collection_counts_headlines_as_the_bench_does(collection):
    counted = [headlines(nbformat.read(path, as_version=4)) for path in (ROOT / "notebooks").glob("*.ipynb")]
    count, two = map(sum, zip(*counted, strict=True))
    assert 0 < two < count
    front = re.sub(r"<[^>]+>", "", (collection / "index.html").read_text())
    assert f"Of {count} headline values" in front
    assert f"{two} ({two / count:.0%}) rest on two sources" in front


def test_every_headline_value_on_one_source_says_so_where_it_opens(collection):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page, notebook = (collection / f"{path.stem}.html").read_text(), nbformat.read(path, as_version=4)
        notes = {frozenset(keys(note)): note.number for note in export.document(notebook, path.stem).notes}
        for entry in entries(notebook):
            if entry.is_headline and not entry.made.get("parts") and entry.made["support"] == "single":
                rows = {(table, key.replace("|", " · ")) for table, key in entry.rows}
                opened = f"id={entry.cell}" if entry.kind == "claim" else f"id=n{notes[frozenset(rows)]} "
                said = page.replace('"', "").partition(opened)[2].partition("</div>")[0]
                assert re.search(r"\b[Oo]ne source", said), f"{path.stem}, {entry.cell}: {entry.text}"


def keys(note):
    return {(table, key) for table, found in note.rows.items() for key in found}


def test_without_the_lead_the_first_brief_leads(data_folder, tmp_path):
    front = (published(data_folder, tmp_path / "out", "beta", "alpha") / "index.html").read_text()
    assert re.search(r'<article class="lead" aria-labelledby="brief-alpha">', front)


def test_the_claims_page_holds_every_claim_with_verdict_evidence_and_place(built):
    claims = (built / "claims.html").read_text()
    made = [block for block in brief("lamps").blocks if isinstance(block, export.Claim)]
    assert len(made) == 2
    for claim in made:
        for name in ("lamps", "rebalance"):
            assert f'href="{name}.html#{claim.cell}"' in claims
        assert claim.sentence in claims
        assert claim.verdict.capitalize() in claims
    assert "4 claims, 2 hold" in claims


def test_the_sources_page_says_which_rows_rest_on_each_source(built):
    page = (built / "sources.html").read_text()
    first = re.search(r'<li id="r-S1">.*?</li>', page, re.DOTALL).group()
    assert '<a href="https://example.org/1">First made-up report</a>, 3 February 2001' in first
    assert "<summary>4 rows of holdings</summary>" in first
    assert 'href="data/holdings.html#r-2001-03-01-RUR"' in first
    second = re.search(r'<li id="r-S2">.*?</li>', page, re.DOTALL).group()
    assert 'Rows of holdings: <a href="data/holdings.html#r-2001-03-01-RUR">' in second  # a further source counts too


def test_the_sources_page_says_which_briefs_name_each_source(data_folder):
    source = export.document(nbformat.read(FILES / "export-brief.ipynb", as_version=4), "x").sources[0]
    source.id = "S1"
    data = open_data("latest", data_folder)
    site.publish(data_folder.parent / "out", "", {"lamps": brief("lamps", sources=[source])}, data)
    assert (
        '<p>In <a href="lamps.html#s1">lamps, source 1</a></p>' in (data_folder.parent / "out/sources.html").read_text()
    )


def test_a_table_has_a_page_with_its_fields_and_rows(built):
    page = (built / "data" / "holdings.html").read_text()
    assert '<th scope="row"><code>value</code></th><td>integer</td><td>warheads</td>' in page
    assert 'Points to <a href="sources.html">sources</a>' in page
    row = re.search(r'<tr id="r-2003-03-01-RUR">.*', page).group()
    assert "<td class=right>1550" in row
    assert '<a href="sources.html#r-S2">S2</a>' in row
    support = (built / "data" / "support.html").read_text()
    assert '<a href="holdings.html#r-2001-03-01-RUR">2001-03-01|RUR</a>' in support


def test_the_data_of_the_site_is_the_data_package_itself(built):
    for name, (text, *_) in SCHEMAS.items():
        assert (built / "data" / f"{name}.csv").read_text() == text
    assert descriptor(built / "data")["name"] == "made-up"


def test_json_holds_numbers_and_blanks_as_such(built):
    rows = json.loads((built / "data" / "holdings.json").read_text())
    assert rows[3]["value"] is None
    assert rows[4] == {
        "date": "2003-03-01",
        "country": "RUR",
        "value": 1550,
        "note": None,
        "source_id": "S2",
        "support": "single",
    }


FIELDS = [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "boolean"}]


@given(st.lists(st.tuples(st.text(), st.integers(), st.booleans())))
def test_json_says_what_the_csv_says(rows):
    lines = [{"a": a, "b": str(b), "c": "true" if c else "false"} for a, b, c in rows]
    read = json.loads(site.as_json({"schema": {"fields": FIELDS}}, lines))
    assert [(row["a"] or "", row["b"], row["c"]) for row in read] == rows


def test_terms_are_explained_where_the_package_has_them(built, data_folder):
    terms = (built / "terms.html").read_text()
    assert re.search(r'<dt id="r-lamp">.*lamp</a></dt>\n<dd>A made-up lamp\..*Example Gazette', terms)
    assert 'href="terms.html"' in (built / "index.html").read_text()
    without = published(data_folder, data_folder.parent / "build", "lamps")
    assert not (without / "terms.html").exists()
    assert "terms.html" not in (without / "index.html").read_text()


def test_editions_lead_to_each_other_whichever_was_built_first(data_folder):
    out = published(data_folder, data_folder.parent / "build", "lamps")
    published(data_folder, out, "lamps", edition="2002-06-01")
    assert 'href="2002-06-01/lamps.html">1 June 2002</a>' in (out / "lamps.html").read_text()
    assert 'href="../lamps.html">latest (1 March 2003)</a>' in (out / "2002-06-01" / "lamps.html").read_text()
    assert 'href="../data/index.html"' in (out / "2002-06-01" / "lamps.html").read_text()
    found = site.editions(out)
    assert [(edition.folder, edition.as_of) for edition in found] == [("", "2003-03-01"), ("2002-06-01", "2002-06-01")]
    archive = (out / "editions.html").read_text()
    assert 'href="2002-06-01/index.html">1 June 2002</a>' in archive
    assert 'href="2002-06-01/lamps.pdf"' in archive
    shutil.rmtree(out / "2002-06-01")
    site.link_editions(out)
    assert "2002-06-01" not in (out / "lamps.html").read_text()


def test_an_early_edition_alone_is_a_site_too(data_folder):
    out = published(data_folder, data_folder.parent / "build", "lamps", edition="2002-06-01")
    assert 'class="brand" href="../2002-06-01/index.html"' in (out / "data" / "holdings.html").read_text()
    assert 'class="brand" href="2002-06-01/index.html"' in (out / "editions.html").read_text()
    sources = (out / "2002-06-01" / "sources.html").read_text()
    assert "2003-03-01" not in sources  # a row of a later day


def test_two_rows_whose_keys_look_alike_do_not_share_an_address(data_folder):
    file = data_folder / "quotes.csv"
    lines = list(csv.reader(file.read_text().splitlines()))
    file.write_text(file.read_text() + ",".join(["Q/1", *lines[1][1:3], "other", *lines[1][4:]]) + "\n")
    file.write_text(file.read_text() + ",".join(["Q 1", *lines[1][1:3], "words", *lines[1][4:]]) + "\n")
    page = published(data_folder, data_folder.parent / "build", "lamps") / "data" / "quotes.html"
    found = re.findall(r'\sid="([^"]+)"', page.read_text())
    assert len(found) == len(set(found))
