"""Parts of a whole: each bar is the whole, whatever its size, and is cut into its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.bars import LABEL_WIDTH, UNKNOWN, Amounts
from briefkit.charts.figure import Figure
from briefkit.charts.house import BOLD, TEXT, width_of
from briefkit.charts.reading import Reading, read
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Sheet, keyed
from briefkit.facts import Fact
from briefkit.tables import Table

THICK = 14.0
FEW = 6  # bars that are told one by one


def parts(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str,
    source_note: str = "",
) -> Figure:
    """Draw a bar of one length for each `x`, cut into the shares of `by`; the whole is said at its end.

    Where a part is not known the shares are not known either, and the bar says so.
    """
    return Parts(read(table, title, x=x, y=y, by=by), title).finished(subtitle, source_note)


class Parts(Amounts):
    """Lay out bars that are each a whole."""

    kind = "parts"

    def __init__(self, reading: Reading, title: Any) -> None:
        super().__init__(reading, title, True, [])

    def share(self, x: Any, name: str) -> float | None:
        """Give a part as a share of its whole."""
        whole = self.totals[x]
        return (self.values[x].get(name) or 0) / whole if whole else None

    def draw(self, width: float) -> Sheet:
        """Draw one row for each whole."""
        rows = Rows([self.reading.said(x) for x in self.xs], width, LABEL_WIDTH)
        tall = rows.heights([THICK + 6] * len(self.xs))
        sheet, top = keyed(sum(tall) + 2, width, [(name, look, "bar") for name, look in self.looks.items()])
        edge = max(width_of(self.said(self.totals[x]), weight=BOLD) for x in self.xs) + 8
        for at, (x, height) in enumerate(zip(self.xs, tall, strict=True)):
            middle = rows.write(sheet, at, top, height)
            self._bar(sheet, x, rows.left, width - rows.left - edge, middle)
            top -= height
        return sheet

    def _bar(self, sheet: Sheet, x: Any, left: float, width: float, middle: float) -> None:
        baseline = middle - 0.33 * TEXT
        if not self.totals[x]:
            text = UNKNOWN if self.totals[x] is None else self.said(0)
            sheet.text(left + 4, baseline, text, "muted", italic=True)
            return
        for name in self.values[x]:
            share, look = self.share(x, name), self.look(x, name)
            if share:
                sheet.box(left, middle - THICK / 2, max(share * width - 0.8, 0.4), THICK, look.job)
            text = Fact(share).percent().text
            if width_of(text) + 5 < share * width:
                sheet.text(left + share * width / 2, baseline, text, look.inside, ha="center")
            left += share * width
        sheet.text(left + 4, baseline, self.said(self.totals[x]), "ink", weight=BOLD)

    def note(self) -> str:
        """Say what the length of a bar and the number at its end mean."""
        return "Each bar is 100%; the number at its end is the whole."

    def told(self) -> list[str]:
        """Describe the shares, from the values drawn."""
        reading = self.reading
        sentences = [f"Chart of parts of a whole: {reading.measure()} in {words.counted(len(self.xs), 'bar')}"]
        known = [x for x in self.xs if self.totals[x]]
        if len(known) <= FEW:
            sentences.append("; ".join(self._said(x) for x in known))
        else:
            name = next(iter(self.looks))
            order = sorted(known, key=lambda x: self.share(x, name))
            most, least = self._said(order[-1]), self._said(order[0])
            sentences.append(f"The largest share of {name}: {most}; the smallest: {least}")
        unknown = [reading.said(x) for x in self.xs if self.totals[x] is None]
        if unknown:
            sentences.append(f"Not known: {words.listing(unknown)}")
        return [each for each in sentences if each]

    def _said(self, x: Any) -> str:
        shares = [f"{Fact(self.share(x, name)).percent().text} {name}" for name in self.values[x]]
        return f"{self.reading.said(x)} {', '.join(shares)} of {self.said(self.totals[x])}"
