"""Errors of this machine's disk as the engine knows them."""

import errno

from core.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    WorkspaceError,
)
from core.local_paths import LOCAL

_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def as_error(error: OSError, path: str) -> WorkspaceError:
    """Return the error of a call to the disk, with what to do."""
    shown = path.removeprefix(LOCAL)
    if error.errno in _MISSING:
        return NotFoundError(f"{shown} does not exist on this machine.")
    if error.errno == errno.EEXIST:
        return AlreadyExistsError(f"{shown} exists.")
    reason = error.strerror or "unknown error"
    if error.errno in _FULL:
        return WorkspaceError(
            f"{shown} was not written: {reason}.", fix="Free some space on this disk and try again."
        )
    if error.errno in _DENIED:
        return PermissionDeniedError(
            f"{shown}: {reason}.",
            fix="Let the user that runs this app read and write the folder.",
        )
    return WorkspaceError(f"{shown}: {reason}.")
