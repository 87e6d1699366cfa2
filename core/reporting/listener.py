"""Who follows an operation while it runs."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.errors import StoppedError
from core.planning.export_rows import ExportRow
from core.planning.import_rows import Row
from core.planning.restore_rows import RestoreRow
from core.ports import CurrentPrincipal
from core.reporting.report import ReportRow

PlannedRows = Sequence[Row] | Sequence[ExportRow] | Sequence[RestoreRow]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who follows an operation. Called from its threads, never from two at the same time.

    `on_step` gets what is being done, `on_progress` how much of it, `on_planned` all rows before
    the first is carried out, `on_row` each row as it ends; `should_stop` is asked between jobs.
    `actor` asked for the operation, empty where nobody but the principal is known. `on_begun` gets
    the principal once the lock is held, `on_snapshot` the name of the snapshot once it is whole.
    """

    on_step: Callable[[str], None] = lambda _step: None
    on_progress: Callable[[int, int], None] = lambda _done, _total: None
    on_planned: Callable[[Sequence[Row] | Sequence[ExportRow] | Sequence[RestoreRow]], None] = (
        lambda _rows: None
    )
    on_row: Callable[[ReportRow], None] = lambda _row: None
    should_stop: Callable[[], bool] = lambda: False
    actor: str = ""
    on_begun: Callable[[CurrentPrincipal], None] = lambda _me: None
    on_snapshot: Callable[[str], None] = lambda _name: None

    def with_progress(self, on_progress: Callable[[int, int], None]) -> "Listener":
        """Return the listener with another receiver of progress."""
        return replace(self, on_progress=on_progress)


def while_reading(listener: Listener) -> Listener:
    """Return the listener for the time in which nothing is written.

    Several threads may call it: it lets one in after the other. When asked to stop, it ends the
    reading with a StoppedError.
    """
    mutex = threading.Lock()

    def stop_or(pass_on: Callable[[], None]) -> None:
        with mutex:
            if listener.should_stop():
                raise StoppedError
            pass_on()

    def on_step(step: str) -> None:
        stop_or(lambda: listener.on_step(step))

    def on_progress(done: int, total: int) -> None:
        stop_or(lambda: listener.on_progress(done, total))

    return replace(listener, on_step=on_step, on_progress=on_progress)
