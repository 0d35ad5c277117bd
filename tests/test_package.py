import pytest

from briefkit.errors import BriefError
from briefkit.package import briefs, find_data, validate


def swap(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def without_column(path, name):
    lines = [line.split(",") for line in path.read_text().splitlines()]
    place = lines[0].index(name)
    path.write_text("".join(",".join(line[:place] + line[place + 1 :]) + "\n" for line in lines))


FAULTS = {
    "a missing column": (
        lambda path: without_column(path, "value"),
        r"^data/holdings.csv, row 1: no column “value”; expected the columns that .* Add the column",
    ),
    "an unknown column": (
        lambda path: path.write_text("".join(line + ",x\n" for line in path.read_text().splitlines())),
        r"data/holdings.csv, row 1: unknown column “x”.*Remove it, or describe it in datapackage.json.",
    ),
    "text in a number column": (
        lambda path: swap(path, b"12,,S1", b"ten,,S1"),
        r'data/holdings.csv, row 2, field "value": “ten” is not a whole number. Write digits, such as 10.',
    ),
    "an impossible date": (
        lambda path: swap(path, b"2002-03-01", b"2002-02-30"),
        r'row 4, field "date": “2002-02-30” is not a date. Write an existing day as 2021-04-15.',
    ),
    "a duplicate key": (
        lambda path: path.write_text(path.read_text() + "2001-03-01,RUR,13,,S1,single\n"),
        r"row 7: the key 2001-03-01\|RUR stands in another row too; expected each key once. Remove or rename",
    ),
    "an unknown source": (
        lambda path: swap(path, b",S2,", b",S9,"),
        r'row 6, field "source_id": “S9” is not in sources; expected a key of that table. Add it there first',
    ),
    "a row without a source": (
        lambda path: swap(path, b",S2,", b",,"),
        r'row 6, field "source_id": blank; expected a value in every row. .*a row without a source does not enter',
    ),
    "an empty table": (
        lambda path: path.write_text(path.read_text().splitlines()[0] + "\n"),
        r"^data/holdings.csv: no rows; expected at least one row. Add a row, or take the table out",
    ),
    "an empty file": (lambda path: path.write_text(""), r"data/holdings.csv: no rows"),
    "no file": (lambda path: path.unlink(), r"^data/holdings.csv: no such file; expected the table that datapackage"),
    "a file that is not UTF-8": (
        lambda path: swap(path, b"not published", b"not publi\xe9"),
        r"data/holdings.csv: not UTF-8 text; expected UTF-8. Save the file as “CSV UTF-8”.",
    ),
    "too few cells": (lambda path: swap(path, b",,S2,single", b",,S2"), r"row 6.*too few cells: “support” is missing"),
    "too many cells": (lambda path: swap(path, b",S2,single", b",S2,single,x"), r"row 6.*more cells than columns"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_a_table_is_named_with_its_remedy(fault, data_folder):
    spoil, message = FAULTS[fault]
    spoil(data_folder / "holdings.csv")
    with pytest.raises(BriefError, match=message):
        validate(data_folder)


def test_all_faults_of_one_table_are_reported_together(data_folder):
    swap(data_folder / "holdings.csv", b"12,,S1", b"ten,,S1")
    swap(data_folder / "holdings.csv", b",S2,", b",S9,")
    with pytest.raises(BriefError) as caught:
        validate(data_folder)
    assert [fault.place for fault in caught.value.faults] == [
        'data/holdings.csv, row 2, field "value"',
        'data/holdings.csv, row 6, field "source_id"',
    ]


def test_good_tables_pass_and_are_checked_again_only_after_a_change(data_folder):
    validate(data_folder)
    validate(data_folder)
    swap(data_folder / "holdings.csv", b"12,,S1", b"ten,,S1")
    with pytest.raises(BriefError, match="not a whole number"):
        validate(data_folder)


def test_a_broken_descriptor_is_named(data_folder):
    (data_folder / "datapackage.json").write_text("{")
    with pytest.raises(BriefError, match="datapackage.json: not readable as JSON"):
        validate(data_folder)


def test_the_data_folder_is_found_from_any_folder_of_the_project(data_folder, tmp_path_factory):
    inside = data_folder.parent / "notebooks" / "templates"
    inside.mkdir(parents=True)
    assert find_data(inside) == data_folder
    with pytest.raises(BriefError, match="no data/datapackage.json here or above"):
        find_data(tmp_path_factory.mktemp("elsewhere"))


def test_a_project_without_briefs_says_so(tmp_path):
    with pytest.raises(BriefError, match="notebooks: no notebooks; expected at least one brief"):
        briefs(tmp_path)
