"""Takes members out of the objects and lists of a text, and puts others in.

A comment on the line of a member, after it, goes with it when the line is the member's own.
Comments on lines of their own stay: nobody knows whether they speak of one entry or of several.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.mapping.text.source import Node, Source
from core.mapping.text.writing import TERMINATORS, Style, comma_after, style_at

_BLANK = r"[^\S\n\r\u2028\u2029]|\ufeff"
_BLANKS = re.compile(f"(?:{_BLANK})*")
_REST_OF_LINE = re.compile(
    rf"(?P<blocks>(?:(?:{_BLANK})*/\*(?:(?!\*/)[^\n\r\u2028\u2029])*\*/)*)"
    rf"(?P<line>(?:{_BLANK})*//[^\n\r\u2028\u2029]*)?"
)
_LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Splice:
    """Replaces what is between two offsets of a text."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Cut:
    start: int
    end: int
    is_member: bool = True  # False: only a comma


def apply_splices(text: str, splices: Iterable[Splice]) -> str:
    """Return the text with all of them made; they do not overlap."""
    parts: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:]])


def cut_members(text: str, node: Node, doomed: Collection[int]) -> list[Splice]:
    """Take members out of an object or a list.

    Args:
        doomed: their indexes.
    """
    spans = _spans(node)
    cuts = [cut for index in sorted(doomed) for cut in _cuts(text, *spans[index])]
    cuts += _trailing_comma(text, spans, doomed)
    widened = [_widened(text, cut) for cut in _merged(cuts)]
    return [Splice(cut.start, cut.end) for cut in _merged(widened)]


def insert_entries(
    source: Source, node: Node, new: Mapping[str, Any], style: Style, *, is_value: bool
) -> list[Splice]:
    """Put entries at the end of an object.

    Args:
        is_value: the object is the value of an entry: it fills one line where it is empty.
    """
    style = style_at(source, node, style)
    items = list(new.items())
    if node.entries:
        indent = _indent_of_last(source.text, node, style)
        return _after_last(source.text, node, [style.member(item, indent) for item in items], style)
    if is_value or not style.newline:
        return _into_empty(source.text, node, style.joined(items, style.entry), "")
    indent = _line_indent(source.text, node.start)
    lines = style.lines(new, indent)
    end = f"{style.newline}{indent}"
    return _into_empty(source.text, node, lines.removesuffix(end), end)


def insert_items(source: Source, node: Node, new: Sequence[Any], style: Style) -> list[Splice]:
    """Put values at the end of a list."""
    quotes = [source.text[item.start] for item in node.items or ()]
    quote = quotes[-1] if quotes and quotes[-1] in "'\"" and not style.is_strict else style.quote
    style = replace(style, quote=quote)
    written = [style.value(value) for value in new]
    if node.items:
        return _after_last(source.text, node, written, style)
    return _into_empty(source.text, node, style.joined(written, str), "")


def _spans(node: Node) -> list[tuple[int, int]]:
    if node.entries is not None:
        return [(entry.start, entry.node.end) for entry in node.entries]
    return [(item.start, item.end) for item in node.items or ()]


def _cuts(text: str, start: int, end: int) -> Iterator[_Cut]:
    """Yield what goes with a member: its comma, and a comment between them on the same line."""
    comma = comma_after(text, end)
    between = text[end:comma]
    if comma < 0:
        yield _Cut(start, end)
    elif between.strip(" \t\n\r\ufeff") == "" or not set(between) & set(TERMINATORS):
        yield _Cut(start, comma + 1)
    else:
        yield _Cut(start, end)
        yield _Cut(comma, comma + 1, is_member=False)


def _trailing_comma(
    text: str, spans: Sequence[tuple[int, int]], doomed: Collection[int]
) -> Iterator[_Cut]:
    """Yield the comma that would be left at the end where there was none."""
    last = len(spans) - 1
    left = max((index for index in range(len(spans)) if index not in doomed), default=-1)
    if left in (-1, last) or comma_after(text, spans[last][1]) >= 0:
        return
    comma, following = comma_after(text, spans[left][1]), spans[left + 1][0]
    between = text[comma + 1 : following]
    joins = not between.strip() and (
        not set(between) & set(TERMINATORS) or _begins_line(text, comma)
    )
    yield _Cut(comma, following) if joins else _Cut(comma, comma + 1, is_member=False)


