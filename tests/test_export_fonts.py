import base64
import io

import pytest
from fontTools.ttLib import TTFont

from briefkit import files
from briefkit.export import fonts
from briefkit.export.fonts import FACES, FEATURES, _cut, characters

SERIF = FACES["Brief Serif", 400, "normal"]
LETTERS = frozenset("Rurland")


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give a user who has no cut faces yet the folder where they will be."""
    monkeypatch.setattr(files, "own_folder", lambda: tmp_path)
    for remembered in (_cut, characters):
        remembered.cache_clear()
    yield tmp_path / "faces"
    for remembered in (_cut, characters):
        remembered.cache_clear()


def cut(**changed):
    """Cut a face as a process does that has cut none before."""
    _cut.cache_clear()
    return _cut(*SERIF, changed.get("letters", LETTERS), changed.get("features", FEATURES["Brief Serif"]))


def test_a_cut_face_holds_its_letters_and_no_others(own):
    with TTFont(io.BytesIO(base64.b64decode(cut()))) as font:
        assert set(map(chr, font.getBestCmap())) == LETTERS
        assert font.flavor == "woff2"


def test_a_face_is_cut_once_for_all_processes_of_a_user(own, monkeypatch):
    first = cut()
    monkeypatch.setattr("fontTools.subset.Subsetter.subset", lambda *_: pytest.fail("cut once more"))
    assert cut() == first
    assert characters(*SERIF) == characters(*SERIF) >= LETTERS
    with pytest.raises(pytest.fail.Exception, match="cut once more"):
        cut(letters=LETTERS | {"x"})
    with pytest.raises(pytest.fail.Exception, match="cut once more"):
        cut(features=())


def test_a_damaged_face_is_cut_anew(own):
    first = cut()
    for kept in own.iterdir():
        kept.write_bytes(kept.read_bytes()[:-9])
    assert cut() == first
    assert all(files.read_sealed(kept) for kept in own.iterdir())


def test_faces_are_cut_anew_by_another_font_or_another_way_of_cutting(own, monkeypatch):
    cut()
    for changed in ("digest_of", "_made_by"):
        before = len(list(own.iterdir()))
        monkeypatch.setattr(fonts, changed, {"digest_of": lambda _: "other", "_made_by": lambda: ["other"]}[changed])
        cut()
        assert len(list(own.iterdir())) == before + 1


def test_a_user_who_may_keep_nothing_has_faces_all_the_same(own):
    own.write_text("a file, not a folder")
    assert cut()
