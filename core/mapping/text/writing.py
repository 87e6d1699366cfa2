"""Writes keys and values of a mapping file in the style of the text around them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.mapping.text.source import Node, Source, next_lexeme

TERMINATORS = "\n\r\u2028\u2029"
_BARE = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_WORDS = frozenset({"Infinity", "NaN", "true", "false", "null", "undefined", "__proto__"})
_LINE_END = re.compile(r"\r\n|[\n\r]")
_INDENTED = re.compile(r"[\n\r]([ \t]+)[^\s]")
# Shown by no editor, or not where they stand; and half characters, which UTF-8 cannot hold.
_ESCAPED = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_ESCAPE_OR_QUOTE = re.compile(r"\\.|'", re.DOTALL)


class Tree(dict[str, Any]):
    """Sections to be written, one entry on each line; what is in them are values or trees."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written.

    `is_strict`: it is JSON, and stays so. `quote` begins its texts, and its keys too unless
    `is_bare`. `colon` stands between a key and its value. `unit` is one level of indentation,
    `newline` empty where the whole file is one line. `trails`: lists of lines end with a comma.
    """

    is_strict: bool = True
    quote: str = '"'
    is_bare: bool = False
    colon: str = ": "
    unit: str = "  "
    newline: str = "\n"
    trails: bool = False

    def key(self, name: str) -> str:
        """Return a key as the file would have it."""
        if self.is_bare and _BARE.fullmatch(name) and name not in _WORDS:
            return name
        return self.text(name)

    def text(self, value: str) -> str:
        """Return a string as the file would have it."""
        written = _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))
        if self.quote == '"':
            return written
        return f"'{_ESCAPE_OR_QUOTE.sub(_in_single_quotes, written[1:-1])}'"

    def value(self, value: Any) -> str:
        """Return JSON in one line. Raises ValueError for what JSON cannot hold."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return f"{{{self.joined(value.items(), self.entry)}}}"
        if isinstance(value, list | tuple):
            return f"[{self.joined(value, self.value)}]"
        return json.dumps(value, allow_nan=False)

    def entry(self, item: tuple[str, Any]) -> str:
        """Return an entry of an object, in one line."""
        return f"{self.key(item[0])}{self.colon}{self.value(item[1])}"

    def joined(self, items: Any, write: Callable[[Any], str]) -> str:
        """Return the members of an object or a list, in one line."""
        separator = ", " if self.colon.endswith(" ") else ","
        return separator.join(map(write, items))

    def member(self, item: tuple[str, Any], indent: str) -> str:
        """Return an entry that begins on a line of that indentation; trees fill several lines."""
        name, value = item
        if not isinstance(value, Tree) or not self.newline:
            return self.entry(item)
        return f"{self.key(name)}{self.colon}{{{self.lines(value, indent)}}}"

    def lines(self, tree: Mapping[str, Any], indent: str) -> str:
        """Return what is between the brackets of an object whose own line has `indent`."""
        inner = indent + self.unit
        members = [f"{self.newline}{inner}{self.member(item, inner)}" for item in tree.items()]
        return f"{','.join(members)}{',' if self.trails else ''}{self.newline}{indent}"


def style_of(source: Source) -> Style:
    """Return the style of a whole file."""
    text, is_strict = source.text, _is_strict(source.text)
    newline = _LINE_END.search(text)
    indented = _INDENTED.search(text)
    keys = [text[entry.start] for entry in source.root.entries or ()]
    quotes = (text[at] for at in _text_starts(source.root) if text[at] in "'\"")
    return Style(
        is_strict=is_strict,
        quote='"' if is_strict else next(quotes, '"'),
        is_bare=not is_strict and bool(keys) and keys[0] not in "'\"",
        colon=_colon_of(source) or ": ",
        unit=indented[1] if indented else "  ",
        newline=newline[0] if newline else "",
        trails=not is_strict and _trails(source),
    )


def style_at(source: Source, node: Node, style: Style) -> Style:
    """Return the style of one object: of its last entry, else of the file."""
    entries = node.entries
    if not entries or style.is_strict:
        return style
    text, last = source.text, entries[-1]
    is_bare = text[last.start] not in "'\""
    texts = [text[entry.node.start] for entry in entries if isinstance(entry.node.value, str)]
    keys = [text[entry.start] for entry in entries if text[entry.start] in "'\""]
    quote = (texts or keys or [style.quote])[-1]
    return replace(style, quote=quote, is_bare=is_bare)


def comma_after(text: str, end: int) -> int:
    """Return where the comma after a member is, -1 when there is none."""
    at = next_lexeme(text, end)
    return at if text[at : at + 1] == "," else -1


def _is_strict(text: str) -> bool:
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def _trails(source: Source) -> bool:
    entries = source.root.entries
    return entries is not None and any(
        comma_after(source.text, entry.node.end) >= 0 for entry in entries[-1:]
    )


def _colon_of(source: Source) -> str:
    """Return what stands between the first key and its value, if that is no more than blanks."""
    for entry in (source.root.entries or ())[:1]:
        between = source.text[entry.key_end : entry.node.start]
        if between.strip() == ":" and not set(between) & set(TERMINATORS):
            return between
    return ""


def _text_starts(node: Node) -> Iterator[int]:
    """Yield where the values that may be texts begin, then the keys."""
    for entry in node.entries or ():
        yield from _text_starts(entry.node)
    for item in node.items or ():
        yield from _text_starts(item)
    if isinstance(node.value, str):
        yield node.start
    for entry in node.entries or ():
        yield entry.start


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _in_single_quotes(match: re.Match[str]) -> str:
    return {'\\"': '"', "'": "\\'"}.get(match[0], match[0])
