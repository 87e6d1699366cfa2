"""Which role somebody has: by name without any call, else by the groups of the workspace."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from core.calls import ShouldStop
from core.gateways.opening import OpenService
from core.ports import Member
from web.header_text import Headers
from web.people.identity import LOCAL_USER, User, name_of
from web.people.members import Answer, Freshness, Read
from web.roles import DEFAULT_OPERATORS, Role
from web.settings import PageSettings

_UNCONFIRMED = "Your role could not be confirmed, so you can only look for now."
_UNKNOWN = "Your role could not be confirmed."


class LooksUp(Protocol):
    """See `web.people.members.Members`."""

    def look(self, name: str, freshness: Freshness = Freshness.NOW) -> Answer: ...


class Nobody:
    """Knows no group, as where no workspace is asked."""

    def look(self, name: str, freshness: Freshness = Freshness.NOW) -> Answer:  # noqa: ARG002
        return Answer(is_known=True)


class Access:
    """Says who may do what. Made once per server; asks nothing before the first request."""

    def __init__(self, page: PageSettings, members: LooksUp | None = None) -> None:
        self._page = page
        self._members = members or Nobody()

    def user_of(self, headers: Headers, freshness: Freshness = Freshness.NOW) -> User | None:
        """Return who sent a request with these headers, None when nothing proves who it is."""
        name = name_of(headers, self._page)
        if name is None:
            return None
        return self._local_user() if self._page.is_open else self.user(name, freshness)

    def user(self, name: str, freshness: Freshness = Freshness.NOW) -> User:
        """Return somebody with the role that this person has now."""
        operators, viewers = self._page.operators, self._page.viewers
        if operators.lists(name):
            return User(name, Role.OPERATOR)
        is_listed = viewers.lists(name)
        if not operators.groups and (is_listed or viewers.everybody or not viewers.groups):
            is_viewer = is_listed or viewers.everybody
            return User(name, Role.VIEWER if is_viewer else Role.NONE)
        answer = self._members.look(name, freshness)
        role = self._role(answer, is_listed=is_listed)
        if not answer.problem:
            return User(name, role)
        said = _UNKNOWN if role is Role.NONE else _UNCONFIRMED
        return User(name, role, f"{said} {answer.problem}")

    # Inside

    def _local_user(self) -> User:
        operators = self._page.operators
        is_operator = operators == DEFAULT_OPERATORS or operators.lists(LOCAL_USER)
        return User(LOCAL_USER, Role.OPERATOR if is_operator else Role.VIEWER)

    def _role(self, answer: Answer, *, is_listed: bool) -> Role:
        """Return the role of who is not listed as an operator."""
        operators, viewers, member = self._page.operators, self._page.viewers, answer.member
        if member and member.is_active and operators.has_one_of(member.groups):
            return Role.OPERATOR
        is_gone = member is not None and not member.is_active
        if is_listed or (viewers.everybody and not is_gone):
            return Role.VIEWER
        if member and member.is_active and viewers.has_one_of(member.groups):
            return Role.VIEWER
        return Role.NONE


def reading_members(connect: Callable[[], OpenService], page: PageSettings) -> Read:
    """Return how to read members: connects at the first reading, with a connection of its own.

    The one that reads the history may wait for a minute.
    """
    opened: list[OpenService] = []
    enough = page.operators.groups or page.viewers.groups

    def read(names: Collection[str], should_stop: ShouldStop) -> Mapping[str, Member]:
        if not opened:
            opened.append(connect())
        return opened[0].service.find_members(names, enough, should_stop)

    return read
