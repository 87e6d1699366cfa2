"""Folders as zip archives, the answer of workspace/export for a directory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from emulator.errors import ApiError
from emulator.files.exports import dbc_member, source_of
from emulator.files.tree import Entry, FileTree
from emulator.options import WorkspaceOptions

# A fixed time keeps the archive of an unchanged folder unchanged.
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def zip_folder(
    tree: FileTree, folder: Entry, export_format: str, options: WorkspaceOptions
) -> bytes:
    """Return a zip of what is below a folder: AUTO has all files, SOURCE and DBC only notebooks.

    Raises:
        ApiError: together the files exceed the size limit of an export.
    """
    buffer = io.BytesIO()
    total = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in tree.files_below(folder):
            if export_format != "AUTO" and entry.object_type != "NOTEBOOK":
                continue
            name, content = _member(entry, export_format)
            total += len(content)
            _check_total(total, options)
            place = _place_in_zip(entry, folder, options) / name
            info = zipfile.ZipInfo(place.as_posix(), _ZIP_TIME)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _member(entry: Entry, export_format: str) -> tuple[str, bytes]:
    """Return the name without folders and the content of one file in the archive."""
    if export_format == "DBC":
        return dbc_member(entry)
    content = entry.file.read_bytes()
    if export_format == "AUTO":
        return entry.file.name, content
    source, suffix = source_of(entry, content)
    return entry.path.name + suffix, source


def _place_in_zip(entry: Entry, folder: Entry, options: WorkspaceOptions) -> Path:
    with_top = options.zip_layout == "with_top_folder"
    base = folder.file.parent if with_top else folder.file
    return entry.file.parent.relative_to(base)


def _check_total(total: int, options: WorkspaceOptions) -> None:
    if total > options.max_file_bytes:
        raise ApiError(
            400,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
            f"Size exceeds {options.max_file_bytes} bytes",
        )
