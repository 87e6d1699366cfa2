"""Who is at the page."""

from dataclasses import dataclass

from components.words import READ_ONLY
from web.header_text import Headers, text_of
from web.roles import Role
from web.settings import PageSettings

LOCAL_USER = "local user"
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person with a role. A viewer can look at everything and start nothing.

    `problem` says why the role could not be confirmed just now; it is the last one known then, and
    good for looking only.
    """

    name: str
    role: Role
    problem: str = ""

    @property
    def may_look(self) -> bool:
        """Whether the page is shown."""
        return self.role is not Role.NONE

    @property
    def may_change(self) -> bool:
        """Whether this person may start, approve or stop an operation, now."""
        return self.role is Role.OPERATOR and not self.problem

    @property
    def may_operate(self) -> bool:
        """The same, by the name that the page uses."""
        return self.may_change

    @property
    def refusal(self) -> str:
        """Return why this person may not change anything; empty where that is allowed."""
        if self.may_change:
            return ""
        return self.problem or READ_ONLY


def name_of(headers: Headers, page: PageSettings) -> str | None:
    """Return who sent a request with these headers, or None when nothing proves who it is."""
    if page.user_header is None:
        return None
    sent = LOCAL_USER if page.is_open else headers.get(page.user_header, "") or ""
    name = text_of(sent.strip(" \t"))
    if not name or len(name) > _MOST_CHARACTERS or not name.isprintable():
        return None
    return name
