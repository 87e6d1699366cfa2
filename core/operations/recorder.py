"""Writes what an operation tells into the store of operations, a few times a second."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from core.json_text import JsonDict
from core.operations.operation import ADOPTABLE, PLAN, LogLine, OperationStore
from core.operations.rows import (
    Planned,
    State,
    first_body,
    row_document,
    side_documents,
    told,
)
from core.operations.sides import sides_of
from core.reporting.listener import Listener
from core.reporting.report import ERROR, Report, ReportRow

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
        self._rows: dict[str, JsonDict] = {}
        self._lines: list[LogLine] = []
        self._bodies: list[JsonDict] = []
        self._reports: dict[str, JsonDict] = {}
        self._planned: list[Planned] = []
        self._keys: dict[tuple[str, str], str] = {}
        self._progress: tuple[int, int] | None = None
        self._flushed = self._asked = 0.0
        self._stops = False

    @property
    def listener(self) -> Listener:
        """Return the ears of the recorder."""
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
        """Tell that the workspace limits our calls."""
        with self._mutex:
            self.log("WARNING", f"The workspace asks us to wait {seconds:.0f} s.")
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
                    body = first_body(key, planned, sides)
                    self._bodies.append(body)
                    self._keys.setdefault((body["job"], body["file"]), key)
                    self._rows[key] = body
                    documents.update(side_documents(key, sides))
                self._store.put_documents(self._id, documents)
                self._flush()

    def on_row(self, shown: ReportRow) -> None:
        """Write a row that has ended."""
        with self._mutex:
            key = self._keys.get((shown.job_name, shown.file_name))
            if key is None:
                return
            state: State = "failed" if shown.status == ERROR else "done"
            self._put(int(key), told(self._bodies[int(key)], shown, state))
            level = "ERROR" if shown.status == ERROR else "INFO"
            self.log(
                level, f"{shown.job_name}: {self._bodies[int(key)]['message'] or shown.status}"
            )
            self._flush_sometimes()

    def should_stop(self) -> bool:
        """Whether a user or a shutdown asked to stop; the store is asked a few times a second."""
        with self._mutex:
            if self._now() - self._asked > _ASK_S:
                self._asked = self._now()
                self._stops = self._stops or self._store.should_stop(self._id)
            return self._stops

    def log(self, level: str, text: str) -> None:
        """Add a line to the detailed log."""
        with self._mutex:
            self._lines.append(LogLine(self._now(), level, text))

    def keep_plan(self, fingerprints: dict[str, str], adoptable: Sequence[str]) -> None:
        """Keep what the user reviews, to be compared when it is carried out."""
        documents = {PLAN: fingerprints, ADOPTABLE: list(adoptable)}
        self._store.put_documents(
            self._id, {name: json.dumps(value).encode() for name, value in documents.items()}
        )

    def finish(self, report: Report) -> JsonDict:
        """Write what the report tells of each row, and return the outcome of the operation."""
        with self._mutex:
            if not self._bodies:
                self._take_unplanned(report)
            documents: dict[str, bytes] = {}
            for number, shown in enumerate(report.rows):
                body = self._bodies[number]
                final = told(body, shown, body["state"], _codes(shown))
                if final != body:
                    self._put(number, final)
                planned = self._planned[number] if self._planned else None
                report_row = row_document(shown, planned)
                self._reports[f"{number}"] = report_row
                documents[f"row/{number}"] = json.dumps(report_row).encode()
            for issue in report.issues:
                self.log("WARNING", issue.message)
            self._store.put_documents(self._id, documents)
            self._flush()
            return _outcome(report, self._bodies)

    def flush(self) -> None:
        """Write what has gathered."""
        with self._mutex:
            self._flush()

    def history_rows(self) -> list[JsonDict]:
        """Return the rows as the history keeps them: what the grid and the side panel show."""
        with self._mutex:
            return [
                {"row": body, "report": self._reports.get(body["key"], {})} for body in self._bodies
            ]

    def _take_unplanned(self, report: Report) -> None:
        """Make rows of a report that no plan was made for, such as what a pull brought."""
        for number, shown in enumerate(report.rows):
            blank: JsonDict = {"key": f"{number}", "pick": "", "risks": []}
            self._bodies.append(blank)
            self._put(number, told(blank, shown, ""))

    def _put(self, number: int, body: JsonDict) -> None:
        self._bodies[number] = body
        self._rows[f"{number}"] = body

    def _flush_sometimes(self) -> None:
        if len(self._rows) >= _BATCH or self._now() - self._flushed > _FLUSH_S:
            self._flush()

    def _flush(self, step: str | None = None) -> None:
        done, total = self._progress or (None, None)
        self._store.progress(
            self._id,
            rows=list(self._rows.items()),
            step=step,
            done=done,
            total=total,
            log=self._lines,
        )
        self._rows, self._lines, self._progress = {}, [], None
        self._flushed = self._now()


def _codes(shown: ReportRow) -> list[str] | None:
    return [risk.code for risk in shown.details.risks] if shown.details else None


def _outcome(report: Report, bodies: Sequence[JsonDict]) -> JsonDict:
    return {
        "status": report.status,
        "counts": _counts(bodies),
        "states": _states(bodies),
        "issues": [{"path": issue.path, "message": issue.message} for issue in report.issues],
        "unmapped": [name.as_json() for name in report.unmapped],
        "details": dict(report.details),
    }


def _counts(bodies: Sequence[JsonDict]) -> dict[str, int]:
    """Count the rows by status, also those of an operation that came to no report."""
    return dict(sorted(Counter(body["status"] for body in bodies).items()))


def _states(bodies: Sequence[JsonDict]) -> dict[str, dict[str, int]]:
    """Count the rows by how they ended, and there by status."""
    counts: dict[str, dict[str, int]] = {}
    for body in bodies:
        by_status = counts.setdefault(body["state"], {})
        by_status[body["status"]] = by_status.get(body["status"], 0) + 1
    return counts
