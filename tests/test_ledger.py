from conftest import CELLS, write_notebook

from briefkit.ledger import entries, headlines, passages
from briefkit.run import run


def test_every_place_with_evidence_is_listed_in_reading_order(project):
    listed = entries(run(project / "notebooks" / "rurland.ipynb"))
    assert [(entry.cell, entry.kind, entry.part, entry.text) for entry in listed] == [
        ("title", "value", "answer", "March 2003"),
        ("title", "value", "answer", "1,550"),
        ("summary", "value", "summary", "12"),
        ("rise", "value", "prose", "12"),
        ("rise", "value", "prose", "1,550"),
        ("fig-rise", "figure", "figure", "Rurland grew"),
        ("claim-rise", "claim", "claim", "Rurland held more than two"),
        ("table-rise", "table", "table", "Holdings of Rurland"),
    ]
    assert [entry.is_headline for entry in listed] == [True, True, True, False, False, False, True, False]
    assert listed[1].rows == {("holdings", "2003-03-01|RUR")}
    assert listed[1].around == "By March 2003 it held 1,550 warheads."


def test_prose_is_listed_block_by_block_as_read_and_as_typed(project):
    blocks = passages(run(project / "notebooks" / "rurland.ipynb"))
    assert [(block.cell, block.part, block.tag, block.text) for block in blocks] == [
        ("title", "prose", "h1", "Rurland armed itself"),
        ("title", "answer", "p", "By March 2003 it held 1,550 warheads."),
        ("summary", "summary", "p", "Key findings"),
        ("summary", "summary", "li", "It began with 12."),
        ("rise", "prose", "h2", "The arsenal grew"),
        ("rise", "prose", "p", "From 12 to 1,550."),
    ]
    assert blocks[1].written == "By \ufffc it held \ufffc warheads."
    assert [expression for expression, _ in blocks[1].values] == ["day.month()", "last"]


COMPOSED = """

It {eval}`compose('ends with {last}', last=last)` and began with {eval}`rurland.first('value')`."""


def test_headlines_are_values_of_answer_and_summary_and_claims_and_a_composed_sentence_counts_by_its_values(project):
    cells = [dict(cell, source=cell["source"] + COMPOSED) if cell["id"] == "title" else cell for cell in CELLS]
    cells[2] = dict(cells[2], source=cells[2]["source"] + "\nfrom briefkit import compose")
    notebook = run(write_notebook(project / "notebooks" / "rurland.ipynb", cells))
    # Answer: two values, then one inside a sentence, then one on two sources; summary: one on two sources; one claim.
    assert headlines(notebook) == (6, 2)
