"""What rows say of changes that were made here since a job was written: values are masked."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.jobsettings.secrets import mask
from core.planning.import_rows import Changed, Importable, New
from core.planning.moves import Former, Moves
from core.state.written import Stamp

_MOST_LISTED = 3
_MOST_LETTERS = 60
_NOTHING = "nothing"
_OPERATIONS: Mapping[str, str] = {
    "import": "the import of",
    "adopt": "the adoption of",
    "restore": "the restore of",
    "take": "it was taken into Git on",
}


def describe_loss(row: Changed) -> str:
    """Say what importing a row would undo of what was changed here; nothing where it is nothing."""
    lost = [change for change in row.changes if change.origin in (Origin.HERE, Origin.BOTH)]
    if not lost or row.since is None:
        return ""
    loss = f"Importing loses: {_listed(lost)}, changed here {_since(row.since)}."
    both = [change.path for change in lost if change.origin is Origin.BOTH]
    return f"{loss} Changed in Git as well: {_shortened(both)}." if both else loss


def describe_moves(moves: Moves | None) -> str:
    """Say what was changed here in a job that is not compared with a definition."""
    if moves is None or not moves.changes:
        return ""
    back = [FieldChange(one.path, one.desired, one.current) for one in moves.changes]
    return f"Changed here {_since(moves.since)}: {_listed(back)}."


def describe_former(former: Former | None) -> str:
    """Say that a job was here, and what became of it."""
    if former is None:
        return ""
    if former.name:
        return f"Was imported as job {former.job_id}, which is named “{former.name}” here now."
    return f"Was imported as job {former.job_id} and has been deleted here."


def explain_unselected(row: Importable) -> str:
    """Say why a row is left alone that nobody chose by name, and what importing it would undo."""
    if isinstance(row, New):
        done = "renamed here" if row.former and row.former.name else "deleted here"
    elif row.origin is Origin.HERE:
        done = "changed here only"
    elif row.origin is Origin.BOTH:
        done = "changed here and in Git"
    else:
        return f"Not selected; choose it to import it. {row.doubt}"
    loss = describe_former(row.former) if isinstance(row, New) else describe_loss(row)
    return f"Not selected: {done}; choose it to import it. {loss}".rstrip()


def _since(stamp: Stamp) -> str:
    at = f"{datetime.fromtimestamp(stamp.at, UTC):%Y-%m-%d %H:%M} UTC"
    by = f" by {stamp.by}" if stamp.by else ""
    return f"since {_OPERATIONS.get(stamp.operation, 'it was written on')} {at}{by}"


def _listed(changes: Iterable[FieldChange]) -> str:
    texts = [f"{one.path} {_value(one, 'current')} → {_value(one, 'desired')}" for one in changes]
    return _shortened(texts)


def _shortened(texts: list[str]) -> str:
    more = len(texts) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _value(change: FieldChange, side: str) -> str:
    value = change.current if side == "current" else change.desired
    if value is None:
        return _NOTHING
    text = json.dumps(mask(change.path, value), ensure_ascii=False)
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
