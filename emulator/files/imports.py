"""What one import asks for, and what it makes of a path.

Source: databricks-sdk workspace.py, `import_` and `upload`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulator.errors import already_exists, invalid_parameter
from emulator.files import jupyter, notebooks
from emulator.files.paths import WorkspacePath

FORMATS = ("SOURCE", "AUTO", "RAW", "JUPYTER")


@dataclass(frozen=True, slots=True)
class Import:
    """A checked request.

    `sent` is how: base64 inside JSON, as a multipart form, or raw to `workspace-files/import-file`.
    """

    path: WorkspacePath
    content: bytes
    format: str
    language: str | None
    overwrite: bool
    sent: Literal["json", "form", "raw"] = "json"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an import goes: the object's workspace path and type, and its name on disk."""

    path: WorkspacePath
    object_type: str
    file_name: str
    content: bytes


def target_of(request: Import) -> Target:
    """Decide what an import makes.

    Raises:
        ApiError: the format is unknown or does not fit the content.
    """
    if request.format not in FORMATS:
        raise invalid_parameter(f"Import format {request.format} is not supported here.")
    if not request.path.name:
        raise already_exists("/ already exists. Please pass overwrite=true to overwrite it.")
    match request.format:
        case "AUTO":
            return _detected(request.path, request.content)
        case "JUPYTER":
            jupyter.require_notebook(request.content)
            return _notebook(request.path, notebooks.JUPYTER, request.content)
        case "SOURCE":
            return _source(request)
        case _:
            return _file(request.path, request.content)


def _detected(path: WorkspacePath, content: bytes) -> Target:
    """AUTO goes by extension and header, and removes the extension of a notebook."""
    if notebooks.language_of(path.name, content) is None:
        return _file(path, content)
    stem = path.name.removesuffix(Path(path.name).suffix)
    return Target(path.renamed(stem), "NOTEBOOK", path.name, content)


def _source(request: Import) -> Target:
    """SOURCE keeps the path as it is: databricks/cli libs/testserver, WorkspaceImportNotebook.

    It needs a language, which the vendor's clients find by extension: databricks-sdk mixins
    workspace.py, `upload`.
    """
    suffix = Path(request.path.name).suffix.lower()
    language = request.language
    if language is None or language not in notebooks.EXTENSIONS or suffix == notebooks.JUPYTER:
        # Source: databricks/cli#630.
        raise invalid_parameter("The zip file may not be valid or may be an unsupported version.")
    content = notebooks.with_header(language, request.content)
    return _notebook(request.path, notebooks.EXTENSIONS[language], content)


def _notebook(path: WorkspacePath, suffix: str, content: bytes) -> Target:
    return Target(path, "NOTEBOOK", path.name + suffix, content)


def _file(path: WorkspacePath, content: bytes) -> Target:
    object_type = "DASHBOARD" if notebooks.is_dashboard(path.name) else "FILE"
    return Target(path, object_type, path.name, content)
