"""The SCIM filter language, as far as Databricks supports it.

Operators eq, co, sw and ne, joined by `and` and `or`: databricks-sdk iam.py, `list`. Beyond these
ew, pr, `not (…)` and attributes of members (`groups.display`, `emails[type eq "work"]`), as in
RFC 7644 section 3.4.2.2. Order has no meaning for names: gt and its kin are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.errors import ScimError
from emulator.json_values import JsonDict, dicts_in

Test = Callable[[JsonDict], bool]

# Single quotes, `==` and names such as display_name are what the vendor's client sends:
# databricks/cli bundle/config/variable/resolve_service_principal.go.
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<bracket>[()\[\]])|(?P<word>[^\s()\[\]"']+))""",
    re.DOTALL,
)
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda actual, wanted: actual == wanted,
    "==": lambda actual, wanted: actual == wanted,
    "ne": lambda actual, wanted: actual != wanted,
    "co": lambda actual, wanted: wanted in actual,
    "sw": lambda actual, wanted: actual.startswith(wanted),
    "ew": lambda actual, wanted: actual.endswith(wanted),
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
        tests = [self._term()]
        while self._take_word("and"):
            tests.append(self._term())
        return lambda resource: all(test(resource) for test in tests)

    def _term(self) -> Test:
        if self._take_word("not"):
            return _opposite(self._bracketed("(", ")"))
        if self._sees("("):
            return self._bracketed("(", ")")
        attribute = self._next()
        if self._sees("["):
            return _any_member(attribute, self._bracketed("[", "]"))
        operator = self._next().lower()
        if operator == "pr":
            return _is_present(attribute)
        if operator not in _OPERATORS:
            raise self._error()
        return _comparison(attribute, operator, self._value(self._next()))

    def _bracketed(self, opening: str, closing: str) -> Test:
        if not self._take_word(opening):
            raise self._error()
        test = self.alternatives()
        if not self._take_word(closing):
            raise self._error()
        return test

    def _value(self, literal: str) -> str:
        if literal.startswith("'"):
            return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL).casefold()
        try:
            return _comparable(json.loads(literal))
        except ValueError:
            raise self._error() from None

    def _next(self) -> str:
        if not self._tokens:
            raise self._error()
        return self._tokens.pop(0)

    def _sees(self, word: str) -> bool:
        return bool(self._tokens) and self._tokens[0].lower() == word

    def _take_word(self, word: str) -> bool:
        seen = self._sees(word)
        if seen:
            del self._tokens[0]
        return seen

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


def _comparison(attribute: str, operator: str, wanted: str) -> Test:
    """Of several values one must pass; `ne` wants all to differ. An absent one is empty text."""
    compare = _OPERATORS[operator]
    enough = all if operator == "ne" else any
    return lambda resource: enough(
        compare(_comparable(value), wanted) for value in _values(resource, attribute) or [""]
    )


def _is_present(attribute: str) -> Test:
    return lambda resource: any(value not in ("", None) for value in _values(resource, attribute))


def _opposite(test: Test) -> Test:
    return lambda resource: not test(resource)


def _any_member(attribute: str, test: Test) -> Test:
    return lambda resource: any(test(one) for one in dicts_in(_attribute(resource, attribute)))


def _values(resource: JsonDict, path: str) -> list[Any]:
    """Return all values at a path; a list alone stands for the `value` of its members."""
    name, _, rest = path.partition(".")
    found = _attribute(resource, name)
    if not isinstance(found, list):
        return [] if found is None or rest else [found]
    return [_attribute(one, rest or "value") for one in dicts_in(found)]


def _attribute(resource: JsonDict, name: str) -> Any:
    """Return an attribute by its name in any case, None when it is absent."""
    wanted = _folded(name)
    return next((value for key, value in resource.items() if _folded(key) == wanted), None)


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _comparable(value: object) -> str:
    """Texts compare in any case, as SCIM attributes do unless they are `caseExact`."""
    return json.dumps(value) if isinstance(value, bool) else str(value or "").casefold()
