"""What a pull brought: one row per definition that came, changed or went."""

from collections.abc import Iterable

from core.definitions.folder import DefinitionFile, GitContents, RememberedFile, with_remembered
from core.errors import Issue
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow


def pulled_rows(
    before: GitContents, after: GitContents, remembered: Iterable[RememberedFile] = ()
) -> tuple[ReportRow, ...]:
    """Compare the definitions by path; files that cannot be read are rows in error.

    A file that held a definition before, or by what is `remembered`, and holds other JSON now
    is one of these: it did not go.
    """
    old = {file.path: file for file in before.files}
    after = with_remembered(after, (*remembered, *map(_remembered, before.files)))
    new = {file.path: file for file in after.files}
    unread = {file.path for file in after.unread}
    folders = tuple(path for path in unread if path.endswith("/"))
    rows = [
        _row(old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and path not in unread and not path.startswith(folders)
    ]
    errors = [
        ReportRow(
            old[file.path].definition.job_name if file.path in old else "",
            file.path,
            RowStatus.ERROR,
            issues=(Issue(file.issue.message),),
        )
        for file in after.unread
    ]
    return (*rows, *errors)


def _remembered(file: DefinitionFile) -> RememberedFile:
    definition = file.definition
    return RememberedFile(definition.job_name, definition.source_job_id, file.path)


def _row(old: DefinitionFile | None, new: DefinitionFile | None) -> ReportRow:
    if new is None:
        assert old is not None  # one of the two has the path
        name = old.definition.job_name
        return ReportRow(name, old.path, RowStatus.DELETED, message="File removed.")
    name = new.definition.job_name
    if old is None:
        return ReportRow(name, new.path, RowStatus.NEW, message="File added.")
    if old.definition.job_name != name:
        message = f"Previously named “{old.definition.job_name}”."
        return ReportRow(name, new.path, RowStatus.RENAMED, message=message)
    return ReportRow(name, new.path, RowStatus.CHANGED, message="File changed.")
