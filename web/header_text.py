"""Text in request headers."""

from contextlib import suppress
from typing import Protocol


class Headers(Protocol):
    """The headers of a request, by names in any case."""

    def get(self, name: str, default: str) -> str | None: ...


def text_of(value: str) -> str:
    """Return what a header says: proxies send UTF-8, some of them Latin-1.

    It is not composed: NFC would make a K of the Kelvin sign, and one user of two.

    Source: PEP 3333: a server hands over each byte of a header as one character of Latin-1.
    """
    with suppress(UnicodeError):  # then it is Latin-1
        return value.encode("latin-1").decode("utf-8")
    return value
