"""The frame that all verbs share: a chart reads, lays itself out at a width, and says itself in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure, finish
from briefkit.charts.house import NARROW, WIDTH, Look, looks
from briefkit.charts.reading import Reading
from briefkit.charts.sheet import Sheet
from briefkit.errors import BriefError
from briefkit.facts import Row


class Chart:
    """Hold what is drawn; each verb says how it is laid out and told."""

    kind = "chart"

    def __init__(self, reading: Reading, title: Any, rows: Sequence[Row] = ()) -> None:
        self.reading, self.title, self.rows = reading, title, tuple(rows)

    @cached_property
    def looks(self) -> dict[str, Look]:
        """Give each series its look."""
        return looks(self.reading.names("by"))

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points."""
        raise NotImplementedError

    def told(self) -> list[str]:
        """Describe the chart in two to four sentences, from the values drawn."""
        raise NotImplementedError

    def measure(self) -> str:
        """Say what is measured, where the subtitle does not."""
        return self.reading.measure() if "y" in self.reading.columns else ""

    def note(self) -> str:
        """Say what the marks and axes do not show by themselves."""
        return ""

    def fault(self, found: str, expected: str, remedy: str = "") -> BriefError:
        """Make an error that names the chart."""
        return BriefError(f"chart “{self.title}”", found, expected, remedy)

    def finished(self, subtitle: Any = "", source_note: str = "") -> Figure:
        """Draw the chart and make the brief's figure of it."""
        return finish(
            self.draw(WIDTH),
            self.reading.tables,
            self.title,
            f"{words.sentence(str(subtitle) or self.measure())} {self.note()}",
            kind=self.kind,
            alt=" ".join(words.sentence(each) for each in self.told()),
            fields=list(self.reading.fields.values()),
            lines=self.reading.values,
            rows=self.rows,
            source_note=source_note,
            narrow=self.draw(NARROW),
        )
