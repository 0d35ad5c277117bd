"""Figures that matplotlib drew are finished as those of the house are."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

from matplotlib.dates import date2num
from matplotlib.figure import Figure as Canvas

from briefkit import charts


def test_the_finisher_reads_lines_off_any_figure(holdings):
    canvas = Canvas(figsize=(5, 3))
    axes = canvas.add_subplot()
    axes.plot([dt.date(2001, 3, 1), dt.date(2003, 3, 1)], [12, 1550], label="Rurland")
    figure = charts.finish(axes, holdings, title="Rurland grew", subtitle="Warheads")
    assert figure.lines == (("Rurland", dt.date(2001, 3, 1), 12), ("Rurland", dt.date(2003, 3, 1), 1550))
    assert "Rurland: from 12 (1 March 2001) to 1,550 (1 March 2003)" in figure.alt
    assert ElementTree.fromstring(figure.svg) is not None


def test_the_finisher_reads_bars_and_points_off_any_figure(holdings):
    canvas = Canvas(figsize=(5, 3))
    left, right = canvas.subplots(1, 2)
    left.bar(["Rurland", "Grauland"], [12, 7])
    right.scatter([1, 2], [3, 4.5], label="points")
    right.imshow([[0, 1], [1, 0]])
    figure = charts.finish(canvas, [holdings], title="Rurland leads")
    assert ("", "Rurland", 12) in figure.lines
    assert ("points", 2.0, 4.5) in figure.lines
    assert charts.finish(canvas, holdings, title="Rurland leads").svg == figure.svg


def test_a_figure_from_elsewhere_may_bring_its_narrow_drawing(holdings):
    wide, narrow = (Canvas(figsize=(width, 3)) for width in (5, 3.75))
    for canvas in (wide, narrow):
        canvas.add_subplot().plot([1, 2], [12, 1550])
    assert "narrow" not in charts.finish(wide, holdings, title="Rurland grew").as_json()
    block = charts.finish(wide, holdings, title="Rurland grew", narrow=narrow).as_json()
    assert 'viewBox="0 0 270 216"' in block["narrow"]
    assert block["narrow"] != block["plot"]


def test_a_figure_of_ones_own_can_wear_the_house_style(holdings):
    with charts.style():
        canvas = Canvas()
        canvas.add_subplot().plot([date2num(dt.date(2001, 1, 1)), 2], [1, 2], label="x")
    plot = charts.finish(canvas, holdings, title="Rurland grew").plot
    assert 'id="gr' in plot
