"""What a pull brought: one row per file that was added, changed or removed."""

from collections.abc import Iterable, Iterator

from core.definitions.folder import (
    LEFT_OUT,
    DefinitionFile,
    GitContents,
    RememberedFile,
    UnreadFile,
    with_remembered,
)
from core.errors import Issue
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow

_MOST_LISTED = 5
_UNKNOWN = "It is not known whether the pull changed it."


class PulledFiles:
    """The definitions' folder before and after a pull, compared by path.

    A file that held a definition before, or by what is `remembered`, and holds other JSON now
    could not be read: it was not removed.
    """

    def __init__(
        self, before: GitContents, after: GitContents, remembered: Iterable[RememberedFile] = ()
    ) -> None:
        remembered = tuple(remembered)
        before = with_remembered(before, remembered)
        after = with_remembered(after, (*remembered, *map(_remembered, before.files)))
        self._old = {file.path: file for file in before.files}
        self._new = {file.path: file for file in after.files}
        self._old_unread = {file.path: file.content_hash for file in before.unread}
        self._old_other = {file.path: file.content_hash for file in before.other}
        self._unread = after.unread

    def rows(self) -> tuple[ReportRow, ...]:
        """Return what the pull brought: the definitions, then what cannot be read, as errors."""
        errors = (self._error(file) for file in self._unread if not self._is_as_before(file))
        return (*self._definitions(), *errors)

    def notes(self) -> tuple[Issue, ...]:
        """List the files that could not be read before either: no pull brought them."""
        paths = [file.path for file in self._unread if self._is_as_before(file)]
        if not paths:
            return ()
        more = len(paths) - _MOST_LISTED
        listed = ", ".join(paths[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
        one = len(paths) == 1
        return (
            Issue(
                f"{len(paths)} {'file' if one else 'files'} could not be read before this pull "
                f"either, and it did not change {'it' if one else 'them'}: {listed}. Validate to "
                "see what is wrong."
            ),
        )

    def _definitions(self) -> Iterator[ReportRow]:
        unread = {file.path for file in self._unread}
        folders = tuple(path for path in unread if path.endswith("/"))
        for path in sorted(self._old.keys() | self._new.keys() | self._old_unread.keys()):
            if path in unread or path.startswith(folders):
                continue
            new = self._new.get(path)
            if new is None:
                yield from self._removed(path)
            elif path in self._old:
                yield from _changed(self._old[path], new)
            else:
                yield self._came(new)

    def _removed(self, path: str) -> Iterator[ReportRow]:
        if path in self._old:
            name = self._old[path].definition.job_name
            yield ReportRow(name, path, RowStatus.DELETED, message="File removed.")
        elif not path.endswith("/") and self._old_unread[path] != LEFT_OUT:
            message = "File removed. It could not be read."
            yield ReportRow("", path, RowStatus.DELETED, message=message)

    def _came(self, new: DefinitionFile) -> ReportRow:
        """Return the row of a definition where none was known before."""
        name, path = new.definition.job_name, new.path
        if path in self._old_other:
            message = "File changed. It holds a definition now."
            return ReportRow(name, path, RowStatus.NEW, message=message)
        if self._old_unread.get(path):
            message = "File changed. It could not be read before."
            return ReportRow(name, path, RowStatus.CHANGED, message=message)
        if self._was_hidden(path):
            message = f"It could not be read before. {_UNKNOWN}"
            return ReportRow(name, path, RowStatus.CHANGED, message=message)
        return ReportRow(name, path, RowStatus.NEW, message="File added.")

    def _error(self, file: UnreadFile) -> ReportRow:
        old = self._old.get(file.path)
        return ReportRow(
            old.definition.job_name if old else "",
            file.path,
            RowStatus.ERROR,
            issues=(Issue(file.issue.message),),
            message=self._what_happened(file),
        )

    def _what_happened(self, file: UnreadFile) -> str:
        if not file.content_hash or self._was_hidden(file.path):
            return _UNKNOWN
        known = file.path in self._old or file.path in self._old_other
        return "File changed." if known or file.path in self._old_unread else "File added."

    def _is_as_before(self, file: UnreadFile) -> bool:
        """Whether a file was there with this content; what it held is known on both sides."""
        before = self._old_unread.get(file.path) or self._old_other.get(file.path)
        return bool(before) and before == file.content_hash

    def _was_hidden(self, path: str) -> bool:
        """Whether nobody knows what was at a path, if anything was."""
        folders = tuple(one for one in self._old_unread if one.endswith("/"))
        return self._old_unread.get(path) == "" or path.startswith(folders)


def _remembered(file: DefinitionFile) -> RememberedFile:
    definition = file.definition
    return RememberedFile(definition.job_name, definition.source_job_id, file.path)


def _changed(old: DefinitionFile, new: DefinitionFile) -> Iterator[ReportRow]:
    if old == new:
        return
    name, old_name = new.definition.job_name, old.definition.job_name
    if old_name == name:
        yield ReportRow(name, new.path, RowStatus.CHANGED, message="File changed.")
    else:
        message = f"Previously named “{old_name}”."
        yield ReportRow(name, new.path, RowStatus.RENAMED, message=message)
