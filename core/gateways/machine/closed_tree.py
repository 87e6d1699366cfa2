"""A folder of this machine that nothing leads out of: no symbolic link is followed inside it.

Whoever may propose a change to a repository may put links into it. Each step into the tree is taken
from the open folder above it, so that no link that comes between a look and the next step counts.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFoundError, PermissionDeniedError, WorkspaceError
from core.gateways.machine.disk_errors import as_error
from core.local_paths import LOCAL, is_local

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_GIT = ".git"
_DEEPEST = 200  # folders in folders; each step into them is a call


@dataclass(frozen=True, slots=True)
class Base:
    """What may be reached below a path of this machine. `path` itself is the user's own choice."""

    path: str

    @classmethod
    def of_folder(cls, folder: str) -> "Base":
        """Return the outermost repository that a folder is in, else the folder above it."""
        return cls(outermost_repository(folder) or str(Path(folder).parent))

    @classmethod
    def of_file(cls, file: str) -> "Base":
        """Return the same for a file. In no repository it may be a link: a mounted one often is."""
        is_link = Path(file).is_symlink()
        return cls(outermost_repository(file) or (file if is_link else str(Path(file).parent)))

    def holds(self, path: str) -> bool:
        """Whether a path is this one or below it."""
        return f"{path}/".startswith(f"{self.path.rstrip('/')}/")

    def start(self, path: str) -> tuple[str, Sequence[str]]:
        """Return the real folder to begin at, and the steps from there to a path that it holds."""
        parts = tuple(part for part in path[len(self.path) :].split("/") if part)
        if parts:
            return self.path, parts
        real = Path(self.path).resolve()
        return str(real.parent), (real.name,)


def outermost_repository(path: str) -> str:
    """Return the outermost folder that holds a path and is a Git repository, empty for none.

    A link inside it may lead to a folder that looks like another repository.
    """
    return next((str(folder) for folder in reversed(Path(path).parents) if _is_root(folder)), "")


def nearest_repository(path: str) -> str:
    """Return the innermost repository that holds a path or is it, empty for none."""
    folders = (Path(path), *Path(path).parents)
    return next((str(folder) for folder in folders if _is_root(folder)), "")


def _is_root(folder: Path) -> bool:
    return os.path.lexists(folder / _GIT)


class ClosedTree:
    """Opens folders and looks at names below the bases. Every method raises WorkspaceError."""

    def __init__(self, bases: Sequence[Base]) -> None:
        self._bases = bases

    def holds(self, path: str) -> bool:
        """Whether a path is in the place of one of the bases."""
        return any(base.holds(path.removeprefix(LOCAL)) for base in self._bases)

    @contextmanager
    def folder_of(self, path: str) -> Iterator[tuple[int, str]]:
        """Open the folder that holds a path; yields its descriptor and the last name of the path.

        Args:
            path: begins with `file:`.
        """
        start, parts = self._start(path)
        folder = self._open(start, path)
        try:
            for part in parts[:-1]:
                inside = step_into(folder, part, path)
                os.close(folder)
                folder = inside
            yield folder, parts[-1]
        except OSError as error:
            raise as_error(error, path) from error
        finally:
            os.close(folder)

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """Open a folder itself."""
        with self.folder_of(path) as (above, name):
            inside = step_into(above, name, path)
            try:
                yield inside
            finally:
                os.close(inside)

    def _open(self, start: str, path: str) -> int:
        try:
            return os.open(start, _FOLDER)
        except OSError as error:
            raise as_error(error, path) from error

    def _start(self, path: str) -> tuple[str, Sequence[str]]:
        plain = path.removeprefix(LOCAL)
        first, *parts = plain.split("/")
        is_path = is_local(path) and not first and parts and "\0" not in plain
        if not is_path or not {"", ".", ".."}.isdisjoint(parts):
            raise NotFoundError(f"{path} is not a path of this machine.")
        if len(parts) > _DEEPEST:
            raise WorkspaceError(f"{path} is nested too deeply.", fix="Move it up in the folder.")
        if any(part.casefold() == _GIT for part in parts):
            raise PermissionDeniedError(
                f"{path} is inside of Git's own folder.", fix="Choose a folder beside .git."
            )
        for base in self._bases:
            if base.holds(plain):
                return base.start(plain)
        raise PermissionDeniedError(f"{path} is outside of the folder of the definitions.")


def step_into(folder: int, name: str, path: str) -> int:
    """Open a folder in an open folder.

    Raises:
        OSError, WorkspaceError: it cannot be opened, or is a symbolic link.
    """
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError:
        refuse_link(folder, name, path)
        raise


def refuse_link(folder: int, name: str, path: str) -> None:
    """Raise WorkspaceError where a name in an open folder is a symbolic link."""
    try:
        is_link = stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return
    if is_link:
        raise WorkspaceError(
            f"{path}: “{name}” is a symbolic link, and links are not followed.",
            fix="Put the file or folder itself there, or set the path to where the link leads.",
        )
