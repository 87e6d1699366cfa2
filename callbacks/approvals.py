"""Four eyes: what one operator requests, and another approves or declines."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dash import html, no_update
from dash.development.base_component import Component

from callbacks.operations import Started, checked_plan, checked_request
from components.actions import running_sentence
from components.change_requests import Card, requests_view
from components.words import READ_ONLY, WORDS
from core.errors import ModeError, SyncError
from core.operations.change_request import (
    ChangeRequest,
    ChangeRequests,
    NotOpenError,
    RequestState,
)
from core.operations.kinds import KINDS
from core.operations.operation import OperationRunningError, OperationStore
from core.settings import AppMode
from web.people.identity import User

_REQUESTED = "Requested. Another operator must approve it."
_OWN = "You requested this yourself, so another operator must approve it."
_NOT_OWN = "Only whoever requested this can withdraw it."
_NEED_APPROVAL = [kind.value for kind, traits in KINDS.items() if traits.needs_approval]
_APPROVE, _DECLINE, _WITHDRAW = "approve", "decline", "withdraw"
_DECLINED_SHOWN_S = 3600.0


class Store(OperationStore, ChangeRequests, Protocol):
    """Keeps operations, and requests for some."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """Takes and answers requests. Made once per server, where FOUR_EYES is set.

    Args:
        user_now: returns somebody with the role that this person has at this moment.
        now: seconds since the epoch.
    """

    store: Store
    mode: AppMode
    user_now: Callable[[str], User]
    now: Callable[[], float] = time.time

    def covers(self, request: Mapping[str, Any]) -> bool:
        """Whether a click asks for an answer, or for what must be requested first."""
        return "decision" in request or request.get("kind") in _NEED_APPROVAL

    def take(self, user: User | None, request: Mapping[str, Any]) -> Started:
        """Do what a click asked for, or say why not.

        Args:
            request: as `callbacks.operations.start` gets it, or `decision` (approve, decline or
                withdraw) and `request`, an id; comes from the browser.
        """
        try:
            if "decision" in request:
                return self._decide(user, request["decision"], request.get("request"))
            kind, params = checked_request(self.store, self.mode, user, request)
            assert user is not None  # checked_request refuses nobody
            self.store.request_change(kind, params, user.name)
        except OperationRunningError as busy:
            sentence = running_sentence(busy.operation)
            return no_update, html.Span(["Not started. ", sentence]), True
        except SyncError as error:
            return no_update, str(error), True
        return no_update, _REQUESTED, True

    def view(self, user: User) -> Component:
        """Return the requests as somebody sees them: nothing for who may not change anything."""
        cards = self._cards(user.name) if user.may_change else ()
        return requests_view(list(cards))

    # Inside

    def _cards(self, name: str) -> Iterable[Card]:
        for request in self.store.change_requests():
            is_news = self.now() - request.decided < _DECLINED_SHOWN_S
            if request.state is RequestState.OPEN:
                void = self._void_reason(request)
                yield Card(request, is_own=request.is_of(name), void=void)
            elif request.state is RequestState.DECLINED and is_news:
                yield Card(request, is_own=request.is_of(name))

    def _decide(self, user: User | None, decision: Any, request_id: Any) -> Started:
        if user is None or not user.may_change:
            raise SyncError(user.refusal if user else READ_ONLY)
        asked = self._open(request_id)
        is_own = asked.is_of(user.name)
        if decision == _APPROVE:
            return self._approve(user, asked, is_own=is_own)
        if decision == _WITHDRAW and is_own:
            self.store.decide(asked.request_id, RequestState.WITHDRAWN, user.name)
            return no_update, "Withdrawn.", True
        if decision == _DECLINE and not is_own:
            self.store.decide(asked.request_id, RequestState.DECLINED, user.name)
            return no_update, "Declined.", True
        if decision in (_DECLINE, _WITHDRAW):
            raise SyncError(_OWN if is_own else _NOT_OWN)
        raise SyncError("The page sent no decision.", fix="Reload the page.")

    def _approve(self, user: User, asked: ChangeRequest, *, is_own: bool) -> Started:
        if is_own:
            raise SyncError(_OWN)
        if not self.mode.allows(KINDS[asked.kind].mode):
            raise ModeError(f"{WORDS[asked.kind].title} is not available: APP_MODE is {self.mode}.")
        requester = self.user_now(asked.requester)
        if not requester.may_change:
            why = requester.problem or "They may no longer change jobs."
            raise SyncError(f"{asked.requester} requested this. {why}", fix="Nothing was started.")
        if void := self._void_reason(asked):
            raise SyncError(void)
        return self.store.approve(asked.request_id, user.name).operation_id, no_update, no_update

    def _open(self, request_id: Any) -> ChangeRequest:
        for request in self.store.change_requests():
            if request.request_id == request_id and request.state is RequestState.OPEN:
                return request
        raise NotOpenError

    def _void_reason(self, request: ChangeRequest) -> str:
        """Return why a request can no longer be approved; empty where it can."""
        try:
            checked_plan(self.store, KINDS[request.kind], request.params)
        except SyncError as error:
            return f"This request is void. {error.message}"
        return ""
