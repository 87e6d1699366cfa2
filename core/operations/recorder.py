"""Writes what an operation reports into the store of operations, a few times a second."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from core.one_line import one_line
from core.operations.grid_row import GridRow, RecordedRow, RowState
from core.operations.operation import ADOPTABLE, PLAN, LogLine, OperationStore
from core.operations.outcome import Outcome
from core.operations.plan_documents import plan_document
from core.operations.rows import Planned, apply_report, detailed_report, first_row, side_documents
from core.operations.sides import sides_of
from core.planning.statuses import RowStatus
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow

_FLUSH_S = 0.25
_BATCH = 200
_ASK_S = 0.2


class Recorder:
    """Follows one operation. Its methods may be called from several threads.

    Args:
        now: seconds since the epoch.
    """

    def __init__(self, store: OperationStore, operation_id: str, now: Callable[[], float]) -> None:
        self._store = store
        self._id = operation_id
        self._now = now
        self._mutex = threading.RLock()
        self._rows: list[GridRow] = []
        self._moved: dict[str, GridRow] = {}
        self._lines: list[LogLine] = []
        self._reports: dict[str, ReportRow] = {}
        self._planned: list[Planned] = []
        self._keys: dict[tuple[str, str], str] = {}
        self._progress: tuple[int, int] | None = None
        self._flushed = self._asked = 0.0
        self._stops = False

    @property
    def listener(self) -> Listener:
        """Return a listener that records."""
        return Listener(
            on_step=self.on_step,
            on_progress=self.on_progress,
            on_planned=self.on_planned,
            on_row=self.on_row,
            should_stop=self.should_stop,
        )

    def on_step(self, step: str) -> None:
        with self._mutex:
            self.log("INFO", step)
            self._progress = (0, 0)
            self._flush(step=step)

    def on_progress(self, done: int, total: int) -> None:
        with self._mutex:
            self._progress = (done, total)
            self._flush_sometimes()

    def on_wait(self, seconds: float) -> None:
        """Show that the workspace is rate-limiting requests."""
        with self._mutex:
            self.log("WARNING", f"Waiting {seconds:.0f} s, as the workspace asks.")
            self._store.progress(self._id, waiting_until=self._now() + seconds)

    def on_planned(self, rows: Sequence[Planned]) -> None:
        """Write all rows as they were planned, with both of their sides."""
        with self._mutex:
            self._planned = list(rows)
            for start in range(0, len(rows), _BATCH):
                documents: dict[str, bytes] = {}
                for number, planned in enumerate(rows[start : start + _BATCH], start=start):
                    key = f"{number}"
                    sides = sides_of(planned)
                    row = first_row(key, planned, sides)
                    self._rows.append(row)
                    self._keys.setdefault((row.job, row.file), key)
                    self._moved[key] = row
                    documents.update(side_documents(key, sides))
                self._store.put_documents(self._id, documents)
                self._flush()

    def on_row(self, shown: ReportRow) -> None:
        """Write a row that has ended."""
        with self._mutex:
            key = self._keys.get((shown.job_name, shown.file_name))
            if key is None:
                return
            is_error = shown.status == RowStatus.ERROR
            state = RowState.FAILED if is_error else RowState.DONE
            row = apply_report(self._rows[int(key)], shown, state)
            self._put(int(key), row)
            level = "ERROR" if is_error else "INFO"
            self.log(level, f"{row.job}: {row.message or row.status}")
            self._flush_sometimes()

    def should_stop(self) -> bool:
        """Whether a user or a shutdown asked to stop; the store is asked a few times a second."""
        with self._mutex:
            if self._now() - self._asked > _ASK_S:
                self._asked = self._now()
                self._stops = self._stops or self._store.should_stop(self._id)
            return self._stops

    def log(self, level: str, text: str) -> None:
        """Add a line to the detailed log; a text of several lines becomes one."""
        with self._mutex:
            self._lines.append(LogLine(self._now(), level, one_line(text)))

    def keep_plan(self, fingerprints: dict[str, str], adoptable: Sequence[str]) -> None:
        """Keep what the user reviews, to be compared when it is carried out."""
        kept = {PLAN: plan_document(fingerprints), ADOPTABLE: plan_document(list(adoptable))}
        self._store.put_documents(self._id, kept)

    def finish(self, report: Report) -> Outcome:
        """Write what the report says of each row, and return the outcome of the operation."""
        with self._mutex:
            if not self._rows:
                self._take_unplanned(report)
            documents: dict[str, bytes] = {}
            for number, shown in enumerate(report.rows):
                row = self._rows[number]
                final = apply_report(row, shown, row.state)
                if final != row:
                    self._put(number, final)
                planned = self._planned[number] if self._planned else None
                detailed = detailed_report(shown, planned)
                self._reports[row.key] = detailed
                documents[f"row/{row.key}"] = json.dumps(detailed.as_json()).encode()
            for issue in report.issues:
                self.log("WARNING", issue.message)
            self._store.put_documents(self._id, documents)
            self._flush()
            return _outcome(report, self._rows)

    def flush(self) -> None:
        """Write what has gathered."""
        with self._mutex:
            self._flush()

    def history_rows(self) -> list[RecordedRow]:
        """Return the rows as the history keeps them: what the grid and the side panel show."""
        with self._mutex:
            return [RecordedRow(row, self._reports.get(row.key)) for row in self._rows]

    def _take_unplanned(self, report: Report) -> None:
        """Make rows of a report that no plan was made for, such as what a pull brought."""
        for number, shown in enumerate(report.rows):
            blank = GridRow(f"{number}")
            self._rows.append(blank)
            self._put(number, apply_report(blank, shown, RowState.NOTHING_TO_DO))

    def _put(self, number: int, row: GridRow) -> None:
        self._rows[number] = row
        self._moved[row.key] = row

    def _flush_sometimes(self) -> None:
        if len(self._moved) >= _BATCH or self._now() - self._flushed > _FLUSH_S:
            self._flush()

    def _flush(self, step: str | None = None) -> None:
        done, total = self._progress or (None, None)
        self._store.progress(
            self._id,
            rows=list(self._moved.values()),
            step=step,
            done=done,
            total=total,
            log=self._lines,
        )
        self._moved, self._lines, self._progress = {}, [], None
        self._flushed = self._now()


def _outcome(report: Report, rows: Sequence[GridRow]) -> Outcome:
    return Outcome(
        status=report.status,
        counts=_counts(rows),
        states=_states(rows),
        issues=report.issues,
        unmapped=report.unmapped,
        details=report.details,
    )


def _counts(rows: Sequence[GridRow]) -> dict[str, int]:
    """Count the rows by status, also those of an operation that came to no report."""
    return dict(sorted(Counter(row.status for row in rows).items()))


def _states(rows: Sequence[GridRow]) -> dict[str, dict[str, int]]:
    """Count the rows by how they ended, and there by status."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        by_status = counts.setdefault(row.state, {})
        by_status[row.status] = by_status.get(row.status, 0) + 1
    return counts
