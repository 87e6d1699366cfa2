"""Texts of strangers for logs and terminals: one line stays one line, and steers nothing.

The name of a job may hold a line break that forges a line of the log, an escape sequence that a
terminal obeys, or a sign that turns the direction of what follows.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INDENT = "    "  # no line of a log begins with it


def escape_controls(text: str, *, keep: str = "") -> str:
    """Return a text whose control, format and separator characters are written as escapes.

    Source: unicodedata: `isprintable` is false for the categories “Other” and “Separator”, save
    the space. All line breaks are among them: CR, LF, NEL, U+2028, U+2029 and their kin.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def one_line(text: str) -> str:
    """Return a text as one line."""
    return escape_controls(text)


def indent_rest(text: str) -> str:
    """Return a text of several lines, of which only the first can be taken for a line of ours."""
    return escape_controls(text, keep="\n").replace("\n", f"\n{_INDENT}")


def log_to_stderr(level: int, format_: str, mask: Callable[[str], str] = str) -> None:
    """Send the log of this process to stderr, unless it goes somewhere already.

    Args:
        mask: returns a text without the secrets in it.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(format_, mask))
    logging.basicConfig(level=level, handlers=[handler])


class OneLineFormatter(logging.Formatter):
    """Writes a record as one line; a traceback follows indented, with the texts that it holds."""

    def __init__(self, format_: str, mask: Callable[[str], str] = str) -> None:
        super().__init__(format_)
        self._mask = mask

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return one_line(self._mask(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return _INDENT + indent_rest(self._mask(super().formatException(ei)))


def _escape(char: str) -> str:
    code = ord(char)
    return _SHORT.get(char) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
