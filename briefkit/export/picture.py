"""Make pictures of drawings, for those who cannot place an SVG."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typst

from briefkit.errors import BriefError
from briefkit.export.fonts import faces

DOTS_PER_INCH = 192
_SHEET = b'#set page(width: auto, height: auto, margin: 8pt, fill: white)\n#image("drawing.svg")'


def png(svg: str, place: str = "figure") -> bytes:
    """Draw an SVG on white with the paper's compiler: about 40 ms, and no further package."""
    with tempfile.TemporaryDirectory(prefix="brief-") as root:
        Path(root, "drawing.svg").write_text(svg, encoding="utf-8")
        try:
            return typst.compile({"main": _SHEET}, format="png", ppi=DOTS_PER_INCH, root=root, font_paths=faces())
        except typst.TypstError as error:
            raise BriefError(
                place,
                f"its drawing cannot be made into a picture ({error})",
                "an SVG",
                "Draw it with a verb of briefkit.charts, or finish it there.",
            ) from None
