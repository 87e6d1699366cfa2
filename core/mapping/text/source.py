"""JSON5 text as a tree that knows where each value is, to explain mistakes and to edit the text."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

# Source: spec.json5.org: white space, comments, strings, numbers, identifiers, punctuation.
_LEXEME = re.compile(
    r"""(?P<skip>[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+
        |//[^\n\r\u2028\u2029]*|/\*.*?\*/)
    |(?P<text>"(?:[^"\\\n\r]|\\(?:\r\n|.))*"|'(?:[^'\\\n\r]|\\(?:\r\n|.))*')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?
        |\.\d+(?:[eE][+-]?\d+)?)(?![\w$])|[+-](?:Infinity|NaN)(?![\w$]))
    |(?P<word>(?:[A-Za-z$_\u0080-\U0010ffff]|\\u[0-9a-fA-F]{4})
        (?:[A-Za-z0-9$_\u0080-\U0010ffff]|\\u[0-9a-fA-F]{4})*)
    |(?P<mark>[{}\[\]:,])""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_SKIPPED = re.compile(
    r"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
    r"|//[^\n\r\u2028\u2029]*|/\*.*?\*/",
    re.DOTALL,
)
# Source: ECMAScript 5.1, `IdentifierStart` and `IdentifierPart`, which JSON5 refers to.
_BEGINS_WORD = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
_IN_WORD = _BEGINS_WORD | {"Mn", "Mc", "Nd", "Pc"}
_JOINERS = "\u200c\u200d"
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|0(?![0-9])|[^0-9])", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_CONTINUED = ("\n", "\r", "\r\n", "\u2028", "\u2029")
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_DEEPEST = 60  # levels of nesting