def _merged(cuts: Iterable[_Cut]) -> list[_Cut]:
    merged: list[_Cut] = []
    for cut in sorted(cuts, key=lambda one: (one.start, one.end)):
        before = merged[-1] if merged else None
        if before is None or cut.start > before.end:
            merged.append(cut)
        else:
            is_member = before.is_member or cut.is_member
            merged[-1] = _Cut(before.start, max(before.end, cut.end), is_member)
    return merged


def _widened(text: str, cut: _Cut) -> _Cut:
    """Take the whole line where nothing else is on it, else the blanks that would be left."""
    if not cut.is_member:
        return cut
    start, after = _before_blanks(text, cut.start), _after_rest(text, cut.end)
    line_end = _LINE_END.match(text, _BLANKS.match(text, after).end())  # type: ignore[union-attr]
    if _begins_line(text, cut.start) and line_end:
        return _Cut(start, line_end.end())
    end = _BLANKS.match(text, cut.end).end()  # type: ignore[union-attr]
    if _begins_line(text, cut.start) or not (_LINE_END.match(text, end) or text[end] in "}]"):
        return _Cut(cut.start, end)
    return _Cut(start, end)


def _after_last(text: str, node: Node, written: Sequence[str], style: Style) -> list[Splice]:
    """Put members after the last one, each on a line of its own if that is."""
    start, end = _spans(node)[-1]
    comma = comma_after(text, end)
    base = end if comma < 0 else comma + 1
    at = _after_rest(text, base)
    ends_in_line_comment = _rest_of_line(text, base)["line"] is not None
    if _begins_line(text, start) or ends_in_line_comment:
        at = _before_line_end(text, at)
        between = (style.newline or "\n") + _indent_of_last(text, node, style)
    else:
        between = " " if style.colon.endswith(" ") else ""
    body = ",".join(f"{between}{one}" for one in written) + ("," if comma >= 0 else "")
    if comma >= 0:
        return [Splice(at, at, body)]
    if at == end:
        return [Splice(end, end, f",{body}")]
    return [Splice(end, end, ","), Splice(at, at, body)]


def _before_line_end(text: str, offset: int) -> int:
    """Return the end of the line, if only blanks are left on it."""
    match = _BLANKS.match(text, offset)
    end = match.end() if match else offset
    return end if _LINE_END.match(text, end) else offset


def _into_empty(text: str, node: Node, body: str, end: str) -> list[Splice]:
    """Fill an object or a list that has no members; comments in it stay before the new ones."""
    start, stop = node.start + 1, node.end - 1
    comments = text[start:stop].rstrip(" \t\n\r\u2028\u2029\ufeff")
    if not comments:
        return [Splice(start, stop, body + end)]
    at = start + len(comments)
    blanks = text[at:stop]  # has a line end where the comment needs one
    return [Splice(at, stop, body + end if end else f"{blanks or ' '}{body}{blanks}")]


def _indent_of_last(text: str, node: Node, style: Style) -> str:
    start = _spans(node)[-1][0]
    if _begins_line(text, start):
        return text[_before_blanks(text, start) : start]
    return _line_indent(text, node.start) + style.unit


def _line_indent(text: str, offset: int) -> str:
    """Return the indentation of the line that an offset is on."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    blanks = _BLANKS.match(text, start)
    return blanks[0].replace("\ufeff", "") if blanks else ""


def _begins_line(text: str, offset: int) -> bool:
    """Whether only blanks are before it on its line, and it is not the first line."""
    start = _before_blanks(text, offset)
    return start > 0 and text[start - 1] in TERMINATORS


def _before_blanks(text: str, offset: int) -> int:
    while offset and _is_blank(text[offset - 1]):
        offset -= 1
    return offset


def _is_blank(character: str) -> bool:
    is_space = character.isspace() or character == "\ufeff"
    return is_space and character not in TERMINATORS


def _rest_of_line(text: str, offset: int) -> re.Match[str]:
    match = _REST_OF_LINE.match(text, offset)
    assert match is not None  # it matches nothing, too
    return match


def _after_rest(text: str, offset: int) -> int:
    """Return the end of the comments that follow on the same line."""
    return _rest_of_line(text, offset).end()
