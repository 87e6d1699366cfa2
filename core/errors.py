"""Every error that is raised on purpose: what happened, and what to do about it.

* SyncError                      a user is meant to read it
  - SettingsError                the configuration is missing or wrong
  - ModeError                    APP_MODE does not permit the operation
  - InvalidJsonError             a text is not JSON
  - InvalidDefinitionError       a definition cannot be used
  - MappingFileError             the mapping file cannot be used
  - StateError                   a file of the state folder cannot be read or written
  - LockedError                  another operation holds the lock
  - LockLostError                another process took over the lock
  - RemovalRefusedError          plan or limits do not allow the removal
  - PlanGoneError                the reviewed plan is gone
  - SelectionError               the plan cannot apply what was selected
  - WorkspaceError               a call to the workspace failed
    + NotFoundError              the object does not exist, or is hidden from us
    + AlreadyExistsError         an object of this name exists
    + PermissionDeniedError      the permission is missing
    + UnauthenticatedError       the login does not work
    + UnreachableError           no answer came in time
    + BusyError                  it was asked for as long as allowed, and could not answer
    + AmbiguousAnswerError       sent once, no answer: it may have taken effect

A StoppedError is not one of them: somebody asked for it, and nothing failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with one job, one file or one operation, in words for an admin.

    `path` is the field, file or object concerned; empty for the whole. As a text, what is wrong
    comes first: it is what people look for.
    """

    message: str
    path: str = ""

    def __str__(self) -> str:
        if not self.path:
            return self.message
        first, line_break, rest = self.message.partition("\n")
        return f"{first} ({self.path}){line_break}{rest}"


class SyncError(Exception):
    """Base of all errors that a user is meant to read. `fix` says what to do."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(f"{message} {fix}" if fix else message)
        self.message = message
        self.fix = fix


class SettingsError(SyncError):
    """The configuration is missing or wrong; nothing was started."""


class ModeError(SyncError):
    """APP_MODE does not permit this operation."""


class InvalidJsonError(SyncError):
    """A text is not the JSON that it should be. `line` and `column` count from 1; 0 if unknown."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.line = line
        self.column = column


class InvalidDefinitionError(SyncError):
    """A file that should be a definition cannot be used as one."""


class MappingFileError(SyncError):
    """The mapping file exists and cannot be used."""


class StateError(SyncError):
    """A ledger or another file of the state folder cannot be read or written."""


class LockedError(SyncError):
    """Another operation holds the workspace's lock; nothing was changed."""


class LockLostError(SyncError):
    """Another process took over the lock; this operation stops before its next write."""


class RemovalRefusedError(SyncError):
    """A removal that the plan or the limits do not allow; nothing was removed."""


class StoppedError(Exception):
    """Somebody asked to stop while nothing was being written; raised in place of the next call.

    Code that takes a SyncError for the failure of one job or one file must not take this for one.
    """

    def __init__(self) -> None:
        super().__init__("Stopped before anything was changed. Start it again when ready.")


class PlanGoneError(SyncError):
    """The plan that was reviewed has expired; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The validation that you reviewed has expired.", fix="Validate again.")


class SelectionError(SyncError):
    """The selection contains jobs that the plan cannot apply."""

    def __init__(self, names: Sequence[str], wanted: str) -> None:
        shown = ", ".join(f"“{name}”" for name in names[:5])
        super().__init__(
            f"The plan has no {wanted} job named {shown}.",
            fix="Validate again and use the names shown in the table.",
        )


class WorkspaceError(SyncError):
    """A call to the workspace failed. Raised by the gateways only."""


class NotFoundError(WorkspaceError):
    """The object does not exist, or the principal may not see it."""


class AlreadyExistsError(WorkspaceError):
    """An exclusive create met an object of that name."""


class PermissionDeniedError(WorkspaceError):
    """The principal lacks the permission."""


class UnauthenticatedError(WorkspaceError):
    """The credentials are missing, expired or wrong."""


class UnreachableError(WorkspaceError):
    """No answer from the workspace within the time allowed."""


class BusyError(WorkspaceError):
    """The workspace limits requests or fails, and asking again took all the time allowed."""


class AmbiguousAnswerError(WorkspaceError):
    """A request was sent once and its answer is missing: it may have taken effect."""
