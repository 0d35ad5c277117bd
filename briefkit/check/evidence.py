"""What is said without support: thin or disputed headline numbers, unmarked translations, charts told badly."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from briefkit.check.finding import Brief, Finding
from briefkit.facts import FIGURE, Fact
from briefkit.ledger import Entry, rows_of
from briefkit.package import resources, rows

THIN = re.compile(r"\b(one|single) source\b|\bsources? alone\b", re.IGNORECASE)
DIFFER = re.compile(
    r"\b(?:differ|disagree|disput|contradict|conflict)|\banother (?:count|source)|\bothers? (?:say|give|count)"
    r"|\b(?:a|the) (?:lower|higher) (?:one|figure|number|count)\b",
    re.IGNORECASE,
)
LINES = ("line", "multiples")
TOLD_PANELS = 3  # more are told in few words (briefkit.charts)
FEW = 5  # rows up to which a value counts as that row's own


def findings(brief: Brief) -> Iterator[Finding]:
    """Report what one brief says without support."""
    yield from _thin(brief)
    yield from _disputed(brief)
    yield from _translations(brief)
    yield from _figures(brief)


def _headlines(brief: Brief) -> list[Entry]:
    return [entry for entry in brief.entries if entry.is_headline]


def _thin(brief: Brief) -> Iterator[Finding]:
    """A headline number on one source is said to be, once in the brief."""
    text = " ".join(block.text for block in brief.passages)
    thin = [entry for entry in _headlines(brief) if entry.made.get("support") == "single"]
    if thin and not THIN.search(text):
        shown = ", ".join(dict.fromkeys(f"“{entry.text[:40]}”" for entry in thin[:3]))
        yield brief.finding(
            thin[0].cell,
            "support",
            f"{len(thin)} headline values rest on a single source ({shown}), and the brief does not say so",
            "Say which, or how many rows, rest on one source, or find a second source.",
        )


def _disputed(brief: Brief) -> Iterator[Finding]:
    """A headline on a row whose sources disagree is told with the disagreement, unless it stands on many rows."""
    disputes, reported = _disputes(brief.root / "data"), set()
    for entry in _headlines(brief):
        about = str(entry.made.get("about", ""))
        for row in sorted(entry.rows) if len(entry.rows) <= FEW else ():
            for dispute in disputes.get(row, ()):
                if (
                    _concerns(about, dispute["field"])
                    and dispute["disagreement_id"] not in reported
                    and not _told(brief, row, dispute)
                ):
                    reported.add(dispute["disagreement_id"])
                    yield brief.finding(
                        entry.cell,
                        "disagreement",
                        f"“{entry.text[:60]}” rests on {row[0]} {row[1]}, of which sources disagree "
                        f"({dispute['topic']}: {dispute['value_a']} or {dispute['value_b']}); the brief is silent",
                        "Say in the prose that sources differ, with the other value.",
                    )


def _told(brief: Brief, row: tuple[str, str], dispute: dict[str, str]) -> bool:
    """Tell whether the prose speaks of a disagreement: beside a value on that row, or by the disagreement's own row."""
    if any(("disagreements", dispute["disagreement_id"]) in entry.rows for entry in brief.entries):
        return True
    return any(
        DIFFER.search(block.text) and any(row in rows_of(fact) for _, fact in block.values) for block in brief.passages
    )


def _concerns(about: str, field: str) -> bool:
    """Tell whether a value made in this way can depend on the field in dispute: a count of rows does not."""
    if about.startswith("number of rows"):
        return False
    return not field or not about.isidentifier() or about.startswith(field)


def _disputes(folder: Path) -> dict[tuple[str, str], list[dict[str, str]]]:
    found: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    table = resources(folder).get("disagreements")
    for line in rows(folder, table).values() if table else ():
        found[line["table"], line["key"]].append(line)
    return found


def _translations(brief: Brief) -> Iterator[Finding]:
    """Words verified in translation are shown as a translation."""
    for block in brief.passages:
        for _, fact in block.values:
            for part in _quotes(fact):
                if "in translation" in str(part.get("about", "")) and not re.search(
                    "translat", block.text, re.IGNORECASE
                ):
                    yield brief.finding(
                        block.cell,
                        "quotation",
                        f"{str(part['text'])[:60]} is verified in translation and not shown as one",
                        "Say in the sentence that the words are a translation.",
                    )


def _quotes(fact: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if fact.get("kind") == "quote":
        yield fact
    for part in fact.get("parts", ()):
        if isinstance(part, dict):
            yield from _quotes(part)


# --- charts ----------------------------------------------------------------------------------------------------------


def _figures(brief: Brief) -> Iterator[Finding]:
    for cell in brief.notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if FIGURE not in data and any(str(kind).startswith("image/") for kind in data):
                yield brief.finding(
                    cell.id,
                    "figure",
                    "a picture without source and alternative text",
                    "Finish it: charts.finish(figure, table, title=…).",
                )
            elif FIGURE in data:
                yield from _told_badly(brief, cell.id, data[FIGURE])


def _told_badly(brief: Brief, cell: str, figure: dict[str, Any]) -> Iterator[Finding]:
    if not figure.get("sources"):
        yield brief.finding(cell, "figure", "a figure without a source", "Draw it from rows of a table in data/.")
    alt = str(figure.get("alt", ""))
    if not alt.strip():
        yield brief.finding(
            cell, "figure", "a figure without alternative text", "Draw it with a verb of briefkit.charts."
        )
    missing = [
        f"the {what} {text}"
        for what, text in _ends(figure)
        if not re.search(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)", alt)
    ]
    if alt.strip() and missing:
        yield brief.finding(
            cell,
            "figure",
            f"the alternative text leaves out {', '.join(missing[:4])}",
            "Let the verb write it, or name these values.",
        )


def _ends(figure: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what an alternative text must name: each line's last value, and the extremes.

    Extremes are those of each line, and of all together where a chart has too many panels to tell one by one.
    """
    fields, data = figure["data"]["schema"]["fields"], figure["data"]["data"]
    kind, numbers = figure.get("kind"), [field["name"] for field in fields if field["type"] in ("integer", "number")]
    x = fields[0]["name"] if fields else ""
    y = next((name for name in numbers if name != x), "")
    if not y or kind not in (*LINES, "dots", "bars", "chart"):
        return
    split = [field["name"] for field in fields[2:] if field["type"] == "string"] if kind in LINES else []
    groups: dict[tuple, list[Any]] = defaultdict(list)
    for each in data:
        if each.get(y) is not None:
            groups[tuple(each.get(name) for name in split)].append(each[y])
    if kind in LINES:
        yield from ((f"last value{_of(name)}", Fact(values[-1]).text) for name, values in groups.items())
    panels = {name[-1] for name in groups} if kind == "multiples" or len(split) > 1 else ()
    if len(panels) > TOLD_PANELS:
        groups = {(): [value for values in groups.values() for value in values]}
    for name, values in groups.items():
        yield f"highest value{_of(name)}", Fact(max(values)).text
        yield f"lowest value{_of(name)}", Fact(min(values)).text


def _of(name: tuple) -> str:
    return f" of {', '.join(map(str, name))}" if name else ""
