"""Converts files of this machine, which needs no workspace."""

from collections.abc import Sequence
from pathlib import Path

from core.definitions.definition import encode_definition
from core.errors import SyncError
from core.planning.conversion import NewDefinition, Source, plan_conversion
from core.reporting.conversion import conversion_row
from core.reporting.details import NewDefinitions
from core.reporting.report import Report, ReportRow


def convert_files(paths: Sequence[Path], to: Path | None = None, *, write: bool) -> Report:
    """Make definitions of what the files hold, and write them when asked to.

    Args:
        to: the folder that gets the definitions; by default each file's own.
    """
    sources = [_read(path, to or path.parent) for path in paths]
    folders = {source.folder for source in sources}
    plan, issues = plan_conversion(sources, {folder: _names_in(folder) for folder in folders})
    if write:
        rows = [
            _written(row) if isinstance(row, NewDefinition) else conversion_row(row) for row in plan
        ]
        return Report("convert", tuple(rows), issues)
    made = tuple((row.path, row.definition) for row in plan if isinstance(row, NewDefinition))
    shown = tuple(map(conversion_row, plan))
    return Report("convert", shown, issues, details=NewDefinitions(made))


def _read(path: Path, folder: Path) -> Source:
    try:
        return Source(str(path), str(folder), path.read_bytes())
    except OSError as error:
        return Source(str(path), str(folder), SyncError(f"It cannot be read: {error.strerror}."))


def _names_in(folder: str) -> frozenset[str]:
    try:
        return frozenset(entry.name.casefold() for entry in Path(folder).iterdir())
    except OSError:
        return frozenset()  # then nothing can be written there either, and that is said


def _written(row: NewDefinition) -> ReportRow:
    shown = conversion_row(row)
    try:
        with Path(row.path).open("xb") as file:
            file.write(encode_definition(row.definition))
    except OSError as error:
        return shown.failed(SyncError(f"It was not written: {error.strerror}."))
    return shown.done(shown.message)
