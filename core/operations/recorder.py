"""Writes what an operation reports into the store of operations, a few times a second."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from core.calls import Wait, WaitReason
from core.jobsettings.secrets import mask_text
from core.one_line import one_line
from core.operations.documents import Documents
from core.operations.grid_row import GridRow, RecordedRow, RowState
from core.operations.operation import ADOPTABLE, PLAN, LogLine, RowStore, Waiting
from core.operations.outcome import Outcome
from core.operations.plan_documents import plan_document
from core.operations.row_ends import outcome_of, state_of
from core.operations.row_starts import STARTS, RowStarts, row_starts, starts_document
from core.operations.rows import (
    Planned,
    apply_report,
    detailed_report,
    first_row,
    job_names,
    name_run_as,
    side_documents,
)
from core.operations.sides import sides_of
from core.operations.stop_asker import StopAsker
from core.planning.statuses import RowResult
from core.ports import CurrentPrincipal
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow
from core.reporting.waiting import describe_wait

ReadNames = Callable[[Iterable[str]], Mapping[str, str]]
"""Returns names for people by id, of those ids that have one."""

_FLUSH_S = 0.25
_BATCH = 200
_SLOW_S = 5.0  # an answer that takes no longer is not worth a word
_MOST_LINES = 5000  # of the log, kept while nothing can be written


class Recorder:
    """Follows one operation. Its methods may be called from several threads.

    A store that does not answer is left alone until `catch_up`: the work waits for none of it.

    Args:
        now: seconds since the epoch.
        actor: who asked for the operation.
        on_result: called for each row that was carried out or failed, with what was done.
        is_ending: whether this process is to end, see `StopAsker`.
    """

    def __init__(
        self,
        store: RowStore,
        operation_id: str,
        now: Callable[[], float],
        actor: str = "",
        on_result: Callable[[RowResult], None] = lambda _result: None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._on_result = on_result
        self._store = store
        self._id = operation_id
        self._now = now
        self._actor = actor
        self.principal = self.snapshot = ""  # see `HistoryEntry`; empty until they are known
        self._mutex = threading.RLock()
        self._rows: list[GridRow] = []
        self._moved: dict[str, GridRow] = {}
        self._lines: list[LogLine] = []
        self._reports: dict[str, ReportRow] = {}
        self._documents = Documents(store, operation_id)
        self._planned: list[Planned] = []
        self._keys: dict[tuple[str, str], str] = {}
        self._progress: tuple[int, int] | None = None
        self._step: str | None = None
        self._flushed = 0.0
        self._is_behind = False  # something could not be written
        self.stop = StopAsker(store, operation_id, now, is_ending)
        self._shows_slow = False
        self._unanswered_s: Callable[[], float] = lambda: 0.0
        self._display_names: ReadNames = lambda _ids: {}

    @property
    def listener(self) -> Listener:
        """Return a listener that records."""
        return Listener(
            on_step=self.on_step,
            on_progress=self.on_progress,
            on_planned=self.on_planned,
            on_row=self.on_row,
            should_stop=self.should_stop,
            actor=self._actor,
            on_begun=self.on_begun,
            on_snapshot=self.on_snapshot,
        )

    def on_begun(self, me: CurrentPrincipal) -> None:
        """Keep whom the workspace knows."""
        self.principal = me.display_name or me.name

    def on_snapshot(self, name: str) -> None:
        """Keep which snapshot there is to restore from."""
        self.snapshot = name

    def on_step(self, step: str) -> None:
        with self._mutex:
            self.log("INFO", step)
            self._step, self._progress = step, (0, 0)
            self._flush_unless_behind()

    def on_progress(self, done: int, total: int) -> None:
        with self._mutex:
            self._progress = (done, total)
            self._flush_sometimes()

    def on_wait(self, wait: Wait) -> None:
        """Show that a call waits, and why."""
        with self._mutex:
            self.log("WARNING", f"{describe_wait(wait.reason, wait.seconds)}.")
            self._show_waiting(Waiting(wait.reason, self._now() + wait.seconds))

    def watch(self, unanswered_s: Callable[[], float]) -> None:
        """Take what says for how many seconds the oldest call has had no answer."""
        self._unanswered_s = unanswered_s

    def name_with(self, display_names: "ReadNames") -> None:
        """Take what reads the names for people of who jobs run as."""
        self._display_names = display_names

    def look(self) -> None:
        """Show that a call has had no answer for long, and no longer that once it has one."""
        with self._mutex:
            seconds = self._unanswered_s()
            is_slow = seconds >= _SLOW_S
            if is_slow:
                self._show_waiting(Waiting(WaitReason.SLOW, self._now() - seconds))
            elif self._shows_slow:
                self._show_waiting(Waiting())

    def write_again(self) -> None:
        """Write everything anew: the store has lost it."""
        self.stop.ask_again()
        with self._mutex:
            self._documents.lose()
            self._moved = {row.key: row for row in self._rows}
            self._flush()

    def catch_up(self) -> None:
        """Write what could not be written, and ask again: the store was reached a moment ago."""
        self.stop.ask_again()
        with self._mutex:
            if self._is_behind:
                self._flush()

    def on_planned(self, rows: Sequence[Planned]) -> None:
        """Write all rows as they were planned, with both of their sides."""
        shown, starts = self._first_rows(rows)
        shown = name_run_as(shown, self._display_names)  # asks the workspace: nobody waits for it
        with self._mutex:
            self._planned = list(rows)
            for row in shown:
                self._rows.append(row)
                self._keys.setdefault((row.job, row.file), row.key)
                self._moved[row.key] = row
            for start in range(0, len(self._planned), _BATCH):
                self._documents.put(f"sides/{start}", partial(self._sides, start))
            self._documents.put("starts", lambda: {STARTS: starts_document(starts)})
            self._flush_unless_behind()

    def _first_rows(self, planned: Sequence[Planned]) -> tuple[list[GridRow], dict[str, RowStarts]]:
        """Return the rows, and when their jobs start; both sides are unpacked once for the two."""
        now = datetime.fromtimestamp(self._now(), UTC).replace(microsecond=0)
        names = job_names((row, sides_of(row)) for row in planned)
        shown, starts = [], {}
        for number, row in enumerate(planned):
            key, sides = f"{number}", sides_of(row)
            opened = sides.unpack()
            shown.append(first_row(key, row, sides, opened, names, now))
            starts[key] = row_starts(row, opened)
        return shown, starts

    def on_row(self, shown: ReportRow) -> None:
        """Write a row that has ended."""
        with self._mutex:
            key = self._keys.get((shown.job_name, shown.file_name))
            if key is None:
                return
            state = state_of(shown)
            was = self._rows[int(key)]
            row = apply_report(was, shown, state)
            self._put(int(key), row)
            if was.state is not state:
                self._on_result(RowResult.FAILED if state is RowState.FAILED else shown.result)
            level = "ERROR" if state is RowState.FAILED else "INFO"
            self.log(level, f"{row.job}: {row.message or row.status}")
            self._flush_sometimes()

    def should_stop(self) -> bool:
        """Whether a user or a shutdown asked to stop; the store is asked a few times a second."""
        return self.stop.is_wanted()

    def log(self, level: str, text: str) -> None:
        """Add a line to the detailed log; a text of several lines becomes one.

        Secrets in it are masked.
        """
        with self._mutex:
            self._lines.append(LogLine(self._now(), level, one_line(mask_text(text))))

    def keep_plan(self, fingerprints: dict[str, str], adoptable: Sequence[str]) -> None:
        """Keep what the user reviews, to be compared when it is carried out."""
        plan = {PLAN: plan_document(fingerprints), ADOPTABLE: plan_document(list(adoptable))}
        with self._mutex:
            self._documents.put("plan", lambda: plan)
            self._flush_unless_behind()

    def finish(self, report: Report) -> Outcome:
        """Write what the report says of each row, and return the outcome of the operation."""
        with self._mutex:
            if not self._rows:
                self._take_unplanned(report)
            for number, shown in enumerate(report.rows):
                row = self._rows[number]
                final = apply_report(row, shown, row.state)
                if final != row:
                    self._put(number, final)
                planned = self._planned[number] if self._planned else None
                self._reports[row.key] = detailed_report(shown, planned)
            for issue in report.issues:
                self.log("WARNING", issue.message)
            self._documents.put("report", self._report_documents)
            self._flush_unless_behind()
            return outcome_of(report, self._rows)

    def flush(self) -> None:
        """Write what has gathered."""
        with self._mutex:
            self._flush()

    def history_rows(self) -> list[RecordedRow]:
        """Return the rows as the history keeps them: what the grid and the side panel show."""
        with self._mutex:
            return [RecordedRow(row, self._reports.get(row.key)) for row in self._rows]

    def _sides(self, start: int) -> dict[str, bytes]:
        """Return both sides of some planned rows."""
        documents: dict[str, bytes] = {}
        for number, planned in enumerate(self._planned[start : start + _BATCH], start=start):
            documents.update(side_documents(f"{number}", sides_of(planned)))
        return documents

    def _report_documents(self) -> dict[str, bytes]:
        return {
            f"row/{key}": json.dumps(report.as_json()).encode()
            for key, report in self._reports.items()
        }

    def _show_waiting(self, waiting: Waiting) -> None:
        if not self._is_behind and self._store.progress(self._id, waiting=waiting):
            self._shows_slow = waiting.reason is WaitReason.SLOW

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
        quiet_s = self._now() - self._flushed
        if len(self._moved) >= _BATCH or not 0 <= quiet_s <= _FLUSH_S:
            self._flush_unless_behind()

    def _flush_unless_behind(self) -> None:
        if self._is_behind:
            self._lines = self._lines[-_MOST_LINES:]
        else:
            self._flush()

    def _flush(self) -> None:
        """Write what has gathered; what cannot be written is written with the next."""
        has_documents = self._documents.write(self._write_rows)  # none is shown without its sides
        self._is_behind = not self._write_moved() or not has_documents
        self._lines = self._lines[-_MOST_LINES:]

    def _write_rows(self) -> None:
        if self._moved:
            self._write_moved()

    def _write_moved(self) -> bool:
        done, total = self._progress or (None, None)
        is_written = self._store.progress(
            self._id,
            rows=list(self._moved.values()),
            step=self._step,
            done=done,
            total=total,
            log=self._lines,
        )
        self._flushed = self._now()
        if is_written:
            self._moved, self._lines = {}, []
            self._step = self._progress = None
        return is_written
