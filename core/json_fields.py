"""Objects of JSON that we kept, read into values: strict about types, lenient about absence."""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import InvalidJsonError

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
_IDS_END = 2**63  # ids of the workspace are positive numbers of 64 bits


class Fields:
    """The fields of one JSON object.

    An absent field has its default, because an older version wrote the object. Every method raises
    InvalidJsonError for a field of another type; the message never holds a value.
    """

    def __init__(self, document: Any, what: str) -> None:
        """Take an object up. `what` names it in messages: “a row”."""
        if not isinstance(document, dict):
            raise InvalidJsonError(f"{what[:1].upper()}{what[1:]} should be a JSON object.")
        self._document = document
        self._what = what

    def refuse_others(self, *names: str) -> None:
        """Refuse fields that are none of these."""
        unknown = sorted(self._document.keys() - set(names))
        if unknown:
            raise InvalidJsonError(f"“{unknown[0]}” is not a field of {self._what}.")

    def require(self, *names: str) -> None:
        """Refuse an object that lacks one of these."""
        for name in names:
            if name not in self._document:
                raise InvalidJsonError(f"“{name}” is missing in {self._what}.")

    def require_version(self, number: int) -> None:
        """Refuse an object of another version; true is not a version, nor is 1.0."""
        if not is_whole(self.value("version")) or self.value("version") != number:
            raise self._wrong("version", str(number))

    def has(self, name: str) -> bool:
        return name in self._document

    def names(self) -> tuple[str, ...]:
        return tuple(self._document)

    def value(self, name: str) -> Any:
        """Return a field of any type, None when it is absent."""
        return self._document.get(name)

    def text(self, name: str, default: str = "") -> str:
        return self._typed(name, default, str, "a string")

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self._typed(name, default, bool, "true or false")

    def whole(self, name: str, default: int = 0) -> int:
        value = self._document.get(name, default)
        if not is_whole(value):
            raise self._wrong(name, "a whole number")
        return int(value)

    def number(self, name: str, default: float = 0.0) -> float:
        value: float = self._document.get(name, default)
        if not is_whole(value) and not (isinstance(value, float) and math.isfinite(value)):
            raise self._wrong(name, "a number")
        return value

    def id(self, name: str) -> int:
        """Return the id of a job, which has no default."""
        found = read_id(self._document.get(name))
        if found is None:
            raise self._wrong(name, "an id")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        items = self._typed(name, [], list, "a list of strings")
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(name, "a list of strings")
        return tuple(items)

    def counts(self, name: str) -> dict[str, int]:
        """Return whole numbers from 0 by word."""
        found: dict[str, int] = self._typed(name, {}, dict, "an object of counts")
        if not all(is_whole(count) and count >= 0 for count in found.values()):
            raise self._wrong(name, "an object of counts")
        return found

    def word(self, name: str, words: type[Word], default: Word) -> Word:
        """Return one of our words."""
        text = self.text(name, default)
        try:
            return words(text)
        except ValueError:
            known = ", ".join(filter(None, words))
            raise self._wrong(name, f"one of {known}") from None

    def known_word(self, name: str, words: type[Word]) -> Word | str:
        """Return one of our words, or the text as it is: another version has other words."""
        text = self.text(name)
        try:
            return words(text)
        except ValueError:
            return text

    def values(self, name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        """Return the elements of a list, each as `read` takes it."""
        return tuple(read(item) for item in self._typed(name, [], list, "a list"))

    def entries(self, name: str, read: Callable[[Any], T]) -> dict[str, T]:
        """Return an object that may not be absent, each of its values as `read` takes it."""
        found: dict[str, Any] = self._typed(name, None, dict, "an object")  # type: ignore[arg-type]
        return {key: read(value) for key, value in found.items()}

    def by_id(self, name: str, read: Callable[[Any], T]) -> dict[int, T]:
        """Return an object whose keys are ids, as `entries` does."""
        found = self.entries(name, read)
        ids = {key: read_id(key) for key in found}
        if any(str(number) != key for key, number in ids.items()):
            raise self._wrong(name, "an object with ids as keys")
        return {int(key): value for key, value in found.items()}

    def _typed(self, name: str, default: T, kind: type[T], words: str) -> T:
        value = self._document.get(name, default)
        if not isinstance(value, kind):
            raise self._wrong(name, words)
        return value

    def _wrong(self, name: str, words: str) -> InvalidJsonError:
        return InvalidJsonError(f"“{name}” of {self._what} should be {words}.")


def read_id(value: Any) -> int | None:
    """Return a job's id, given as a number or as digits; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 20:
        value = int(value)
    return value if is_whole(value) and 0 < value < _IDS_END else None


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number; JSON's true and false are none, though Python's are."""
    return isinstance(value, int) and not isinstance(value, bool)
