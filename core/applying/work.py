"""What carrying out a plan needs: the operation that runs, and the plan made under its lock."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from core.errors import Issue
from core.planning.import_plan import Plan
from core.ports import Ports
from core.reading.remembered import Memory
from core.reading.survey import Survey
from core.reporting.listener import Listener
from core.state.ledger import ImportedLedger
from core.state.session import Session


@dataclass(frozen=True, slots=True)
class Work:
    """One writing operation while it runs: its lock, what it calls, and who follows it."""

    session: Session
    ports: Ports
    threads: int
    listener: Listener

    def stoppable(self) -> AbstractContextManager[None]:
        """While it is open nothing is written: whoever asks to stop need not wait for more calls.

        Raises StoppedError then, from whatever calls the workspace.
        """
        return self.ports.calls.stoppable(self.listener.should_stop)

    def reading_listener(self) -> Listener:
        """Return the listener that keeps the lease alive while the operation reads for long.

        Each write makes sure of the lease by itself.
        """

        def on_progress(done: int, total: int) -> None:
            self.session.lease.check()
            self.listener.on_progress(done, total)

        return self.listener.with_progress(on_progress)


@dataclass(frozen=True, slots=True)
class FreshPlan:
    """A plan that was made under the lock, and what it was made from.

    `memory` is what the state folder holds, `ledger` the ledger in it with the jobs entered whose
    creation was announced and not noted.
    """

    survey: Survey
    memory: Memory
    ledger: ImportedLedger
    plan: Plan

    def issues(self) -> tuple[Issue, ...]:
        """Return what concerns no job alone."""
        return (*self.survey.notes(), *self.plan.issues)
