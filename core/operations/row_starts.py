"""When the jobs of a plan start by themselves, before and after it: as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import InvalidJsonError
from core.jobsettings.starts import Schedule, Starts, starts_of
from core.json_fields import is_whole
from core.json_text import JobSettings, Packed
from core.operations.rows import Planned
from core.operations.sides import OpenSides
from core.planning.export_rows import ChangedFile, DeletedFile, ForeignFile, NewFile
from core.planning.import_rows import Blocked, Deleted, Excluded
from core.planning.restore_rows import RestoreRow

STARTS = "starts"
"""The name of the document."""


@dataclass(frozen=True, slots=True)
class RowStarts:
    """What starts a job now, and what will when its row has been carried out."""

    before: Starts = field(default_factory=Starts)
    after: Starts = field(default_factory=Starts)


def row_starts(planned: Planned, opened: OpenSides) -> RowStarts:
    """Return what starts the job of a row. An import removes no job, an export changes none."""
    if isinstance(planned, RestoreRow):
        if isinstance(planned.row, Deleted):
            return RowStarts(_starts(opened.current))
        return row_starts(planned.row, opened)
    if isinstance(planned, DeletedFile | ForeignFile):
        return RowStarts()  # there is no job
    if isinstance(planned, NewFile | ChangedFile):
        here = _starts(opened.desired)
        return RowStarts(here, here)
    if isinstance(planned, Blocked | Excluded):  # the sides may be those of a file alone
        live = _starts(planned.job.unpack_settings()) if planned.job else Starts()
        return RowStarts(live, live)
    before = _starts(opened.current)
    return RowStarts(before, before if opened.desired is None else _starts(opened.desired))


def starts_document(rows: Mapping[str, RowStarts]) -> bytes:
    """Return what is kept of the rows by key; a job that never starts by itself takes no room."""
    kept = {
        key: [_as_json(row.before), _as_json(row.after)]
        for key, row in rows.items()
        if row != RowStarts()
    }
    return Packed(kept).content


def read_starts(content: bytes | None) -> dict[str, RowStarts]:
    """Return what was kept; nothing of an operation that kept nothing.

    Raises:
        InvalidJsonError: it is damaged.
    """
    if content is None:
        return {}
    document = Packed.from_content(content).unpack()
    try:
        return {
            key: RowStarts(_from_json(before), _from_json(after))
            for key, (before, after) in document.items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidJsonError("What was kept of the starts of the jobs is damaged.") from error


def _starts(settings: JobSettings | None) -> Starts:
    return starts_of(settings) if settings is not None else Starts()


def _as_json(starts: Starts) -> list[Any]:
    return [[list(schedule) for schedule in starts.schedules], starts.untimed, starts.paused]


def _from_json(document: Any) -> Starts:
    schedules, untimed, paused = document
    pairs: tuple[Schedule, ...] = tuple((expression, zone) for expression, zone in schedules)
    are_texts = all(isinstance(text, str) for pair in pairs for text in pair)
    if not are_texts or not is_whole(untimed) or not is_whole(paused):
        raise ValueError(document)
    return Starts(pairs, untimed, paused)
