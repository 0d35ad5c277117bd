from hypothesis import given
from hypothesis import strategies as st

from briefkit.series import Point, changed_series

FIELDS = [("day", "date"), ("value", "integer"), ("country", "string")]


def resource(*lines, fields=FIELDS):
    names = [name for name, _ in fields]
    schema = {"fields": [{"name": name, "type": kind} for name, kind in fields]}
    return {"schema": schema, "data": [dict(zip(names, line, strict=True)) for line in lines]}


def test_points_are_added_removed_and_changed_by_series():
    before = resource(("2001-01-01", 12, "Rurland"), ("2002-01-01", 9, "Rurland"), ("2001-01-01", 7, "Graustark"))
    after = resource(("2001-01-01", 12, "Rurland"), ("2003-01-01", 8, "Rurland"), ("2001-01-01", 6, "Graustark"))
    rurland, graustark = sorted(changed_series(before, after), key=lambda each: each.name, reverse=True)
    assert rurland.name == "Rurland"
    assert rurland.of("removed") == [Point({"day": "2002-01-01"}, {"value": 9}, None)]
    assert rurland.of("added") == [Point({"day": "2003-01-01"}, None, {"value": 8})]
    assert graustark.points == (Point({"day": "2001-01-01"}, {"value": 7}, {"value": 6}),)


def test_a_year_tells_lines_apart_where_no_text_does():
    fields = [("year", "integer"), ("warheads", "integer"), ("country", "string")]
    before = resource((2001, 5, "Rurland"), (2002, 5, "Rurland"), fields=fields)
    after = resource((2001, 5, "Rurland"), (2002, 6, "Rurland"), fields=fields)
    assert changed_series(before, after)[0].points == (Point({"year": 2002}, {"warheads": 5}, {"warheads": 6}),)


def test_a_label_that_moves_to_another_point_is_a_changed_value():
    fields = [("day", "date"), ("value", "integer"), ("label", "string")]
    before = resource(("2001-01-01", 5, "last"), ("2002-01-01", 6, ""), fields=fields)
    after = resource(("2001-01-01", 5, ""), ("2002-01-01", 6, "last"), fields=fields)
    assert [point.way for series in changed_series(before, after) for point in series.points] == ["changed", "changed"]


def test_categories_by_country_are_a_series_for_each_country():
    fields = [("counted", "string"), ("share", "number"), ("country", "string")]
    before = resource(("Tanks", 5, "Rurland"), ("Ships", 6, "Rurland"), fields=fields)
    after = resource(("Tanks", 5, "Rurland"), ("Ships", 7, "Rurland"), fields=fields)
    (series,) = changed_series(before, after)
    assert (series.name, series.points[0].at) == ("Rurland", {"counted": "Ships"})


def test_lines_that_nothing_tells_apart_are_counted():
    one, two = resource(("2001-01-01", 5, "Rurland")), resource(*[("2001-01-01", 5, "Rurland")] * 2)
    (series,) = changed_series(one, two)
    assert [point.way for point in series.points] == ["added"]


LINES = st.lists(
    st.tuples(
        st.sampled_from(["2001-01-01", "2002-01-01"]),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["Rurland", "", "B"]),
    ),
    max_size=6,
)


@given(LINES, LINES)
def test_what_one_order_adds_the_other_removes(before, after):
    def ways(old, new):
        return sorted(
            (series.name, repr(point.at), point.way, repr(point.before), repr(point.after))
            for series in changed_series(resource(*old), resource(*new))
            for point in series.points
        )

    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    mirrored = sorted((name, at, turned[way], new, old) for name, at, way, old, new in ways(after, before))
    assert mirrored == ways(before, after)
    assert not ways(before, before)
    assert not ways(before, before[::-1])
