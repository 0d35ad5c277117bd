"""Charts in the house style: verbs named by shape, and one finisher for any matplotlib figure."""

from __future__ import annotations

from briefkit.charts.amounts import bars, pairs
from briefkit.charts.figure import Figure, finish, with_heading
from briefkit.charts.house import style
from briefkit.charts.lines import dots, line
from briefkit.charts.times import spans, timeline

__all__ = ["Figure", "bars", "dots", "finish", "line", "pairs", "spans", "style", "timeline", "with_heading"]
