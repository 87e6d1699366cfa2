"""Zip archives from the workspace. Their content is hostile until shown otherwise."""

import io
import zipfile
import zlib
from collections.abc import Mapping

_MAX_FILE_BYTES = 10 * 1024 * 1024  # the workspace API refuses larger files
_MAX_TOTAL_BYTES = 200 * 1024 * 1024  # what is larger is read file by file
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # which zipfile reads within a bound
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def unzip(content: bytes, folder: str) -> Mapping[str, bytes] | None:
    """Return the files of a folder's zip by absolute path, None if the zip is not usable.

    Paths may start with the folder's own name or not: both layouts are understood. Files that are
    too large to be true are left out, so they are read one by one. The size that a zip gives for a
    file may be wrong; no more than that is ever held.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _files(archive, folder)
    except _BROKEN:
        return None


def _files(archive: zipfile.ZipFile, folder: str) -> Mapping[str, bytes] | None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if sum(entry.file_size for entry in entries) > _MAX_TOTAL_BYTES:
        return None
    if any(entry.compress_type not in _METHODS for entry in entries):
        return None
    if len({entry.filename for entry in entries}) != len(entries):
        return None  # two files of one name: which one is it?
    top = folder.rpartition("/")[2] + "/"
    has_top = bool(entries) and all(entry.filename.startswith(top) for entry in entries)
    if has_top and any(entry.filename.startswith(top + top) for entry in entries):
        return None  # its own name, or that of a folder in it: ambiguous
    return {
        f"{folder}/{entry.filename.removeprefix(top) if has_top else entry.filename}": _read(
            archive, entry
        )
        for entry in entries
        if entry.file_size <= _MAX_FILE_BYTES
    }


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read no more than the size given; `read()` makes everything plain before it cuts it off."""
    with archive.open(entry) as file:
        return file.read(entry.file_size + 1)
