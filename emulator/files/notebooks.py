"""Which files are notebooks, and how notebooks are named.

A notebook has no extension in the workspace and has one on disk, as in a Git folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

JUPYTER = ".ipynb"
LANGUAGES: Mapping[str, str] = {
    ".py": "PYTHON",
    ".sql": "SQL",
    ".scala": "SCALA",
    ".r": "R",
    JUPYTER: "PYTHON",
}
COMMENTS: Mapping[str, str] = {"PYTHON": "#", "SQL": "--", "SCALA": "//", "R": "#"}
EXTENSIONS: Mapping[str, str] = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}
TITLE = " Databricks notebook source"
DASHBOARD_SUFFIX = ".lvdash.json"
_HEAD_BYTES = 64


def language_of(name: str, head: bytes) -> str | None:
    """Return the language of a notebook, or None for a plain file."""
    suffix = Path(name).suffix.lower()
    language = LANGUAGES.get(suffix)
    if language is None or suffix == JUPYTER:
        return language
    first_line = head[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    return language if first_line.startswith(header(language)) else None


def language_of_file(file: Path) -> str | None:
    """Like `language_of`, for a file on disk."""
    if file.suffix.lower() not in LANGUAGES:
        return None
    with file.open("rb") as stream:
        return language_of(file.name, stream.read(_HEAD_BYTES))


def header(language: str) -> bytes:
    """Return the first line that marks a source file as a notebook."""
    return (COMMENTS[language] + TITLE).encode()


def with_header(language: str, content: bytes) -> bytes:
    """Return the content with the first line of a notebook, added when it is missing."""
    mark = header(language)
    return content if content.startswith(mark) else mark + b"\n" + content


def is_dashboard(name: str) -> bool:
    return name.lower().endswith(DASHBOARD_SUFFIX)
