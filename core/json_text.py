"""JSON as text: strict reading, stable writing. Names for the raw JSON of the Jobs API."""

import hashlib
import json
import math
import zlib
from collections.abc import Iterable
from typing import Any, NoReturn

from core.errors import InvalidJsonError
from core.inflating import inflate

_MOST_PACKED_BYTES = 64 * 1024 * 1024
JsonDict = dict[str, Any]
JobSettings = dict[str, Any]
"""One job's settings exactly as the Jobs API sent them. Source: Jobs API 2.2, `JobSettings`."""


def parse_json(text: str) -> Any:
    """Read strict JSON: no duplicate keys, no NaN or Infinity, no number that would become one.

    Raises:
        InvalidJsonError: with line and column where the parser knows them.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_object_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise InvalidJsonError(
            f"Line {error.lineno}, column {error.colno}: {error.msg}.",
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise InvalidJsonError("The JSON is nested too deeply to be a job definition.") from error
    except ValueError as error:  # CPython refuses integers of more than 4,300 digits
        raise InvalidJsonError("The JSON contains a number that is too long.") from error


def stable_text(value: Any) -> str:
    """Write JSON so that equal values give equal text and small changes give small Git diffs."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stable_bytes(value: Any) -> bytes:
    """`stable_text` in UTF-8; lone surrogates, which UTF-8 cannot hold, become `\\u` escapes."""
    try:
        return stable_text(value).encode()
    except UnicodeEncodeError:
        return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


class Packed:
    """A JSON value kept small: compressed text that is parsed anew at each access.

    Ten thousand jobs as Python objects take about ten times the memory of their text.
    """

    __slots__ = ("_content",)

    def __init__(self, value: Any) -> None:
        text = json.dumps(value, separators=(",", ":"), sort_keys=True)
        self._content = zlib.compress(text.encode(), level=1)

    def unpack(self) -> Any:
        """Return the value, as a copy of its own."""
        return json.loads(self.text())

    def text(self) -> str:
        """Return the value as JSON in one line, in ASCII."""
        return zlib.decompress(self._content).decode()

    @property
    def content(self) -> bytes:
        """Return the compressed text, to be kept on a disk."""
        return self._content

    @classmethod
    def from_content(cls, content: bytes) -> "Packed":
        """Restore from `content`.

        Raises:
            InvalidJsonError: the disk holds something else.
        """
        try:
            parse_json(inflate(content, _MOST_PACKED_BYTES).decode())
        except (ValueError, InvalidJsonError) as error:
            raise InvalidJsonError("What was kept is damaged.") from error
        packed = cls.__new__(cls)
        packed._content = content
        return packed

    @classmethod
    def from_text(cls, text: str) -> "Packed":
        """Keep a text that should be JSON. Whoever is not sure of it parses `text` strictly."""
        packed = cls.__new__(cls)
        packed._content = zlib.compress(text.encode(), level=1)
        return packed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packed) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)


def fingerprint(value: Any) -> str:
    """Return a short text that is equal for equal JSON values, whatever their key order."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


Prints = frozenset[str]
"""Short texts that stand for values which need not be kept, only recognised."""


def spelled_alike(left: Any, right: Any) -> bool:
    """Whether two values are the same but for case, or for a number or a truth written as text."""
    return _loose_text(left) == _loose_text(right)


def _loose_text(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value, sort_keys=True)).casefold()


def equal_json(left: Any, right: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1.0 is 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal_json(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal_json, left, right))
    return bool(left == right)


def is_deeper_than(value: Any, levels: int) -> bool:
    """Whether objects and lists are nested more than `levels` deep; not recursive itself."""
    layer = _nested([value])
    for _ in range(levels):
        if not layer:
            return False
        layer = [
            inner
            for node in layer
            for inner in _nested(node.values() if isinstance(node, dict) else node)
        ]
    return bool(layer)


def _nested(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> JsonDict:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InvalidJsonError(f"The key “{twice}” appears twice in one object.")
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJsonError(f"{name} is not JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidJsonError(f"The number {text[:20]} is too large.")
    return number
