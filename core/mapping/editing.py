"""Changes the text of a mapping file entry by entry: what is not touched stays byte for byte."""

import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from core.errors import MappingFileError
from core.jobsettings.kinds import Kind
from core.json_text import JsonDict, is_deeper_than
from core.mapping.job_selection import JOBS
from core.mapping.mapping_file import PAUSE_SECTION, RUN_AS_SECTION, section_of
from core.mapping.text.source import Node, Source, SourceError, parse_source
from core.mapping.text.splicing import (
    Splice,
    apply_splices,
    cut_members,
    insert_entries,
    insert_items,
)
from core.mapping.text.writing import Style, Tree, style_at, style_of
from core.mapping.values.rules import ValueSection


class Removed:
    """Stands for the value of an entry that goes away."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = Removed()

_QUOTES = ("'", '"')
_DEEPEST_SECTION = 2  # levels below the file; what is below that is the value of an entry
_DEEPEST_VALUE = 20
_NOT_SAFE = "This cannot be edited safely here; nothing was changed. Edit the text of the file."

_LISTS = frozenset({f"{JOBS}.include", f"{JOBS}.exclude"})
_SECTIONS = frozenset(
    {
        RUN_AS_SECTION,
        PAUSE_SECTION,
        *_LISTS,
        *(section.place for section in ValueSection),
        *(section_of(kind) for kind in Kind if kind.section),
    }
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What one entry of a mapping file becomes. An entry that is not there yet is added.

    `section` is the place as the file has it, such as “value_mappings.paths”, and `name` the key
    in it. `value` is JSON, or REMOVED. `new_name` renames the entry, empty keeps its name. In
    “jobs.include” and “jobs.exclude” the name is the pattern and the value, if it is not REMOVED,
    does not matter. “pause_status” has no name.
    """

    section: str
    name: str
    value: Any
    new_name: str = ""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with the edits made, one after the other.

    Args:
        text: of the file; an empty one becomes a new file.

    Raises:
        MappingFileError: the text cannot be read, or an edit does not fit it.
    """
    for batch in _batches(map(_normal, edits)):
        text = _apply(text if text.strip("\ufeff \t\r\n") else _new_file(text), batch)
    return text


def _new_file(text: str) -> str:
    return ("\ufeff" if text.startswith("\ufeff") else "") + "{\n}\n"


def _batches(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Divide edits into runs in which no entry is meant twice."""
    batch: list[Edit] = []
    meant: set[tuple[str, str]] = set()
    for edit in edits:
        names = {(edit.section, edit.name), (edit.section, edit.new_name or edit.name)}
        if meant & names:
            yield batch
            batch, meant = [], set()
        batch.append(edit)
        meant |= names
    yield batch


def _apply(text: str, edits: Sequence[Edit]) -> str:
    source = _parsed(text)
    editor = _Editor(source)
    for edit in edits:
        editor.note(edit)
    edited = editor.result()
    is_right = _same(_parsed(edited).root.value, _expected(source.root.value, edits))
    if not is_right:  # pragma: no cover - no text is known that comes here
        raise MappingFileError(_NOT_SAFE)
    return edited


