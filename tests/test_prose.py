import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefkit.errors import BriefError
from briefkit.prose import check_roles, replace_roles, roles


def test_roles_are_found_where_they_are_roles_and_nowhere_else():
    text = "# T\n\nOne {eval}`a`, *two {eval}`b.words()`*.\n\n- {eval}`c`\n\n`{eval}` is code; so is\n\n    {eval}`d`\n"
    assert roles(text) == ["a", "b.words()", "c"]


def test_roles_in_tables_and_footnotes_are_found():
    assert roles("| a |\n|---|\n| {eval}`x` |\n\nText[^1]\n\n[^1]: Note {eval}`y`.\n") == ["x", "y"]


def test_values_replace_roles_and_all_other_markdown_stays_as_typed():
    text = "*Both*   {eval}`a`\n\n    {eval}`a`\n\nthen {eval}`a` and {eval}`b`  \n"
    assert replace_roles(text, {"a": "1", "b": "2"}.get) == "*Both*   1\n\n    {eval}`a`\n\nthen 1 and 2  \n"


def test_values_replace_roles_in_footnotes_too():
    text = "Before[^1] {eval}`a`.\n\n[^1]: Note {eval}`b`.\n\nAfter {eval}`a`.\n"
    assert replace_roles(text, {"a": "1", "b": "2"}.get) == "Before[^1] 1.\n\n[^1]: Note 2.\n\nAfter 1.\n"


@given(st.text(alphabet="ab *_[]()#|-\n`<>", max_size=60))
def test_markdown_without_roles_is_never_changed(text):
    assert replace_roles(text, lambda expression: "X") == text


@pytest.mark.parametrize("text", ["<div>{eval}`a`</div>", "| a |\n|---|\n| {eval}`f(1|2)` |\n", "a {eval} b"])
def test_a_literal_role_is_an_error(text):
    with pytest.raises(BriefError, match=r'x.ipynb, cell "a": a literal \{eval\} that is no role.*Bind the expression'):
        check_roles(text, 'x.ipynb, cell "a"')


def test_a_role_in_the_opening_heading_is_an_error():
    with pytest.raises(BriefError, match="a role in the opening heading, where JupyterLab never evaluates it"):
        check_roles("# There were {eval}`n`\n", "x.ipynb")
    check_roles("# There were some\n\n{eval}`n` in all.\n", "x.ipynb")
