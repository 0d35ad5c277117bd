"""Files as whole things: written whole or not at all, named by their content, read once for as long as they stay."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from briefkit.errors import BriefError

Made = TypeVar("Made")
OWN = 16 * 2**20  # bytes that each kind of thing that is kept for a user may fill
SLACK = 1 / 16  # part of the room for what spares work that a process may fill before it looks
A_MOMENT = 2 * 10**9  # nanoseconds: some file systems tell time no finer

_added: dict[Path, int] = {}  # bytes since the last look at a folder


def write(path: Path, content: str | bytes) -> bool:
    """Write a file whole or not at all, and only if it changes; tell whether it did."""
    import tempfile  # here: a build that finds nothing to do does without

    content = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(scratch, 0o644)
            os.replace(scratch, path)
        except BaseException:
            os.unlink(scratch)
            raise
    except OSError as error:
        raise BriefError(
            str(path),
            f"cannot be written ({error.strerror})",
            "a folder that you may write to",
            "Choose another with --out, or change its rights.",
        ) from None
    return True


def write_sealed(path: Path, content: str | bytes) -> bool:
    """Write what only serves to spare work, with a seal; tell whether that could be done."""
    content = content.encode("utf-8") if isinstance(content, str) else content
    try:
        write(path, digest(content).encode() + b"\n" + content)
    except BriefError:  # what cannot be kept is made each time
        return False
    return True


def read_sealed(path: Path) -> bytes | None:
    """Read what `write_sealed` wrote; what is missing, damaged or half written is as good as none."""
    try:
        seal, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    with contextlib.suppress(OSError):  # a folder may be for reading only
        os.utime(path)  # that it was of use counts when room is made
    return content if seal == digest(content).encode() else None


def once_for_a_user(kind: str, made_from: Any, make: Callable[[], bytes]) -> bytes:
    """Give what is the same for all projects: kept under its kind, and named by what it is `made_from`, as JSON."""
    place = own_folder() / kind / digest(json.dumps(made_from).encode())[:32]
    content = read_sealed(place)
    if content is None:
        content = make()
        if write_sealed(place, content):
            keep_within(OWN, place.parent, len(content))
    return content


def own_folder() -> Path:
    """Name the folder of a user's own where briefkit keeps what is the same for all projects."""
    from platformdirs import user_cache_path  # here, as above

    return user_cache_path("briefkit")


def keep_within(bound: int, folder: Path, added: int) -> None:
    """Remove what was of no use for longest when the files of a folder fill too much; so many bytes were `added` to it.

    It looks at what is there when a good part of the room may have been filled since it last did: a batch adds files by
    the thousand.
    """
    _added[folder] = _added.get(folder, bound) + added
    if _added[folder] < bound * SLACK:
        return
    _added[folder] = filled = 0
    with contextlib.suppress(OSError):  # another process may be faster
        files = [(file.stat(), file) for file in folder.iterdir() if file.is_file()]
        for found, file in sorted(files, key=lambda each: each[0].st_mtime, reverse=True):
            filled += found.st_size
            if filled > bound * (1 - SLACK):
                file.unlink(missing_ok=True)


def digest(content: bytes) -> str:
    """Name a content."""
    return hashlib.sha256(content).hexdigest()


def while_unchanged(make: Callable[[bytes], Made]) -> Callable[[Path], Made]:
    """Make something of a file's content, once for as long as the file is the same; OSError when it cannot be read.

    A file written a moment ago could change once more and seem the same, so it is read each time, as git does.
    """
    known: dict[Path, tuple[tuple[int, ...], Made]] = {}

    @functools.wraps(make)
    def of(path: Path) -> Made:
        found = path.stat()
        state = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        held = known.get(path)
        if held and held[0] == state:
            return held[1]
        made = make(path.read_bytes())
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > A_MOMENT:
            known[path] = state, made
        return made

    return of


digest_of = while_unchanged(digest)
