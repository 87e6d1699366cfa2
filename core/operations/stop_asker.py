"""Asks the store whether an operation should stop."""

import threading
from collections.abc import Callable

from core.errors import StateError
from core.operations.operation import SHUTDOWN, RowStore

_ASK_S = 0.2


class StopAsker:
    """Asks a few times a second, however often it is asked itself, by whatever thread.

    Who cannot be asked has not asked to stop, and is left alone until `ask_again`.

    Args:
        is_ending: whether this process is to end, which it learns without the store.
    """

    def __init__(
        self,
        store: RowStore,
        operation_id: str,
        now: Callable[[], float],
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._id = operation_id
        self._now = now
        self._is_ending = is_ending
        self._mutex = threading.Lock()
        self._asked = 0.0
        self._stops = self._is_unheard = False
        self.reason = ""
        """Who asked to stop, once it is known."""

    def is_wanted(self) -> bool:
        """Whether a user or a shutdown asked to stop, as of a moment ago."""
        with self._mutex:
            if not 0 <= self._now() - self._asked <= _ASK_S:
                self._ask()
            return self._stops

    def was_wanted(self) -> bool:
        """Whether anybody asked to stop, up to now."""
        with self._mutex:
            self._ask()
            return self._stops

    def ask_again(self) -> None:
        """Ask a store again that gave no answer: it was reached a moment ago."""
        self._is_unheard = False

    def _ask(self) -> None:
        self._asked = self._now()
        if self.reason:
            return
        if self._is_ending():
            self._stops, self.reason = True, SHUTDOWN
            return
        if self._is_unheard:
            return
        try:
            self._stops = self._stops or self._store.should_stop(self._id)
            if self._stops:
                operation = self._store.get(self._id)
                self.reason = operation.cancel_reason if operation else ""
        except StateError:
            self._is_unheard = True
