"""Where something lies that may be lost: each new one gets a folder with a name of its own.

SQLite removes files by their path when it closes a database. A connection to a file that is gone
would remove those of the new file, did it have the same path.
"""

import fcntl
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

_NAME_BYTES = 16
_NAME = re.compile(rf"[0-9a-f]{{{_NAME_BYTES}}}")
_POINTER, _DAMAGED, _LOCK = "current", "damaged", "current.lock"


class Generations:
    """The present folder of a kept file, for every process alike.

    Args:
        directory: of this user alone; made when it is missing.
        file: the name of the kept file in each folder.
    """

    def __init__(self, directory: Path, file: str) -> None:
        self._directory = directory
        self._file = file
        self._pointer = str(directory / _POINTER)

    def identity(self) -> tuple[str, int, int, bool]:
        """Return what changes when the file is lost: its folder, and which files there are.

        Also when the directory is opened to others: nobody uses it then. Every query asks, and
        paths as texts take a third of the time.
        """
        name = self._current()
        path = f"{self._directory}/{name}/{self._file}"
        return name, _inode(path), _inode(f"{path}-shm"), self._is_private()

    def present(self) -> tuple[Path, bool]:
        """Return the present file, and whether it was made just now: it is empty then.

        Raises:
            OSError: the directory cannot be used, or is open to other users.
        """
        self._prepare()
        name = self._current()
        file = self._directory / name / self._file
        return (file, False) if name and file.exists() else self.renew(name)

    def renew(self, lost: str) -> tuple[Path, bool]:
        """Move the file in the folder of this name aside and make a new one, unless it was done.

        Raises:
            OSError: as above.
        """
        self._prepare()
        with self._alone():
            present = self._current()
            file = self._directory / present / self._file
            if present not in ("", lost) and file.exists():
                return file, False
            self._move_aside(present)
            folder = self._directory / secrets.token_hex(8)
            folder.mkdir(mode=0o700)
            (folder / self._file).touch(mode=0o600)
            _clear_from_folder(self._directory / _POINTER)
            draft = self._directory / f"{_POINTER}.new"
            draft.write_text(folder.name)
            draft.replace(self._directory / _POINTER)
            return folder / self._file, True

    def _current(self) -> str:
        try:
            descriptor = os.open(self._pointer, os.O_RDONLY)
        except OSError:
            return ""
        try:
            name = os.read(descriptor, _NAME_BYTES + 1).decode()
        except (OSError, UnicodeDecodeError):  # a folder, for example
            return ""
        finally:
            os.close(descriptor)
        return name if _NAME.fullmatch(name) else ""  # it may have been damaged as well

    def _prepare(self) -> None:
        make_private(self._directory.parent)
        if self._directory.is_file():
            aside = self._directory.with_name(f"{self._directory.name}.{_DAMAGED}")
            log.warning("%s is not a folder and is moved to %s", self._directory, aside)
            self._directory.replace(aside)
        self._directory.mkdir(mode=0o700, exist_ok=True)
        if not self._is_private():
            raise PermissionError("it belongs to another user, or others can open it")

    def _is_private(self) -> bool:
        try:
            status = os.stat(self._directory)  # noqa: PTH116 - see `identity`
        except OSError:
            return False
        return status.st_uid == os.getuid() and not status.st_mode & 0o077

    def _move_aside(self, name: str) -> None:
        damaged, folder = self._directory / _DAMAGED, self._directory / name
        if not name or not folder.is_dir():
            return
        log.warning("%s is moved to %s", folder, damaged)
        if damaged.is_file():
            damaged.unlink(missing_ok=True)
        shutil.rmtree(damaged, ignore_errors=True)
        with suppress(FileNotFoundError):
            folder.replace(damaged)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process renew at a time."""
        lock = self._directory / _LOCK
        _clear_from_folder(lock)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone.

    With `parents`, mkdir makes the others for everybody.
    """
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _clear_from_folder(path: Path) -> None:
    """Remove a folder from the place of a file."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - see `identity`
    except OSError:
        return 0
