"""Files that appear as a whole or not at all, in an open folder.

The content is first in a file of its own, `.job-sync-….tmp`, which its writer keeps locked. One
that nobody has locked was left by a process that was killed: who lists the folder next deletes it.
"""

import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

_NAME = re.compile(r"\.job-sync-[0-9a-f]{16}\.tmp")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_TRIES = 5


def put_new(folder: int, name: str, content: bytes, *, link: Callable[..., None] = os.link) -> None:
    """Create a file. Raises OSError, with EEXIST where something has that name.

    Args:
        link: gives a file a second name; a file system may refuse that.
    """
    with _written(folder, content, mode=None) as temporary:
        try:
            link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without hard links: the name is taken first.
            os.close(os.open(name, _NEW, dir_fd=folder))
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def put_over(folder: int, name: str, content: bytes, mode: int | None) -> None:
    """Replace a file, or create it. `mode` are its permissions, None for those of a new file."""
    with _written(folder, content, mode) as temporary:
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def keep_no_left_over(folder: int, names: Iterable[str]) -> list[str]:
    """Delete what killed processes left in an open folder, and return its other names."""
    kept: list[str] = []
    for name in names:
        if not _NAME.fullmatch(name):
            kept.append(name)
            continue
        with suppress(OSError):
            _delete_if_free(folder, name)
    return kept


@contextmanager
def _written(folder: int, content: bytes, mode: int | None) -> Iterator[str]:
    """Yield the name of a complete file, which is gone afterwards unless it was renamed."""
    name, file = _locked(folder)
    try:
        if mode is not None:
            os.fchmod(file, mode)
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
        yield name
    finally:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        os.close(file)


def _locked(folder: int) -> tuple[str, int]:
    """Create a file that counts as being written from its first moment."""
    for _ in range(_TRIES):
        name = f".job-sync-{secrets.token_hex(8)}.tmp"
        file = os.open(name, _NEW, 0o666, dir_fd=folder)
        if _lock(file) and os.fstat(file).st_nlink:
            return name, file
        os.close(file)  # another process took it for left over before it was locked, and deletes it
    raise OSError(errno.EAGAIN, "Another process deletes what is written here")


def _lock(file: int) -> bool:
    """Lock a file; False when somebody else has. A file system without locks locks everything."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # pragma: no cover - no file system of the tests lacks locks
        return True
    return True


def _delete_if_free(folder: int, name: str) -> None:
    file = os.open(name, _OLD, dir_fd=folder)
    try:
        if stat.S_ISREG(os.fstat(file).st_mode):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(name, dir_fd=folder)
    finally:
        os.close(file)
