"""Turn Markdown tokens into a small tree that every export can walk: no raw HTML, no unsafe address."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from briefkit.prose import is_role, parse

SAFE_LINK = re.compile(r"(https?://|mailto:|#)|(?![a-z][a-z0-9+.-]*:)[^/\\]", re.IGNORECASE)
DATA_PICTURE = re.compile(r"data:(image/(?:png|jpeg|gif));base64,(.+)", re.DOTALL)
SAME = {"em": "emphasis", "strong": "strong", "s": "struck", "blockquote": "quote", "paragraph": "paragraph"}


@dataclass(slots=True)
class Node:
    """Hold one piece of prose: its kind, what it contains, its text, and what else its kind needs."""

    kind: str
    children: list[Node] = field(default_factory=list)
    text: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


def plain(nodes: Iterable[Node]) -> str:
    """Give the words alone; blocks end with a line break."""
    pieces = []
    for node in nodes:
        pieces.append(node.text if node.kind != "break" else "\n")
        pieces.append(plain(node.children))
        if node.kind in ("paragraph", "heading", "code", "row", "item"):
            pieces.append("\n")
    return "".join(pieces)


def no_role(expression: str) -> list[Node]:
    """Show a role that nothing evaluates as the expression it is."""
    return [Node("literal", text=expression)]


class _Branch:
    """Hold a token with all that stands between it and its closing one."""

    def __init__(self, token: Any, kind: str) -> None:
        self.token, self.type, self.children = token, kind, []
        if token is not None:
            self.content, self.attrs, self.meta = token.content, token.attrs, token.meta
            self.tag, self.hidden = token.tag, token.hidden


def _grown(tokens: Iterable[Any]) -> _Branch:
    """Make a tree of the flat list in which the parser gives its tokens."""
    open_branches = [_Branch(None, "root")]
    for token in tokens:
        if token.nesting < 0:
            open_branches.pop()
            continue
        branch = _Branch(token, token.type.removesuffix("_open"))
        open_branches[-1].children.append(branch)
        if token.nesting > 0:
            open_branches.append(branch)
        elif token.children:
            branch.children = _grown(token.children).children
    return open_branches[0]


class Markup:
    """Read the Markdown of one cell; the callbacks supply values and number footnotes."""

    def __init__(
        self,
        value: Callable[[str], list[Node]] = no_role,
        footnote: Callable[[int, Callable[[], list[Node]]], Node] | None = None,
        attachments: dict[str, dict[str, str]] | None = None,
    ) -> None:
        self.value, self.footnote, self.attachments = value, footnote, attachments or {}
        self.bodies: dict[int, _Branch] = {}
        self.in_heading = False

    def read(self, text: str) -> list[Node]:
        """Parse and convert a text."""
        root = _grown(parse(text))
        for block in root.children:
            if block.type == "footnote_block":
                self.bodies = {item.meta["id"]: item for item in block.children if item.type == "footnote"}
        return self._all(block for block in root.children if block.type != "footnote_block")

    def _all(self, items: Iterable[_Branch]) -> list[Node]:
        return [node for item in items for node in self._one(item)]

    def _one(self, item: _Branch) -> list[Node]:
        kind = item.type
        if kind in ("inline", "root", "tbody"):
            return self._all(item.children)
        if kind in SAME:
            return [Node(SAME[kind], self._all(item.children))]
        reader = getattr(self, f"_{kind}", None)
        if reader is not None:
            return reader(item)
        return self._all(item.children) if item.children else [Node("text", text=getattr(item, "content", ""))]

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _heading(self, item: _Branch) -> list[Node]:
        self.in_heading = True
        inside = self._all(item.children)
        self.in_heading = False
        return [Node("heading", inside, meta={"level": int(item.tag[1])})]

    def _bullet_list(self, item: _Branch) -> list[Node]:
        return [Node("list", self._all(item.children), meta={"ordered": False})]

    def _ordered_list(self, item: _Branch) -> list[Node]:
        start = int(item.attrs.get("start", 1))
        return [Node("list", self._all(item.children), meta={"ordered": True, "start": start})]

    def _list_item(self, item: _Branch) -> list[Node]:
        # Of a tight list the paragraphs are hidden: its items hold text, not blocks.
        nodes = []
        for child in item.children:
            made = self._one(child)
            nodes += made[0].children if child.type == "paragraph" and child.hidden else made
        return [Node("item", nodes)]

    def _hr(self, item: _Branch) -> list[Node]:
        return [Node("rule")]

    def _fence(self, item: _Branch) -> list[Node]:
        return [Node("code", text=item.content.rstrip("\n"))]

    _code_block = _fence

    def _table(self, item: _Branch) -> list[Node]:
        head, *bodies = item.children
        lines = [*head.children, *(line for body in bodies for line in body.children)]
        return [Node("table", [Node("row", self._all(line.children)) for line in lines])]

    def _th(self, item: _Branch) -> list[Node]:
        side = re.search(r"left|right|center", str(item.attrs.get("style", "")))
        meta = {"head": item.type == "th", "align": side.group() if side else "left"}
        return [Node("cell", self._all(item.children), meta=meta)]

    _td = _th

    def _html_block(self, item: _Branch) -> list[Node]:
        paragraphs = [part for part in re.split(r"\n\s*\n", _words(item.content)) if part.strip()]
        return [Node("paragraph", [Node("text", text=" ".join(part.split()))]) for part in paragraphs]

    # --- inline ------------------------------------------------------------------------------------------------------

    def _text(self, item: _Branch) -> list[Node]:
        return [Node("text", text=item.content)] if item.content else []

    def _softbreak(self, item: _Branch) -> list[Node]:
        return [Node("text", text=" ")]

    def _hardbreak(self, item: _Branch) -> list[Node]:
        return [Node("break")]

    def _code_inline(self, item: _Branch) -> list[Node]:
        return [Node("literal", text=item.content)]

    def _html_inline(self, item: _Branch) -> list[Node]:
        if re.match(r"<br\b", item.content, re.IGNORECASE):
            return [Node("break")]
        words = _words(item.content)
        return [Node("text", text=words)] if words else []

    def _link(self, item: _Branch) -> list[Node]:
        inside, address = self._all(item.children), str(item.attrs.get("href", ""))
        return [Node("link", inside, meta={"href": address})] if SAFE_LINK.match(address) else inside

    def _image(self, item: _Branch) -> list[Node]:
        alt = plain(self._all(item.children)).strip() or "without description"
        address = str(item.attrs.get("src", ""))
        mime, content = self._carried(address)
        if content:
            return [Node("image", meta={"mime": mime, "content": content, "alt": alt})]
        # A picture elsewhere would need a network: say in words what it is, and link to it.
        shown = Node("text", text=f"[Image: {alt}]")
        return [Node("link", [shown], meta={"href": address})] if re.match("https?://", address) else [shown]

    def _carried(self, address: str) -> tuple[str, bytes]:
        """Find the bytes of a picture that the notebook carries: an attachment or a data address."""
        if address.startswith("attachment:"):
            bundle = self.attachments.get(address.removeprefix("attachment:"), {})
            mime = next((name for name in bundle if name in ("image/png", "image/jpeg", "image/gif")), "")
            address = f"data:{mime};base64,{''.join(bundle.get(mime, ''))}"
        found = DATA_PICTURE.fullmatch(address)
        try:
            content = base64.b64decode(re.sub(r"\s+|%0A", "", found[2]), validate=True) if found else b""
        except (binascii.Error, ValueError):
            content = b""
        return (found[1], content) if found and content else ("", b"")

    def _myst_role(self, item: _Branch) -> list[Node]:
        return self.value(item.content) if is_role(item.token) else [Node("literal", text=item.content)]

    def _footnote_ref(self, item: _Branch) -> list[Node]:
        number = item.meta["id"]
        if self.footnote is None or number not in self.bodies:
            return []
        return [self.footnote(number, lambda: self._all(self.bodies[number].children))]

    def _footnote_anchor(self, item: _Branch) -> list[Node]:
        return []

    def _footnote_block(self, item: _Branch) -> list[Node]:
        return []


def _words(markup: str) -> str:
    """Keep what raw HTML says and drop how it says it: scripts, styles, comments and tags never pass."""
    for pattern, instead in (
        (r"<!--.*?(-->|$)|<(script|style)\b.*?(</\2\s*>|$)", ""),
        (r"""<img\b[^>]*?\balt\s*=\s*["']([^"'>]+)["'][^>]*>""", r" [Image: \1] "),
        (r"<img\b[^>]*>", " [Image: without description] "),
        (r"</?(?:p|div|table|ul|ol|h[1-6]|section|blockquote)\b[^>]*>", "\n\n"),
        (r"<(?:br|tr|li)\b[^>]*>", "\n"),
        (r"<t[dh]\b[^>]*>", " "),
        (r"</?[a-z!?][^>]*>", ""),
    ):
        markup = re.sub(pattern, instead, markup, flags=re.IGNORECASE | re.DOTALL)
    return unescape(markup)
