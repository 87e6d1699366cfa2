"""Who is at the page."""

from dataclasses import dataclass

from core.identity_names import fold_identity
from web.header_text import Headers, text_of
from web.settings import PageSettings

LOCAL_USER = "local user"
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person. One who may not operate can look at everything and start nothing."""

    name: str
    may_operate: bool


def user_of(headers: Headers, page: PageSettings) -> User | None:
    """Return who sent a request with these headers, or None when nothing proves who it is."""
    if page.user_header is None:
        return None
    sent = LOCAL_USER if page.is_open else headers.get(page.user_header, "") or ""
    name = text_of(sent.strip(" \t"))
    if not name or len(name) > _MOST_CHARACTERS or not name.isprintable():
        return None
    return User(name, not page.operators or fold_identity(name) in page.operators)
