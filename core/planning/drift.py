"""Which rows of a plan say that something here moved since the last import, or may have."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.planning.import_rows import Blocked, Changed, Deleted, New, Row, Unmanaged
from core.ports import LiveJob
from core.state.ledger import ImportedLedger
from core.state.written import Written

_HERE = (Origin.HERE, Origin.BOTH)


class Drift(StrEnum):
    """What is known of a row. UNKNOWN: nobody can say whether the job was changed here."""

    NOTHING = ""
    MOVED = "moved"
    UNKNOWN = "unknown"


def find_drift(
    rows: Iterable[Row], ledger: ImportedLedger, written: Written
) -> Iterator[tuple[Row, Drift]]:
    """Yield each row that moved or may have, and which of the two."""
    names = {job.job_name for job in written.jobs.values()}
    for row in rows:
        drift = _drift_of(row, ledger.jobs.keys(), names)
        if drift:
            yield row, drift


def list_changes(row: Row) -> tuple[FieldChange, ...]:
    """Return what differs; of a job without a usable definition what was changed here."""
    match row:
        case Changed():
            return row.changes
        case Deleted() | Blocked():
            moves = row.moves.changes if row.moves else ()
            return tuple(replace(change, origin=Origin.HERE) for change in moves)
        case _:
            return ()


def _drift_of(row: Row, imported: Collection[int], written: Collection[str]) -> Drift:
    """Args: `imported` are the jobs of the ledger, `written` the names of those with a base."""
    is_unknown = False
    match row:
        case New() | Changed() | Deleted() | Blocked() if row.origin in _HERE:
            return Drift.MOVED
        case Changed() | Deleted():
            is_unknown = row.origin is Origin.UNKNOWN and row.job.job_id in imported
        case Blocked(job=None):
            is_unknown = row.definition is None or row.job_name in written
        case Blocked(job=LiveJob(job_id=job_id)):
            is_unknown = row.moves is None and job_id in imported
        case Unmanaged():
            is_unknown = row.job.job_id in imported
        case _:
            pass
    return Drift.UNKNOWN if is_unknown else Drift.NOTHING
