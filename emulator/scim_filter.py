"""The SCIM filter language, as far as Databricks supports it.

Operators eq, co, sw and ne, joined by `and` and `or`. Source: databricks-sdk iam.py, `list`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.errors import ScimError
from emulator.json_values import JsonDict

Test = Callable[[JsonDict], bool]

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<bracket>[()])|(?P<word>[^\s()"]+))', re.DOTALL
)
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda actual, wanted: actual == wanted,
    "ne": lambda actual, wanted: actual != wanted,
    "co": lambda actual, wanted: wanted in actual,
    "sw": lambda actual, wanted: actual.startswith(wanted),
}


def parse_filter(text: str) -> Test:
    """Return the test that a filter stands for; an empty filter passes everything.

    Raises:
        ScimError: the filter cannot be read.
    """
    if not text.strip():
        return _passes
    parser = _Parser(_tokens(text), text)
    test = parser.alternatives()
    parser.require_end()
    return test


class _Parser:
    """Recursive descent: `or` binds less tightly than `and`."""

    def __init__(self, tokens: list[str], text: str) -> None:
        self._tokens = tokens
        self._text = text

    def alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self._take_word("or"):
            tests.append(self._conjunction())
        return lambda resource: any(test(resource) for test in tests)

    def require_end(self) -> None:
        if self._tokens:
            raise self._error()

    def _conjunction(self) -> Test:
        tests = [self._comparison()]
        while self._take_word("and"):
            tests.append(self._comparison())
        return lambda resource: all(test(resource) for test in tests)

    def _comparison(self) -> Test:
        if self._take_word("("):
            test = self.alternatives()
            if not self._take_word(")"):
                raise self._error()
            return test
        if len(self._tokens) < 3 or self._tokens[1].lower() not in _OPERATORS:
            raise self._error()
        attribute, operator, literal = self._tokens[:3]
        del self._tokens[:3]
        return _comparison(attribute, _OPERATORS[operator.lower()], self._value(literal))

    def _value(self, literal: str) -> str:
        try:
            return _comparable(json.loads(literal))
        except ValueError:
            raise self._error() from None

    def _take_word(self, word: str) -> bool:
        if self._tokens and self._tokens[0].lower() == word:
            del self._tokens[0]
            return True
        return False

    def _error(self) -> ScimError:
        message = f"Given filter operator is not supported: {self._text}"
        return ScimError(400, message, "invalidFilter")


def _passes(_resource: JsonDict) -> bool:
    return True


def _tokens(text: str) -> list[str]:
    tokens, end = [], 0
    while match := _TOKEN.match(text, end):
        tokens.append(match.group().strip() if match["word"] else match[match.lastgroup or 0])
        end = match.end()
    if text[end:].strip():
        raise ScimError(400, f"Given filter is not valid: {text}", "invalidFilter")
    return tokens


def _comparison(attribute: str, compare: Callable[[str, str], bool], wanted: str) -> Test:
    return lambda resource: compare(_comparable(_attribute(resource, attribute)), wanted)


def _attribute(resource: JsonDict, name: str) -> Any:
    """Return an attribute by its name in any case; an absent one is an empty text."""
    folded = name.casefold()
    matches = (value for key, value in resource.items() if key.casefold() == folded)
    return next(matches, "")


def _comparable(value: object) -> str:
    """Texts compare in any case, as SCIM attributes do unless they are `caseExact`."""
    return json.dumps(value) if isinstance(value, bool) else str(value).casefold()
