"""The cells of a notebook in source form.

Source: docs.databricks.com "Import and export notebooks"; databricks/cli libs/notebook/detect.go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.files.notebooks import COMMENTS, TITLE

MARKDOWN = "%md"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `source` of code keeps its magic command, that of markdown is without `%md`."""

    is_markdown: bool
    source: str
    title: str = ""


def read_cells(text: str, language: str) -> list[Cell]:
    """Split a source notebook at its `COMMAND` comments."""
    comment = COMMENTS[language]
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").removeprefix(comment + TITLE)
    parts = re.split(rf"^{re.escape(comment)} COMMAND -+[ \t]*$", text, flags=re.MULTILINE)
    return [_read_cell(part.strip("\n"), comment) for part in parts]


def write_cells(cells: Sequence[Cell], language: str) -> str:
    """Join cells to a source notebook."""
    comment = COMMENTS[language]
    parts = (_written(cell, comment) for cell in cells)
    body = f"\n\n{comment} COMMAND ----------\n\n".join(parts)
    return f"{comment}{TITLE}\n{body}\n"


def _read_cell(text: str, comment: str) -> Cell:
    lines = text.split("\n")
    title = ""
    if lines[0].startswith(f"{comment} DBTITLE "):
        title = lines.pop(0).partition(",")[2]
    magic = f"{comment} MAGIC"
    if not lines or not lines[0].startswith(magic):
        return Cell(False, "\n".join(lines), title)
    source = "\n".join(line.removeprefix(magic).removeprefix(" ") for line in lines)
    if _is_markdown(source):
        return Cell(True, source.removeprefix(MARKDOWN).lstrip(" \n"), title)
    return Cell(False, source, title)


def _is_markdown(source: str) -> bool:
    return source == MARKDOWN or source.startswith((f"{MARKDOWN} ", f"{MARKDOWN}\n"))


def _written(cell: Cell, comment: str) -> str:
    source = f"{MARKDOWN}\n{cell.source}" if cell.is_markdown else cell.source
    lines = source.split("\n")
    if cell.is_markdown or source.startswith("%"):
        lines = [f"{comment} MAGIC {line}".rstrip() for line in lines]
    title = [f"{comment} DBTITLE 1,{cell.title}"] if cell.title else []
    return "\n".join([*title, *lines])
