"""Notebooks as Jupyter documents.

Sources: jupyter/nbformat, docs/format_description.rst (version 4); the metadata of Databricks' own
exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from emulator.errors import invalid_parameter
from emulator.files.cells import Cell
from emulator.json_values import InvalidJsonError, JsonDict, dicts_in, dump_json, parse_json

_CELL = "application/vnd.databricks.v1+cell"
_NOTEBOOK = "application/vnd.databricks.v1+notebook"


def require_notebook(content: bytes) -> None:
    """Refuse what is not a Jupyter notebook.

    Raises:
        ApiError: it is not JSON, or has no list of cells.
    """
    read_document(content)


def read_document(content: bytes) -> JsonDict:
    """Return a notebook's JSON.

    Raises:
        ApiError: it is not a notebook.
    """
    try:
        document = parse_json(content)
    except InvalidJsonError as error:
        raise invalid_parameter(f"The content is not a valid Jupyter notebook: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise invalid_parameter("The content is not a valid Jupyter notebook: it has no cells")
    return cast(JsonDict, document)


def read_cells(document: JsonDict) -> list[Cell]:
    """Return the cells of a Jupyter document; raw cells count as code."""
    return [
        Cell(cell.get("cell_type") == "markdown", _joined(cell.get("source")), _title(cell))
        for cell in dicts_in(document["cells"])
    ]


def write_document(cells: Sequence[Cell], name: str, language: str) -> bytes:
    """Return a Jupyter document. Outputs are empty: nothing has run."""
    metadata = {
        _NOTEBOOK: {
            "dashboards": [],
            "language": language.lower(),
            "notebookMetadata": {"pythonIndentUnit": 4},
            "notebookName": name,
            "widgets": {},
        },
        "language_info": {"name": language.lower()},
    }
    written = [_written(cell) for cell in cells]
    return dump_json({"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 0})


def _written(cell: Cell) -> JsonDict:
    own = {"inputWidgets": {}, "showTitle": bool(cell.title), "title": cell.title}
    shared: JsonDict = {"metadata": {_CELL: own}, "source": cell.source.splitlines(keepends=True)}
    if cell.is_markdown:
        return {"cell_type": "markdown", **shared}
    return {"cell_type": "code", "execution_count": None, "outputs": [], **shared}


def _joined(source: object) -> str:
    """Texts may be one string or a list of lines."""
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _title(cell: JsonDict) -> str:
    metadata = cell.get("metadata")
    own = metadata.get(_CELL) if isinstance(metadata, dict) else None
    return str(own.get("title") or "") if isinstance(own, dict) else ""
