"""Folders as zip archives, the answer of workspace/export for a directory."""

from __future__ import annotations

import io
import zipfile

from emulator.errors import ApiError
from emulator.files.tree import Entry, FileTree
from emulator.options import WorkspaceOptions

# A fixed time keeps the archive of an unchanged folder unchanged.
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def zip_folder(
    tree: FileTree, folder: Entry, *, notebooks_only: bool, options: WorkspaceOptions
) -> bytes:
    """Return a zip of all files and notebooks below a folder.

    Raises:
        ApiError: together the files exceed the size limit of an export.
    """
    buffer = io.BytesIO()
    total = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in tree.files_below(folder):
            if notebooks_only and entry.object_type != "NOTEBOOK":
                continue
            content = entry.file.read_bytes()
            total += len(content)
            _check_total(total, options)
            info = zipfile.ZipInfo(_name_in_zip(entry, folder, options), _ZIP_TIME)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _name_in_zip(entry: Entry, folder: Entry, options: WorkspaceOptions) -> str:
    with_top = options.zip_layout == "with_top_folder"
    base = folder.file.parent if with_top else folder.file
    return entry.file.relative_to(base).as_posix()


def _check_total(total: int, options: WorkspaceOptions) -> None:
    if total > options.max_file_bytes:
        raise ApiError(
            400,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
            f"Size exceeds {options.max_file_bytes} bytes",
        )
