"""Checks the shapes of a mapping file on the way down, and says what was expected where."""

from core.errors import Issue, MappingFileError
from core.mapping.text.source import Entry, Node, Source

_NOUNS = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}
_EMPTY = Node({}, 0, 0, entries=())


class ShapeReader:
    """Reads the nodes of one file. `warnings` and `lines` grow as it reads.

    `lines` are those of the entries, by section and name.
    """

    def __init__(self, source: Source, path: str) -> None:
        self._source = source
        self._path = path
        self.warnings: list[Issue] = []
        self.lines: dict[tuple[str, str], int] = {}
        self._line, self._counted = 1, 0

    def object_at(self, node: Node | None, place: str) -> Node:
        """Return an object; an empty one where the file has none. Raises MappingFileError."""
        if node is None:
            return _EMPTY
        if node.entries is None:
            raise self.wrong_shape(node, place, "an object { … }")
        return node

    def entries_at(self, node: Node | None, section: str) -> tuple[Entry, ...]:
        """Return the entries of a section and remember their lines. Raises MappingFileError."""
        entries = self.object_at(node, section).entries or ()
        for entry in entries:
            self.lines[section, entry.key] = self.line_of(entry.start)
        return entries

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, from 1; quick where offsets are asked for in order."""
        if offset < self._counted:
            self._line, self._counted = 1, 0
        self._line += self._source.text.count("\n", self._counted, offset)
        self._counted = offset
        return self._line

    def warn_unknown(self, found: Node, known: tuple[str, ...], prefix: str) -> None:
        """Warn of the keys of an object that mean nothing."""
        for entry in found.entries or ():
            if entry.key not in known:
                self.warn(
                    entry.start,
                    f"“{prefix}{entry.key}” is not a known key and is ignored. "
                    f"Known keys: {', '.join(known)}.",
                )

    def warn(self, offset: int, message: str) -> None:
        """Note something that does not keep the file from being used, with its line."""
        place = f"{self._path}, line {self.line_of(offset)}"
        self.warnings.append(Issue(message, place))

    def wrong_shape(self, node: Node, place: str, expected: str) -> MappingFileError:
        """Return the error for a value that is not what belongs there."""
        value = node.value
        found = _NOUNS.get(type(value), "null" if value is None else "a number")
        return self.refuse(node, f"{place} should be {expected}, but it is {found}.")

    def refuse(self, node: Node, message: str) -> MappingFileError:
        """Return the error for a value, with its line and column."""
        line, column = self.line_of(node.start), self._source.column_of(node.start)
        return MappingFileError(
            f"{self._path}: line {line}, column {column}: {message}",
            fix="See “The mapping file” in the README.",
            line=line,
            column=column,
        )
