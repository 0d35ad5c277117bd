"""Offer the exports to Jupyter: two exporters, and a preprocessor that shows values in everybody else's."""

from __future__ import annotations

import logging
from typing import Any

from nbconvert.exporters.exporter import Exporter, ResourcesDict
from nbconvert.preprocessors import Preprocessor
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode
from traitlets import Bool, Unicode

from briefkit.errors import BriefError
from briefkit.export.document import Document
from briefkit.export.html import page
from briefkit.export.reading import document, role_values
from briefkit.export.typst import paper


class NotExported(BriefError, ConversionException):
    """Tell nbconvert in its own kind of error what stopped an export: it then ends with status 1 and writes nothing."""


class _OneLine(logging.Filter):
    """Log a refusal by its message alone: it is for the author of a notebook, and a traceback would hide it."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, NotExported):
            record.msg, record.args, record.exc_info = str(error), (), None
        return True


_ONE_LINE = _OneLine()


def _refused(error: BriefError, log: logging.Logger) -> NotExported:
    log.addFilter(_ONE_LINE)  # adding it again changes nothing
    return NotExported.together([error])


class BriefExporter(Exporter):
    """Share what both exports do: read the notebook as it is and lay it out."""

    show_code = Bool(False, help="Show the code of cells that are not tagged remove-cell.").tag(config=True)

    def _init_preprocessors(self) -> None:
        # Roles are resolved here, with their sources; what other exports need done beforehand would take them away.
        self._preprocessors = []

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str | bytes, ResourcesDict]:
        """Lay a notebook out; what a reader could not follow stops the export."""
        resources = self._init_resources(resources)
        given = resources["metadata"].get("name", "")
        name = "" if given == "Notebook" else given
        try:
            if self.config.ExecutePreprocessor.get("enabled") is True:
                raise BriefError(
                    f"{name}.ipynb" if name else "notebook",
                    "asked to be executed on export, which would leave its inline values as they were",
                    "a notebook that was run",
                    "Leave out --execute and use: briefkit run",
                )
            return self._laid_out(document(nb, name, self.show_code, is_listed=False)), resources
        except BriefError as error:
            raise _refused(error, self.log) from None

    def _laid_out(self, made: Document) -> str | bytes:
        raise NotImplementedError


class BriefHTML(BriefExporter):
    """Write a brief as one HTML page."""

    export_from_notebook = "Brief HTML"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def _laid_out(self, made: Document) -> str:
        return page(made)


class BriefPDF(BriefExporter):
    """Write a brief as a tagged PDF."""

    export_from_notebook = "Brief PDF"
    output_mimetype = "application/pdf"

    paper = Unicode("a4", help="The size of the paper: a4 or us-letter.").tag(config=True)

    def _file_extension_default(self) -> str:
        return ".pdf"

    def _laid_out(self, made: Document) -> bytes:
        return paper(made, self.paper)


class RoleValues(Preprocessor):
    """Put values in the place of ``{eval}`` roles, for exporters that do not know the role."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Write the stored value of each role into its cell's Markdown."""
        name = (resources or {}).get("metadata", {}).get("name", "")
        try:
            for index, cell in enumerate(nb.cells):
                if cell.cell_type == "markdown":
                    cell.source = role_values(nb, cell, index, name)
        except BriefError as error:
            raise _refused(error, self.log) from None
        return nb, resources
