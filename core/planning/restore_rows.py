"""The rows of the plan of a restore: what is to be done with one job to undo an operation."""

from dataclasses import dataclass

from core.planning.import_rows import Blocked, Changed, Deleted, Excluded, New, Skipped, Unchanged
from core.planning.statuses import RowStatus
from core.state.kept_jobs import KeptJob

Undone = New | Changed | Deleted | Unchanged | Skipped | Excluded | Blocked


@dataclass(frozen=True, slots=True)
class RestoreRow:
    """What undoes an operation for one job.

    `row` is NEW for a job that is created again, CHANGED or RENAMED for one that is set back,
    DELETED for one that the operation created. `kept` is the job as the snapshot has it, None for
    one that is not in it. `note` is for users; `doubt` says why the row needs a confirmation of
    its own, empty where it needs none. `is_unmoved`: the job is proven to be as the operation wrote
    it.
    """

    row: Undone
    kept: KeptJob | None = None
    note: str = ""
    doubt: str = ""
    is_unmoved: bool = False

    @property
    def job_name(self) -> str:
        """Return the name of the row: the job's, with its id where another row has the name."""
        return self.row.job_name

    @property
    def status(self) -> RowStatus:
        """Return the word for users."""
        return self.row.status
