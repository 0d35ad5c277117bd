"""What series do, in the words of an alternative text: ends, extremes, gaps, crossings, reference lines, events."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.reading import Limit, Mark, Reading, place

Points = list[dict[str, Any]]


def runs(points: Points) -> list[Points]:
    """Split a series where a value is unknown, and where a regular series skips its turn.

    A series is regular when most of its steps are about as long as the middle one.
    """
    places = [place(each["x"]) for each in points]
    steps = [later - earlier for earlier, later in zip(places, places[1:], strict=False)]
    middle = statistics.median(steps) if steps else 0
    alike = sum(abs(step - middle) <= 0.2 * middle for step in steps)
    longest = 1.5 * middle if len(steps) >= 5 and alike >= 0.75 * len(steps) else float("inf")
    found: list[Points] = [[]]
    for each, step in zip(points, [0.0, *steps], strict=True):
        if step > longest or each["y"] is None:
            found.append([])
        if each["y"] is not None:
            found[-1].append(each)
    return [run for run in found if run]


def series_words(reading: Reading, name: str, points: Points, brief: bool = False) -> str:
    """Say where a series starts and ends, its extremes where they lie between, and what is unknown.

    In brief, the extremes are left out.
    """
    known = [each for each in points if each["y"] is not None]
    if not known:
        return f"{name or 'the line'} has no known value"
    first, last = known[0], known[-1]
    verb = "rises" if last["y"] > first["y"] else "falls" if last["y"] < first["y"] else "goes"

    def at(each: dict[str, Any]) -> str:
        return f"{reading.said(each['y'], role='y')} ({reading.when(each)})"

    text = f"{name or 'it'} {verb} from {at(first)} to {at(last)}" if len(known) > 1 else f"{name or 'it'}: {at(first)}"
    high, low = max(known, key=lambda each: each["y"]), min(known, key=lambda each: each["y"])
    text += "".join(
        f", {word} {at(each)}"
        for word, each in (("highest", high), ("lowest", low))
        if each["y"] not in (first["y"], last["y"]) and not brief
    )
    gaps = [reading.when(each) for each in points if each["y"] is None]
    return (
        text
        + (f", not known for {words.listing(gaps)}" if 0 < len(gaps) <= 3 else "")
        + (f", not known at {words.counted(len(gaps), *reading.points)}" if len(gaps) > 3 else "")
    )


def extremes_words(reading: Reading, series: dict[str, Points]) -> str:
    """Name the highest and the lowest value of all series, and where they lie."""
    known = [(each["y"], name, each) for name, points in series.items() for each in points if each["y"] is not None]
    ends = ((word, pick(known, key=lambda item: item[0])) for word, pick in (("highest", max), ("lowest", min)))
    said = [f"{word} {reading.said(y, role='y')} ({name}, {reading.when(each)})" for word, (y, name, each) in ends]
    return "of all, " + ", ".join(said)


def crossings(first: Points, second: Points, log: bool = False) -> list[tuple[Any, Any]]:
    """Find where two lines as drawn change sides: between which two points along x each crossing lies."""
    xs = sorted({each["x"] for each in (*first, *second)}, key=place)
    found, last = [], None
    for x in xs:
        one, two = (_height(points, place(x), log) for points in (first, second))
        if one is None or two is None:
            last = None  # a line ends or has a gap: what happens inside it is not drawn
        elif one != two:
            if last and (last[1] > 0) != (one > two):
                found.append((last[0], x))
            last = (x, one - two)
    return found


def _height(points: Points, at: float, log: bool) -> float | None:
    for run in runs(points):
        for early, late in zip(run, run[1:] or run, strict=False):
            low, high = place(early["x"]), place(late["x"])
            if low <= at <= high:
                start, end = (math.log10(each["y"]) if log else each["y"] for each in (early, late))
                return start if at == low else end if at == high else start + (end - start) * (at - low) / (high - low)
    return None


def crossing_words(reading: Reading, series: dict[str, Points], log: bool = False) -> list[str]:
    """Say how often each two lines cross, and where first and last."""
    found = []
    for one, two in itertools.combinations(series, 2):
        if where := crossings(series[one], series[two], log):
            said = [f"between {reading.said(early)} and {reading.said(late)}" for early, late in where]
            times = {1: "once", 2: "twice"}.get(len(where), f"{words.counted(len(where), 'time')}, first")
            last = f", last {said[-1]}" if len(where) > 2 else f" and {said[1]}" if len(where) == 2 else ""
            found.append(f"{one} and {two} cross {times} {said[0]}{last}")
    if len(found) > 2:
        total = sum(len(crossings(series[one], series[two], log)) for one, two in itertools.combinations(series, 2))
        return [f"the lines cross {words.counted(total, 'time')} in all"]
    return found


def limit_words(reading: Reading, limit: Limit, series: dict[str, Points]) -> str:
    """Say how often each series lies above a reference line, and when last."""
    parts = []
    for name, points in series.items():
        known = [each for each in points if each["y"] is not None]
        above = [each for each in known if each["y"] > limit.value]
        if known:
            last = f", last {reading.dated(above[-1])}" if above else ""
            count = f"at {len(above)} of {len(known)} {reading.points[1]}" if above else "nowhere"
            parts.append(f"{name or 'the line'} lies above it {count}{last}")
    text = limit.text if limit.text[1:2].isupper() else limit.text[:1].lower() + limit.text[1:]
    return f"{text}: {', '.join(parts)}"


def marks_words(reading: Reading, marks: Sequence[Mark]) -> str:
    """Name the events that are marked."""
    return "Marked: " + words.listing([f"{mark.text} ({reading.said(mark.x)})" for mark in marks])