class _Editor:
    """Gathers the splices of some edits to one text, and what is to be added afterwards."""

    def __init__(self, source: Source) -> None:
        self._style = style_of(source)
        self._source = source
        self._styles: dict[int, Style] = {}
        self._splices: list[Splice] = []
        self._doomed: dict[int, tuple[Node, set[int]]] = {}
        self._new = Tree()
        self._indexes: dict[int, dict[str, int]] = {}

    def note(self, edit: Edit) -> None:
        """Take up one edit. Raises MappingFileError when it does not fit."""
        path, key = _place(edit)
        is_item = edit.section in _LISTS
        node = self._container(path, of=list if is_item else dict)
        if node and edit.new_name and self._index(node, key) is None:
            edit, key = replace(edit, name=edit.new_name), edit.new_name
        index = self._index(node, key) if node else None
        if node is None or index is None:
            self._add(path, edit.new_name or key, edit.value, is_item=is_item)
        elif edit.value is REMOVED:
            self._remove(node, index)
        elif is_item:
            self._rename_item(node, index, edit)
        else:
            self._rename(node, index, edit)
            entry = (node.entries or ())[index]
            self._change(entry.node, edit.value, (*path, edit.new_name or key), node)

    def result(self) -> str:
        """Return the edited text."""
        cuts = [
            splice
            for node, indexes in self._doomed.values()
            for splice in cut_members(self._source.text, node, indexes)
        ]
        text = apply_splices(self._source.text, [*self._splices, *cuts])
        if not self._new:
            return text
        source = _parsed(text)
        return apply_splices(text, _insertions(source, source.root, self._new, self._style, 0))

    def _container(self, path: Sequence[str], of: type) -> Node | None:
        """Return the object or list at a path, None when there is none yet."""
        node: Node | None = self._source.root
        for depth in range(len(path) + 1):
            if depth and node is not None:
                index = self._index(node, path[depth - 1])
                node = None if index is None else (node.entries or ())[index].node
            wanted = of if depth == len(path) else dict
            if node is not None and not isinstance(node.value, wanted):
                noun = "a list […]" if wanted is list else "an object { … }"
                place = ".".join(path[:depth]) or "the file"
                raise self._refuse(node, f"{place} should be {noun}")
        return node

    def _index(self, node: Node, key: str) -> int | None:
        """Return where a member is, the first of equal ones in a list."""
        if node.start not in self._indexes:
            items = node.items or ()
            keys = [entry.key for entry in node.entries or ()] or [item.value for item in items]
            numbered = reversed(list(enumerate(keys)))
            self._indexes[node.start] = {
                key: number for number, key in numbered if isinstance(key, str)
            }
        return self._indexes[node.start].get(key)

    def _remove(self, node: Node, index: int) -> None:
        self._doomed.setdefault(node.start, (node, set()))[1].add(index)

    def _rename(self, node: Node, index: int, edit: Edit) -> None:
        entry = (node.entries or ())[index]
        if edit.new_name in ("", entry.key):
            return
        self._refuse_twice(node, edit)
        style = self._style
        if not style.is_strict:
            first = self._source.text[entry.start]
            is_bare = first not in _QUOTES
            style = replace(style, is_bare=is_bare, quote=style.quote if is_bare else first)
        self._splices.append(Splice(entry.start, entry.key_end, style.key(edit.new_name)))

    def _rename_item(self, node: Node, index: int, edit: Edit) -> None:
        item = (node.items or ())[index]
        if edit.new_name in ("", item.value):
            return
        self._refuse_twice(node, edit)
        style = replace(self._style, quote=self._source.text[item.start])
        self._splices.append(Splice(item.start, item.end, style.text(edit.new_name)))

    def _refuse_twice(self, node: Node, edit: Edit) -> None:
        index = self._index(node, edit.new_name)
        if index is not None:
            entries = [entry.node for entry in node.entries or ()] or list(node.items or ())
            raise self._refuse(entries[index], f"“{edit.new_name}” is in {edit.section} already")

    def _change(self, node: Node, value: Any, path: tuple[str, ...], parent: Node) -> None:
        """Change a value, and of an object only what differs in it."""
        if _same(node.value, value):
            return
        if isinstance(value, dict) and node.entries and node.value.keys() & value.keys():
            self._change_object(node, value, path)
            return
        style = self._styles.get(parent.start) or style_at(self._source, parent, self._style)
        self._styles[parent.start] = style
        first = self._source.text[node.start]
        style = replace(style, quote=first) if first in _QUOTES else style
        self._splices.append(Splice(node.start, node.end, style.value(value)))

    def _change_object(self, node: Node, value: JsonDict, path: tuple[str, ...]) -> None:
        for index, entry in enumerate(node.entries or ()):
            if entry.key in value:
                self._change(entry.node, value[entry.key], (*path, entry.key), node)
            else:
                self._remove(node, index)
        for key in value:
            if key not in node.value:
                self._add(path, key, value[key])

    def _add(self, path: Sequence[str], key: str, value: Any, *, is_item: bool = False) -> None:
        if value is REMOVED:
            return
        tree: Any = self._new
        for step in path[:-1] if is_item else path:
            tree = tree.setdefault(step, Tree())
        if is_item:
            tree.setdefault(path[-1], []).append(key)
        else:
            tree[key] = value

    def _refuse(self, node: Node, message: str) -> MappingFileError:
        line, column = self._source.line_of(node.start), self._source.column_of(node.start)
        message = f"Line {line}, column {column}: {message}."
        return MappingFileError(message, line=line, column=column)


