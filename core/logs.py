"""The log of a process: where it goes, and how its lines look.

Every line says which operation it belongs to, where there is one. The texts of strangers stay on
their line, in either form.
"""

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from core.one_line import indent_rest, one_line

log = logging.getLogger("process")

_OPERATION: ContextVar[str] = ContextVar("operation", default="")
_INDENT = "    "  # no line of a log begins with it

Mask = Callable[[str], str]
"""Returns a text without the secrets in it."""


@contextmanager
def in_operation(operation_id: str) -> Iterator[None]:
    """Have the lines that are logged meanwhile belong to an operation.

    So do those of the threads that copy the context, as those of `core.parallel` do.
    """
    token = _OPERATION.set(operation_id)
    try:
        yield
    finally:
        _OPERATION.reset(token)


def note_operation(operation_id: str) -> None:
    """Have the lines that this thread logs from now on belong to an operation; empty for none."""
    _OPERATION.set(operation_id)


def log_to_stderr(level: int, format_: str, mask: Mask = str, *, as_json: bool = False) -> None:
    """Send the log of this process to stderr, unless it goes somewhere already.

    Args:
        format_: of a line of text, as `logging.Formatter` takes it.
        as_json: write each line as JSON, also of what would end the process or a thread.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(mask) if as_json else OneLineFormatter(format_, mask))
    logging.basicConfig(level=level, handlers=[handler])
    if as_json:
        logging.captureWarnings(True)
        sys.excepthook = _log_uncaught
        threading.excepthook = _log_uncaught_in_thread


def say_why(error: Exception) -> None:
    """Write to stderr why a process cannot start: as a line of the log where that is JSON."""
    if any(isinstance(one.formatter, JsonFormatter) for one in logging.getLogger().handlers):
        log.critical("%s", error)
    else:
        sys.stderr.write(f"{error}\n")


class OneLineFormatter(logging.Formatter):
    """Writes a record as one line; a traceback follows indented, with the texts that it holds.

    The operation is in brackets before the message, where no message can forge it.
    """

    def __init__(self, format_: str, mask: Mask = str) -> None:
        super().__init__(format_.replace("%(message)s", "%(operation)s%(message)s"))
        self._mask = mask

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        operation = _OPERATION.get()
        record.operation = f"[{operation}] " if operation else ""
        return one_line(self._mask(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return _INDENT + indent_rest(self._mask(super().formatException(ei)))


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON in ASCII, a traceback as the text of a field."""

    def __init__(self, mask: Mask = str) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _iso(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": self._mask(record.getMessage()),
        }
        if operation := _OPERATION.get():
            line["operation"] = operation
        if record.exc_info:
            line["exception"] = self._mask(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self._mask(record.stack_info)
        return json.dumps(line)


def _iso(seconds: float) -> str:
    """Return a time in UTC, always with milliseconds, so that texts sort as times do."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("the process ends: %s", error, exc_info=(kind, error, trace))


def _log_uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value
    if error is None or isinstance(error, SystemExit):
        return
    name = ended.thread.name if ended.thread else "?"
    log.error("the thread %s ends: %s", name, error, exc_info=error)
