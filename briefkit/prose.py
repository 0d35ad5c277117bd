"""Read the Markdown of a brief: one parser for every export, and the ``{eval}`` roles that stand in it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from briefkit.errors import BriefError

ROLE = "eval"
_END = re.compile(r"(?:(?<=[.!?])(?<!\b[A-Z]\.)|(?<=[.!?][”\"]))\s+")


@functools.cache
def _parser() -> MarkdownIt:
    # No smart quotes and no bare links: what an analyst types is what every export shows.
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin).use(myst_role_plugin)


@functools.lru_cache(256)
def parse(text: str) -> tuple[Token, ...]:
    """Parse Markdown into tokens, which nobody may change; a role is an inline token of type ``myst_role``."""
    return tuple(_parser().parse(text))  # kept, since a cell is read by several in turn


def is_role(token: Token) -> bool:
    """Tell whether a token is an ``{eval}`` role; its content is the expression."""
    return token.type == "myst_role" and token.meta.get("name") == ROLE


def inline_tokens(tokens: Iterable[Token]) -> Iterator[tuple[Token, Token]]:
    """Walk the inline tokens with the block token that holds each."""
    for block in tokens:
        for token in block.children or ():
            yield block, token


def roles(text: str) -> list[str]:
    """List the expressions of the roles in reading order.

    >>> roles("Washington expelled {eval}`expelled` and `{eval}` is only named.")
    ['expelled']
    """
    return [token.content for _, token in inline_tokens(parse(text)) if is_role(token)]


def sentences(text: str) -> list[str]:
    """Part running text into sentences; an initial ("E.O. 1", "T. Example") ends none.

    >>> sentences("It was signed by J. Vosk in May. E.O. 1 followed. “Why?” Nobody said.")
    ['It was signed by J. Vosk in May.', 'E.O. 1 followed.', '“Why?”', 'Nobody said.']
    """
    return [part.strip() for part in _END.split(text) if part.strip()]


def check_roles(text: str, place: str) -> None:
    """Refuse roles that no export could show: in an opening heading, in HTML, or split by a table's ``|``."""
    tokens = parse(text)
    for before, block in zip(tokens, tokens[1:], strict=False):
        in_title = before.type == "heading_open" and before.tag == "h1"
        if in_title and any(is_role(token) for token in block.children or ()):
            raise BriefError(
                place,
                "a role in the opening heading, where JupyterLab never evaluates it",
                "a heading that holds in every edition",
                "Move the value into the sentence below it.",
            )
    loose = [block.content for block in tokens if block.type == "html_block"]
    loose += [token.content for _, token in inline_tokens(tokens) if token.type in ("text", "html_inline")]
    if any("{" + ROLE + "}" in piece for piece in loose):
        raise BriefError(
            place,
            "a literal {eval} that is no role (inside HTML, or split by a | in a table)",
            "{eval}`expression` in plain Markdown",
            "Bind the expression to a name and use the name.",
        )


def replace_roles(text: str, value: Callable[[str], str]) -> str:
    """Put `value(expression)` in place of each role and leave all other Markdown as typed.

    >>> replace_roles("It is {eval}`n`, not `{eval}`.", lambda expression: "1,550")
    'It is 1,550, not `{eval}`.'
    """
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[tuple[int, int, str]] = []
    for block, token in inline_tokens(parse(text)):
        if not is_role(token):
            continue
        # A block's tokens carry its lines but no columns: look from its first line on, past what was found there.
        written = "{" + ROLE + "}`" + token.content + "`"
        first = starts[block.map[0]] if block.map else 0
        taken = {at for at, _, _ in found}
        at = text.find(written, first)
        while at in taken:
            at = text.find(written, at + 1)
        if at >= 0:
            found.append((at, at + len(written), token.content))
    pieces, done = [], 0
    for at, end, expression in sorted(found):
        pieces += [text[done:at], value(expression)]
        done = end
    return "".join(pieces) + text[done:]
