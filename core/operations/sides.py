"""The two sides of a planned row: the settings as they are, and as they will be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from core.definitions.definition import Definition
from core.jobsettings.permissions import (
    PERMISSIONS,
    Permission,
    permissions_as_json,
    sort_permissions,
)
from core.json_text import JobSettings, Packed
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ExportRow,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Excluded,
    New,
    Row,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.restore_rows import RestoreRow
from core.ports import LiveJob


@dataclass(frozen=True, slots=True)
class Sides:
    """`current` is what will be replaced, None when there is nothing yet; `desired` what replaces
    it, None when it is removed. Equal sides are given once, as `current`, save for rows in error.
    `job_id` is the job's in this workspace, and `run_as` who it runs as when the settings lack it.
    """

    current: Packed | None = None
    desired: Packed | None = None
    job_id: int | None = None
    run_as: str = ""

    def unpack(self) -> "OpenSides":
        """Return both sides as values; unpacking takes most of the time that a row takes."""
        packed = (self.current, self.desired)
        return OpenSides(*(side.unpack() if side is not None else None for side in packed))


@dataclass(frozen=True, slots=True)
class OpenSides:
    """Both sides as values, see `Sides`."""

    current: JobSettings | None = None
    desired: JobSettings | None = None

    @property
    def last(self) -> JobSettings | None:
        """Return the settings as they will be, or as they are where nothing replaces them."""
        return self.desired if self.desired is not None else self.current


def sides_of(row: Row | ExportRow | RestoreRow) -> Sides:
    """Return both sides of a row of any plan."""
    match row:
        case RestoreRow():
            return sides_of(row.row)
        case New():
            return Sides(desired=_with_permissions(row.packed, row.permissions))
        case Changed():
            return _of_changed(row)
        case Unchanged() | Deleted() | Unmanaged() | Skipped():
            return _of_job(row.job)
        case NewFile():
            definition, job_id = row.definition, row.job.job_id
            return Sides(None, _of_file(definition), job_id, definition.run_as_user_name)
        case ChangedFile():
            current, desired = _of_file(row.file.definition), _of_file(row.definition)
            return Sides(current, desired, row.job.job_id, row.definition.run_as_user_name)
        case UnchangedFile():
            return _of_job(row.job)
        case DeletedFile() | ForeignFile():
            definition = row.file.definition
            return Sides(definition.packed, run_as=definition.run_as_user_name)
        case Blocked():
            return _as_known(row)
        case SkippedJob():
            return _of_job(row.job) if row.job else Sides()
        case Excluded():
            return _of_excluded(row)
        case _:
            assert_never(row)


def _of_changed(row: Changed) -> Sides:
    if row.access is None:
        return Sides(row.current, row.desired, job_id=row.job.job_id)
    before, after = row.access.before.direct, row.access.after
    return Sides(
        _with_permissions(row.current, before),
        _with_permissions(row.desired, after),
        job_id=row.job.job_id,
    )


def _of_file(definition: Definition) -> Packed:
    """Return the settings of a definition, with the permissions that its file has beside them."""
    return _with_permissions(definition.packed, definition.list_permissions())


def _with_permissions(side: Packed, entries: Sequence[Permission] | None) -> Packed:
    """Show entries among the settings, as part of the same difference."""
    if not entries:
        return side
    shown = permissions_as_json(sort_permissions(entries))
    return Packed({**side.unpack(), PERMISSIONS: shown})


def _of_job(job: LiveJob) -> Sides:
    return Sides(job.packed, None, job.job_id, job.run_as_user_name)


def _of_excluded(row: Excluded) -> Sides:
    if row.job:
        return _of_job(row.job)
    if row.file:
        definition = row.file.definition
        return Sides(definition.packed, run_as=definition.run_as_user_name)
    return Sides()


def _as_known(row: Blocked) -> Sides:
    """Return a definition as its file has it, on both sides: nobody knows what it would become."""
    job_id = row.job.job_id if row.job else None
    if row.definition:
        packed, run_as = row.definition.packed, row.definition.run_as_user_name
        return Sides(packed, packed, job_id, run_as)
    return replace(_of_job(row.job), desired=row.job.packed) if row.job else Sides()
