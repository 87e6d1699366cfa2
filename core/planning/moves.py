"""What somebody did here with a job since it was written, as values."""

from dataclasses import dataclass

from core.comparing.diff import FieldChange
from core.state.written import Stamp


@dataclass(frozen=True, slots=True)
class Moves:
    """What was changed here in a job since it was written: each from what it is to what it was."""

    changes: tuple[FieldChange, ...]
    since: Stamp


@dataclass(frozen=True, slots=True)
class Former:
    """The job that a definition without one was. `name` is its name now, empty when it is gone."""

    job_id: int
    since: Stamp
    name: str = ""
