"""`cli.py restore`: preview first, and remove nothing that was not confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.planning.statuses import RowStatus
from core.reporting.listener import Listener
from core.reporting.report import Report, report_failure

if TYPE_CHECKING:
    from core.service import JobSync


@dataclass(frozen=True, slots=True)
class RestoreCommand:
    """What was asked for: which operation, and of it which jobs, None for all."""

    operation: str
    only: Sequence[str] | None = None
    confirm: Sequence[str] = ()
    yes: bool = False
    dry_run: bool = False

    def run(self, service: "JobSync", listener: Listener) -> tuple[Report, bool]:
        """Return the report, and whether it was refused for want of `--yes`."""
        from core.planning.review import Review  # noqa: PLC0415 - the engine is loaded by now

        preview, fingerprints = None, None
        if self.dry_run or not self.yes:
            fingerprints, preview = service.plan_restore(self.operation, listener=listener)
        if preview and self.dry_run:
            return preview, False
        if preview and (refused := self._refuse(preview)):
            return refused, True
        review = Review(self.only, fingerprints, ticked=frozenset(self.confirm))
        return service.restore(self.operation, review, listener=listener), False

    def _refuse(self, preview: Report) -> Report | None:
        """Return the refusal of a restore that would remove jobs."""
        removed = [
            row
            for row in preview.rows
            if row.status == RowStatus.DELETED
            and (self.only is None or row.job_name in self.only)
            and (not row.doubt or row.job_name in self.confirm)
        ]
        if not removed:
            return None
        count = f"{len(removed)} job" if len(removed) == 1 else f"{len(removed)} jobs"
        error = SettingsError(
            f"Nothing was restored. {count} that this operation created would be removed.",
            fix="Add --yes to remove what it created, or choose other jobs with --only.",
        )
        issues = report_failure("restore", error).issues
        return Report("restore", preview.rows, issues, has_failed=True)
