"""Charts in the house style: verbs named by shape, and one finisher for any matplotlib figure.

Through time: `line`, `multiples`, `dots`, `timeline`, `spans`, `votes`. Side by side: `bars`, `parts`, `pairs`.
From one moment to another: `slope`.
"""

from __future__ import annotations

from briefkit.charts.bars import bars
from briefkit.charts.dots import dots
from briefkit.charts.figure import Figure, finish, with_heading
from briefkit.charts.house import style
from briefkit.charts.lines import line
from briefkit.charts.multiples import multiples
from briefkit.charts.pairs import pairs
from briefkit.charts.parts import parts
from briefkit.charts.slope import slope
from briefkit.charts.spans import spans
from briefkit.charts.timeline import timeline
from briefkit.charts.votes import votes

__all__ = [
    "Figure",
    "bars",
    "dots",
    "finish",
    "line",
    "multiples",
    "pairs",
    "parts",
    "slope",
    "spans",
    "style",
    "timeline",
    "votes",
    "with_heading",
]