def _insertions(
    source: Source, node: Node, new: Tree, style: Style, depth: int
) -> Iterator[Splice]:
    """Yield what puts new entries, and entries of new sections, where they belong."""
    missing = Tree()
    for key, value in new.items():
        entry = node.entry(key) if isinstance(value, Tree | list) else None
        if entry is None:
            missing[key] = value
        elif isinstance(value, Tree):
            yield from _insertions(source, entry.node, value, style, depth + 1)
        else:
            yield from insert_items(source, entry.node, value, style)
    if missing:
        yield from insert_entries(source, node, missing, style, is_value=depth > _DEEPEST_SECTION)


def _place(edit: Edit) -> tuple[tuple[str, ...], str]:
    """Return the path of what holds the entry, and the entry's key there."""
    if edit.section not in _SECTIONS:
        raise MappingFileError(f"“{edit.section}” is not a section of the mapping file.")
    if edit.section == PAUSE_SECTION:
        return (), PAUSE_SECTION
    return tuple(edit.section.split(".")), edit.name


def _expected(value: Any, edits: Iterable[Edit]) -> Any:
    """Return what the edited text must be read as."""
    expected = deepcopy(value)
    for edit in edits:
        path, key = _place(edit)
        holder, new_key = expected, edit.new_name or key
        if edit.value is REMOVED and not _has(expected, path, key):
            continue
        for step in path[:-1]:
            holder = holder.setdefault(step, {})
        if edit.section in _LISTS:
            items = holder.setdefault(path[-1], [])
            key = key if key in items else new_key
            at = items.index(key) if key in items else len(items)
            items[at : at + 1] = [] if edit.value is REMOVED else [new_key]
            continue
        holder = holder.setdefault(path[-1], {}) if path else holder
        holder.pop(key, None)
        if edit.value is not REMOVED:
            holder[new_key] = edit.value
    return expected


def _has(value: Any, path: Iterable[str], key: str) -> bool:
    for step in path:
        value = value.get(step, {})
    return key in value


def _parsed(text: str) -> Source:
    try:
        return parse_source(text)
    except SourceError as error:
        source = Source(text, Node(None, 0, 0))
        line, column = source.line_of(error.offset), source.column_of(error.offset)
        message = f"Line {line}, column {column}: {error}."
        raise MappingFileError(message, line=line, column=column) from error


def _same(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _normal(edit: Edit) -> Edit:
    """Return the edit with each character in one piece; refuse what JSON cannot hold."""
    if edit.value is REMOVED:
        return replace(edit, name=_whole(edit.name), new_name="")
    try:
        too_deep = is_deeper_than(edit.value, _DEEPEST_VALUE)
        text = "" if too_deep else json.dumps(edit.value, allow_nan=False)
    except (ValueError, TypeError):
        too_deep, text = True, ""
    if too_deep:
        raise MappingFileError(f"The value of “{edit.name}” cannot be written into the file.")
    return Edit(edit.section, _whole(edit.name), json.loads(text), _whole(edit.new_name))


def _whole(text: str) -> str:
    """Join the halves of a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
