"""Which definitions Git would leave out of a commit, by the `.gitignore` files of the repository.

Source: git, Documentation/gitignore and dir.c. Patterns and names are bytes, as they are to Git.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dulwich.ignore import Pattern
from dulwich.wildmatch import MalformedPattern

from core.errors import Issue

IGNORE_FILE = ".gitignore"

_MAX_BYTES = 256 * 1024  # a large repository's has a few; matching more takes minutes
_MAX_STARS = 4  # in one name: each more makes matching a long name a hundred times slower
_SHOWN = 80
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """A `.gitignore` file: its absolute path, and its content or why that could not be read."""

    path: str
    content: bytes | Issue


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """The line by which Git ignores a file. `file` is relative to the root of the Git folder."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One line; it matches what any of its patterns matches, which all take out or all bring in."""

    rule: IgnoreRule
    patterns: tuple[Pattern, ...]

    def matches(self, name: bytes, *, is_folder: bool) -> bool:
        return any(pattern.matches(name, is_folder) for pattern in self.patterns)

    @property
    def is_exclude(self) -> bool:
        return bool(self.patterns[0].is_exclude)


class IgnoreRules:
    """The rules of all `.gitignore` files that concern the definitions' folder.

    `issues` say which rules are unknown; files are then taken for not ignored.
    """

    def __init__(
        self,
        root: str = "",
        folder: str = "",
        files: Iterable[IgnoreFile] = (),
        issues: tuple[Issue, ...] = (),
    ) -> None:
        """Read the rules.

        Args:
            root: absolute path of the Git folder.
            folder: absolute path of the definitions' folder, which is in it or is it.
        """
        self._base = tuple(folder[len(root) + 1 :].split("/")) if folder != root else ()
        self._lines: dict[tuple[str, ...], tuple[_Line, ...]] = {}
        self._folders: dict[tuple[str, ...], IgnoreRule | None] = {(): None}
        found = list(issues)
        for file in files:
            name = file.path[len(root) + 1 :]
            lines = tuple(_read_lines(file.content, name, found))
            if lines:
                self._lines[tuple(name.split("/")[:-1])] = lines
        self.issues = tuple(found)

    def find(self, path: str) -> IgnoreRule | None:
        """Return the rule by which Git ignores a file, None when it does not.

        Args:
            path: relative to the definitions' folder.
        """
        if not self._lines:
            return None
        *folders, name = (*self._base, *path.split("/"))
        by_folder = self._find_for_folder(tuple(folders))
        return by_folder or self._decide((*folders, name), is_folder=False)

    def _find_for_folder(self, parts: tuple[str, ...]) -> IgnoreRule | None:
        """Return the rule by which a folder is ignored: no other brings back a file in it."""
        if parts not in self._folders:
            above = self._find_for_folder(parts[:-1])
            self._folders[parts] = above or self._decide(parts, is_folder=True)
        return self._folders[parts]

    def _decide(self, parts: tuple[str, ...], *, is_folder: bool) -> IgnoreRule | None:
        """Ask the last rule that matches, of the deepest file that has one."""
        for depth in range(len(parts) - 1, -1, -1):
            name = "/".join(parts[depth:]).encode("utf-8", "surrogatepass")
            for line in reversed(self._lines.get(parts[:depth], ())):
                if line.matches(name, is_folder=is_folder):
                    return line.rule if line.is_exclude else None
        return None


def _read_lines(content: bytes | Issue, name: str, issues: list[Issue]) -> Iterator[_Line]:
    if isinstance(content, Issue):
        issues.append(_unknown(name, content.message))
        return
    if len(content) > _MAX_BYTES:
        issues.append(_unknown(name, f"It is larger than {_MAX_BYTES // 1024} KB."))
        return
    for number, raw in enumerate(content.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
        text = _without_trailing_spaces(raw.removesuffix(b"\r"))
        patterns = _patterns_of(text)
        if not patterns:
            continue
        if _has_many_stars(text):
            issues.append(_unknown(name, f"Line {number} has too many asterisks in one name."))
            continue
        shown = text[:_SHOWN].decode(errors="replace")
        yield _Line(IgnoreRule(name, number, shown), patterns)


def _without_trailing_spaces(text: bytes) -> bytes:
    """Drop the spaces at the end, save one behind a backslash."""
    kept = text.rstrip(b" ")
    return kept + b" " if kept != text and _ends_in_escape(kept) else kept


def _ends_in_escape(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


def _has_many_stars(text: bytes) -> bool:
    return any(len(re.findall(rb"\*+", name)) > _MAX_STARS for name in text.split(b"/"))


def _patterns_of(text: bytes) -> tuple[Pattern, ...]:
    """Return what a line matches; nothing for a comment, and for what can match nothing."""
    if not text or text.startswith(b"#") or _ends_in_escape(text):
        return ()
    if text.endswith(b"//"):  # Git drops one slash, and no path ends in the other
        return ()
    try:
        return tuple(Pattern(spelling) for spelling in _spellings(text))
    except MalformedPattern:
        return ()


# Git compares the plain beginning of a pattern by itself and matches the rest as if it began there,
# so that `a**/b` is an `a` before `**/b`. Source: git, dir.c, match_pathname.
_STARS_AFTER_NAME = re.compile(rb"(!?)/?([^*?\[\\]*[^*?\[\\/])\*\*+/(.*)", re.DOTALL)


def _spellings(text: bytes) -> tuple[bytes, ...]:
    match = _STARS_AFTER_NAME.fullmatch(text)
    if not match:
        return (text,)
    start, rest = match[1] + b"/" + match[2], match[3]
    return start + b"*/**/" + rest, start + rest


def _unknown(name: str, reason: str) -> Issue:
    return Issue(f"It is not known whether {name} keeps definitions out of Git. {reason}")
