"""Names of tables as SQL writes them: parts with dots between, each in backquotes or not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

# A dynamic value reference such as {{job.parameters.catalog}} is one part, its dots included.
_PART = re.compile(r"`(?P<quoted>(?:[^`]|``)*+)`|(?P<plain>(?:\{\{[^{}]*\}\}|[^`.])++)")


@dataclass(frozen=True, slots=True)
class NamePart:
    """One part: the name it means, and whether it is written in backquotes."""

    name: str
    is_quoted: bool = False

    def renamed(self, name: str) -> "NamePart":
        """Return the part with another name, written in the same way where that can be."""
        return replace(self, name=name, is_quoted=self.is_quoted or "." in name or "`" in name)

    def __str__(self) -> str:
        return "`" + self.name.replace("`", "``") + "`" if self.is_quoted else self.name


def split_name(text: str) -> tuple[NamePart, ...]:
    """Split a name into its parts; none where the text is not such a name."""
    parts: list[NamePart] = []
    at = 0
    while match := _PART.match(text, at):
        parts.append(_part(match))
        at = match.end()
        if at == len(text):
            return tuple(parts)
        if text[at] != ".":
            break
        at += 1
    return ()


def read_part(text: str) -> NamePart:
    """Read a text that is one part, such as the field `catalog`: its dots are its own."""
    match = _PART.fullmatch(text)
    return _part(match) if match and match["quoted"] is not None else NamePart(text)


def _part(match: re.Match[str]) -> NamePart:
    if match["plain"] is not None:
        return NamePart(match["plain"])
    return NamePart(match["quoted"].replace("``", "`"), is_quoted=True)


def join_name(parts: Iterable[NamePart]) -> str:
    """Write the parts as they were, with dots between."""
    return ".".join(map(str, parts))
