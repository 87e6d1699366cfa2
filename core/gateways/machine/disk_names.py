"""Names in a folder of this machine, and what they are."""

import os
import stat

from core.errors import WorkspaceError
from core.local_paths import LOCAL
from core.ports import FileStatus

_DEFINITION = ".json"


def refuse_unreadable_name(folder: int, name: str, path: str) -> None:
    """Explain why a file that was listed cannot be found."""
    with os.scandir(folder) as entries:
        if any(entry.name != name and readable(entry.name) == name for entry in entries):
            raise WorkspaceError(
                f"The name of {path.removeprefix(LOCAL)} is not UTF-8.", fix="Rename the file."
            )


def readable(name: str) -> str:
    """Return a name as text; what is not UTF-8 in it is escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def look_at(folder: int, name: str) -> os.stat_result | None:
    """Return what a name in an open folder is, None when it has gone since it was listed."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def status_of(path: str, found: os.stat_result | None, name: str, folder: int) -> FileStatus:
    """Describe a name. What could hide definitions counts as a file or folder that fails later."""
    is_definition = path.casefold().endswith(_DEFINITION)
    if found is None:
        return FileStatus(path, 0, is_file=is_definition, is_folder=False)
    is_folder = stat.S_ISDIR(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        is_folder = _leads_to_folder(folder, name)
    is_file = not is_folder and (stat.S_ISREG(found.st_mode) or is_definition)
    return FileStatus(path, found.st_ino, is_file, is_folder, found.st_mtime_ns // 10**6)


def _leads_to_folder(folder: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder).st_mode)
    except OSError:
        return False
