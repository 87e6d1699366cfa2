"""One file or notebook in the format that workspace/export is asked for.

Source: databricks-sdk workspace.py, ExportFormat.
"""

from __future__ import annotations

import html
import io
import zipfile
from pathlib import Path

from emulator.errors import ApiError, invalid_parameter
from emulator.files import cells, jupyter, notebooks
from emulator.files.cells import Cell
from emulator.files.tree import Entry
from emulator.json_values import dump_json

AS_STORED = ("AUTO", "RAW")
FORMATS = ("AUTO", "SOURCE", "RAW", "JUPYTER", "HTML", "DBC", "R_MARKDOWN")
DEFAULT = "SOURCE"


def export(entry: Entry, export_format: str) -> tuple[bytes, str]:
    """Return the content and its `file_type`. An empty format is the default one.

    Raises:
        ApiError: the format is unknown or not one of this object.
    """
    export_format = export_format or DEFAULT
    if export_format not in FORMATS:
        raise invalid_parameter(f"Export format {export_format} is not supported.")
    content, stored = entry.file.read_bytes(), entry.file.suffix.removeprefix(".")
    if export_format in AS_STORED:
        return content, stored
    if entry.object_type != "NOTEBOOK":
        if export_format != "SOURCE":
            message = f"{entry.path.shown} is not a notebook; it has no format {export_format}."
            raise invalid_parameter(message)
        return content, stored
    return _converted(entry, content, export_format)


def source_of(entry: Entry, content: bytes) -> tuple[bytes, str]:
    """Return a notebook's source and its extension; a damaged Jupyter document stays as it is."""
    if entry.file.suffix.lower() != notebooks.JUPYTER:
        return content, entry.file.suffix
    try:
        found = jupyter.read_cells(jupyter.read_document(content))
    except ApiError:
        return content, entry.file.suffix
    language = _language(entry)
    return cells.write_cells(found, language).encode(), notebooks.EXTENSIONS[language]


def dbc_member(entry: Entry) -> tuple[str, bytes]:
    """Return the name and the content of a notebook inside a DBC archive."""
    language = _language(entry).lower()
    commands = [
        {"version": "CommandV1", "position": float(number), "command": _command(cell)}
        for number, cell in enumerate(_cells(entry, entry.file.read_bytes()), 1)
    ]
    document = {
        "version": "NotebookV1",
        "name": entry.path.name,
        "language": language,
        "commands": commands,
    }
    return f"{entry.path.name}.{language}", dump_json(document)


def _converted(entry: Entry, content: bytes, export_format: str) -> tuple[bytes, str]:
    match export_format:
        case "JUPYTER":
            return _as_jupyter(entry, content), "ipynb"
        case "HTML":
            return _as_html(entry, content), "html"
        case "DBC":
            return _as_dbc(entry), "dbc"
        case "R_MARKDOWN":
            return _as_r_markdown(entry, content), "Rmd"
        case _:
            source, suffix = source_of(entry, content)
            return source, suffix.removeprefix(".")


def _as_jupyter(entry: Entry, content: bytes) -> bytes:
    if entry.file.suffix.lower() == notebooks.JUPYTER:
        return content
    return jupyter.write_document(_cells(entry, content), entry.path.name, _language(entry))


def _as_html(entry: Entry, content: bytes) -> bytes:
    title = html.escape(entry.path.name)
    parts = "".join(f"<pre>{html.escape(cell.source)}</pre>" for cell in _cells(entry, content))
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{page}<body>{parts}</body></html>".encode()


def _as_dbc(entry: Entry) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*dbc_member(entry))
    return buffer.getvalue()


def _as_r_markdown(entry: Entry, content: bytes) -> bytes:
    if entry.language != "R":
        raise invalid_parameter("Only R notebooks can be exported as R_MARKDOWN.")
    parts = [
        cell.source if cell.is_markdown else f"```{{r}}\n{cell.source}\n```"
        for cell in _cells(entry, content)
    ]
    return "\n\n".join(parts).encode()


def _cells(entry: Entry, content: bytes) -> list[Cell]:
    if entry.file.suffix.lower() == notebooks.JUPYTER:
        return jupyter.read_cells(jupyter.read_document(content))
    return cells.read_cells(content.decode("utf-8", "replace"), _language(entry))


def _command(cell: Cell) -> str:
    return f"{cells.MARKDOWN}\n{cell.source}" if cell.is_markdown else cell.source


def _language(entry: Entry) -> str:
    return entry.language or notebooks.LANGUAGES[Path(entry.file.name).suffix.lower()]
