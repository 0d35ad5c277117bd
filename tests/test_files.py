import os

import pytest

from briefkit import files
from briefkit.errors import BriefError
from briefkit.files import (
    digest,
    digest_of,
    keep_within,
    once_for_a_user,
    read_sealed,
    while_unchanged,
    write,
    write_sealed,
)


def test_a_file_is_written_whole_and_only_if_it_changes(tmp_path):
    path = tmp_path / "new" / "a.txt"
    assert write(path, "one")
    assert not write(path, "one")
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "build").write_text("a file, not a folder")
    with pytest.raises(BriefError, match=r"a.html: cannot be written \(.*\); expected a folder that you may write to"):
        write(tmp_path / "build" / "a.html", "x")


# --- what spares work ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["", "text of\nseveral lines", b"\x00\n\xff"])
def test_what_was_sealed_is_read_as_it_was_written(tmp_path, content):
    assert write_sealed(tmp_path / "folder" / "kept", content)
    assert read_sealed(tmp_path / "folder" / "kept") == (content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("damage", ["", "half", "more", "other"])
def test_what_was_damaged_is_as_good_as_missing(tmp_path, damage):
    place = tmp_path / "kept"
    assert read_sealed(place) is None
    write_sealed(place, "made with effort")
    whole = place.read_bytes()
    damaged = {"": b"", "half": whole[:-5], "more": whole + b"!", "other": whole.replace(b"effort", b"effect")}
    place.write_bytes(damaged[damage])
    assert read_sealed(place) is None


def test_what_may_only_be_read_is_read(tmp_path, monkeypatch):
    write_sealed(tmp_path / "kept", "made with effort")
    monkeypatch.setattr(os, "utime", lambda *_, **__: (_ for _ in ()).throw(PermissionError))
    assert read_sealed(tmp_path / "kept") == b"made with effort"


def test_what_is_the_same_for_all_projects_is_made_once_for_a_user(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(files, "own_folder", lambda: tmp_path)

    def asked(*made_from):
        return once_for_a_user("kind", made_from, lambda: made.append(made_from) or repr(made_from).encode())

    assert [asked("a", 1), asked("a", 1), asked("a", 2)] == [b"('a', 1)", b"('a', 1)", b"('a', 2)"]
    assert made == [("a", 1), ("a", 2)]
    assert len(list((tmp_path / "kind").iterdir())) == 2


def test_what_cannot_be_kept_is_no_fault(tmp_path):
    (tmp_path / "folder").write_text("a file, not a folder")
    assert not write_sealed(tmp_path / "folder" / "kept", "made with effort")


def test_what_was_of_no_use_for_longest_makes_room(tmp_path):
    for number in range(4):
        write_sealed(tmp_path / str(number), "x" * 1000)
        os.utime(tmp_path / str(number), (1000 + number, 1000 + number))
    read_sealed(tmp_path / "0")  # of use again
    keep_within(2500, tmp_path, 1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "3"]


def test_a_folder_is_looked_at_when_a_good_part_of_its_room_was_filled(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(type(tmp_path), "iterdir", lambda folder: looks.append(folder) or iter(()))
    for _ in range(100):
        keep_within(16_000, tmp_path, 100)
    assert len(looks) == 1 + 99 // 10


# --- reading once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def read_and_counted():
    contents = []
    return while_unchanged(lambda content: contents.append(content) or content.decode()), contents


def test_a_file_is_read_once_while_it_is_the_same(tmp_path, monkeypatch, read_and_counted):
    monkeypatch.setattr(files, "A_MOMENT", -1)
    of, contents = read_and_counted
    path = tmp_path / "a.txt"
    path.write_text("one")
    assert [of(path), of(path)] == ["one", "one"]
    assert contents == [b"one"]
    write(path, "two")
    assert of(path) == "two"
    write(tmp_path / "b.txt", "six")  # of the same length, and with the same time
    os.utime(tmp_path / "b.txt", ns=(0, path.stat().st_mtime_ns))
    (tmp_path / "b.txt").replace(path)
    assert of(path) == "six"
    assert contents == [b"one", b"two", b"six"]


def test_a_file_written_a_moment_ago_is_read_each_time(tmp_path, read_and_counted):
    of, contents = read_and_counted
    path = tmp_path / "a.txt"
    path.write_text("one")
    assert [of(path), of(path)] == ["one", "one"]
    assert len(contents) == 2


def test_a_missing_file_is_for_whoever_asks_to_explain(tmp_path):
    with pytest.raises(FileNotFoundError):
        digest_of(tmp_path / "none")
    (tmp_path / "none").write_text("one")
    assert digest_of(tmp_path / "none") == digest(b"one")
