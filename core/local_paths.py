"""Paths of this machine among those of the workspace: `file:` and an absolute path."""

import re
from contextlib import suppress
from pathlib import Path

from core.errors import SettingsError

LOCAL = "file:"


def is_local(path: str) -> bool:
    """Whether a path leads to this machine, and not into the workspace."""
    return path.startswith(LOCAL)


def local_path(name: str, value: str) -> str:
    """Return the path of a file or folder of this machine in one spelling, symbolic links kept.

    Args:
        name: of the setting, for the error.
        value: a path, with or without `file:`; a relative one is below the current folder.

    Raises:
        SettingsError: it is no path.
    """
    text = value.removeprefix(LOCAL).strip()
    path = ""
    if text and "\0" not in text and not re.match("//(?!/)", text):
        with suppress(OSError, RuntimeError):  # no current folder, no such user
            path = _without_dots(str(Path.cwd() / Path(text).expanduser()))
    if path in {"", "/"}:
        raise SettingsError(
            f"{name} is “{value}”, which is not a path below the root of this machine.",
            fix="Write it as file: and the path, such as file:./jobs or file:/srv/jobs.",
        )
    try:
        path.encode()
    except UnicodeEncodeError:
        raise SettingsError(
            f"{name} leads to a folder whose name is not UTF-8.", fix="Rename the folder."
        ) from None
    return LOCAL + path


def _without_dots(path: str) -> str:
    """Take out `.` and `..` as they are written."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    return "/" + "/".join(kept)