class SourceError(ValueError):
    """The text is not JSON5; `offset` is where reading ended."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the text: `start` and `end` are offsets of its own characters.

    `entries` are those of an object, `items` those of a list; None for anything else.
    """

    value: Any
    start: int
    end: int
    entries: "tuple[Entry, ...] | None" = None
    items: "tuple[Node, ...] | None" = None

    def entry(self, key: str) -> "Entry | None":
        """Return the entry of an object; the first where the text has several of that key."""
        return next((entry for entry in self.entries or () if entry.key == key), None)

    def at(self, *path: str | int) -> "Node | None":
        """Return the value at keys and indexes below this one."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(step, str):
                entry = node.entry(step)
                node = entry.node if entry else None
            else:
                items = node.items or ()
                node = items[step] if step < len(items) else None
        return node


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an object; `start` and `key_end` are offsets of its key as it is written."""

    key: str
    start: int
    key_end: int
    node: Node


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its tree."""

    text: str
    root: Node

    def line_of(self, offset: int) -> int:
        """Return the line, counted from 1."""
        return self.text.count("\n", 0, offset) + 1

    def column_of(self, offset: int) -> int:
        """Return the column, counted from 1."""
        return offset - self.text.rfind("\n", 0, offset)


def parse_source(text: str) -> Source:
    """Read a text.

    Raises:
        SourceError: it is not JSON5, or a key is twice in one object.
    """
    reader = _Reader(text)
    root = reader.value(0)
    reader.expect_end()
    return Source(text, root)


def next_lexeme(text: str, offset: int) -> int:
    """Return where the next lexeme begins, after white space and comments."""
    while (match := _SKIPPED.match(text, offset)) is not None:
        offset = match.end()
    return offset


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = ""
        self._lexeme = ""
        self._start = 0
        self._next()

    def value(self, depth: int) -> Node:
        if depth > _DEEPEST:
            self._fail("nested too deeply")
        start, lexeme = self._start, self._lexeme
        if lexeme == "{":
            return self._object(start, depth)
        if lexeme == "[":
            return self._list(start, depth)
        value = self._scalar()
        end = start + len(lexeme)
        self._next()
        return Node(value, start, end)

    def expect_end(self) -> None:
        if self._kind:
            self._fail(f"unexpected {self._lexeme[:20]}")

    def _object(self, start: int, depth: int) -> Node:
        entries: list[Entry] = []
        values: dict[str, Any] = {}
        self._next()
        while self._lexeme != "}":
            key_start, key_end, key = self._start, self._start + len(self._lexeme), self._key()
            if key in values:
                self._fail(f"the key “{key}” appears twice in one object", key_start)
            self._next()
            self._expect(":", "a colon")
            node = self.value(depth + 1)
            entries.append(Entry(key, key_start, key_end, node))
            values[key] = node.value
            if self._lexeme == ",":
                self._next()
            elif self._lexeme != "}":
                self._fail("a comma or } is missing")
        end = self._start + 1
        self._next()
        return Node(values, start, end, entries=tuple(entries))

    def _list(self, start: int, depth: int) -> Node:
        items: list[Node] = []
        self._next()
        while self._lexeme != "]":
            items.append(self.value(depth + 1))
            if self._lexeme == ",":
                self._next()
            elif self._lexeme != "]":
                self._fail("a comma or ] is missing")
        end = self._start + 1
        self._next()
        return Node([item.value for item in items], start, end, items=tuple(items))

    def _key(self) -> str:
        if self._kind == "text":
            return self._unescaped(self._lexeme[1:-1])
        if self._kind == "word":
            return self._unescaped(self._lexeme)
        return self._fail("a key is missing")

    def _scalar(self) -> Any:
        if self._kind == "text":
            return self._unescaped(self._lexeme[1:-1])
        if self._kind == "number" or self._lexeme in {"Infinity", "NaN"}:
            return self._number()
        if self._kind == "word" and self._lexeme in _WORDS:
            return _WORDS[self._lexeme]
        return self._fail("a value is missing")

    def _number(self) -> int | float:
        try:
            return _number(self._lexeme)
        except ValueError:  # CPython refuses integers of more than 4,300 digits
            return self._fail("a number is too long")

    def _unescaped(self, text: str) -> str:
        try:
            return _unescaped(text)
        except ValueError:
            return self._fail("an escape sequence is incomplete")

    def _expect(self, mark: str, words: str) -> None:
        if self._lexeme != mark:
            self._fail(f"{words} is missing")
        self._next()

    def _next(self) -> None:
        while True:
            match = _LEXEME.match(self._text, self._at)
            if match is None:
                self._start, self._kind, self._lexeme = self._at, "", ""
                if self._at < len(self._text):
                    self._fail(f"unexpected {self._text[self._at]}")
                return
            self._at = match.end()
            if match.lastgroup != "skip":
                break
        self._start, self._kind, self._lexeme = match.start(), match.lastgroup or "", match.group()
        if self._kind == "word" and not self._lexeme.isascii():
            self._lexeme = self._lexeme[: _word_length(self._lexeme)]
            self._at = self._start + len(self._lexeme)
            if not self._lexeme:
                self._fail(f"unexpected {self._text[self._at]}")

    def _fail(self, message: str, offset: int | None = None) -> NoReturn:
        raise SourceError(message, self._start if offset is None else offset)


def _word_length(text: str) -> int:
    """Return how many characters belong to the word that a text begins with."""
    for index, char in enumerate(text):
        allowed = _IN_WORD if index else _BEGINS_WORD
        is_joined = index > 0 and char in _JOINERS
        if not (char.isascii() or is_joined or unicodedata.category(char) in allowed):
            return index
    return len(text)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    if "\\" in _ESCAPE.sub("", text):  # a digit after the backslash
        raise ValueError(text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    if escape in _CONTINUED:
        return ""
    if escape in {"u", "x"}:
        raise ValueError(escape)
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)


def _number(lexeme: str) -> int | float:
    sign, digits = (-1, lexeme[1:]) if lexeme[0] == "-" else (1, lexeme.lstrip("+"))
    if digits[:2] in {"0x", "0X"}:
        return sign * int(digits, 16)
    if digits.isdecimal():
        return sign * int(digits)
    return sign * float(digits.replace("Infinity", "inf"))
