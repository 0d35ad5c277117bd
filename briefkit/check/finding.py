"""What the editor's desk works with: a brief as stored and as run, and a finding."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from briefkit.ledger import Entry, Passage, entries, passages


@dataclass(frozen=True, slots=True)
class Finding:
    """Say where something is wrong in which brief (or in ``data`` or the ``collection``), what, and what to do."""

    brief: str
    place: str
    kind: str
    what: str
    remedy: str
    warning: bool = False

    def as_json(self) -> dict[str, str | bool]:
        """Give the form for machines."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.place} · {self.what.rstrip('.')} · {self.remedy}"


@dataclass
class Brief:
    """Hold a brief as it is stored and as a fresh run gives it; the run is missing where it failed.

    ``names`` are the proper names that hold numbers.
    """

    path: Path
    root: Path
    stored: NotebookNode
    fresh: NotebookNode | None
    entries: list[Entry] = field(init=False)
    passages: list[Passage] = field(init=False)
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = proper_names(self.root)
        self.entries, self.passages = entries(self.notebook), passages(self.notebook)

    @property
    def name(self) -> str:
        """Name the brief as its file is named."""
        return self.path.stem

    @property
    def notebook(self) -> NotebookNode:
        """Give the best results there are."""
        return self.fresh or self.stored

    def finding(self, cell: str, kind: str, what: str, remedy: str) -> Finding:
        """Report something about a cell."""
        return Finding(self.name, f'notebooks/{self.path.name}, cell "{cell}"', kind, what, remedy)


def proper_names(root: Path) -> list[str]:
    """Read the proper names that hold numbers from the project's configuration."""
    file = root / "pyproject.toml"
    settings = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return list(settings.get("tool", {}).get("briefkit", {}).get("names", []))
