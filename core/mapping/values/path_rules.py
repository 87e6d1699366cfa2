"""Paths by prefix on whole segments: the longest rule wins."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.jobsettings.workspace_paths import ROOT, is_workspace_path, workspace_path

# How a list of dependencies refers to a file. Source: pip's “Requirements File Format”.
_OPTION = re.compile(
    r"(-[rcef]\s*+|--(?:requirement|constraint|editable|find-links)(?:\s*+=\s*+|\s++)"
    r"|[\w.\[\],-]++\s*+@\s*+)(?=\S)"
)
_PATH = re.compile(r"/|\.{1,2}/|[A-Za-z][A-Za-z0-9+.-]*+:/")
_SCHEME = "://"


def without_end(path: str) -> str:
    """Take the slashes off the end; those of `s3://` belong to it, save for the last."""
    return path[:-1] if path.endswith(_SCHEME) else path.rstrip("/")


def whole_path(path: str) -> str:
    """Return the form in which paths are compared: those of the workspace below /Workspace.

    A `/` alone is the workspace's root.
    """
    path = without_end(path) if path != "/" * len(path) else ROOT
    return workspace_path(path) if is_workspace_path(path) else path


def split_dependency(text: str) -> tuple[str, str]:
    """Split a dependency into what is before its path and the path; no path for a package."""
    option = _OPTION.match(text)
    before = option.group() if option else ""
    path = text[len(before) :]
    if before.startswith("-"):
        return before, path
    return (before, path) if _PATH.match(path) else (text, "")


@dataclass(slots=True)
class _Level:
    """One segment: the rule that ends here, the last one of several, and the segments below."""

    rules: list[int] = field(default_factory=list)
    below: "dict[str, _Level]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PathRule:
    """A prefix and what becomes of it, both as the mapping file writes them."""

    index: int
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class PathMatch:
    """The rules whose prefix a path has: the one that decides, and all of them."""

    rule: PathRule
    indexes: tuple[int, ...]
    depth: int


class PathRules:
    """Looks up paths; the time depends on the path's segments, not on the number of rules."""

    def __init__(self, rules: Iterable[PathRule]) -> None:
        self._rules: dict[int, PathRule] = {}
        self._root = _Level()
        for rule in rules:
            level = self._root
            for segment in whole_path(rule.source).split("/"):
                level = level.below.setdefault(segment, _Level())
            level.rules.append(rule.index)
            self._rules[rule.index] = rule

    def find(self, path: str) -> PathMatch | None:
        """Return the rules for a path."""
        level, found, best = self._root, list[int](), 0
        for depth, segment in enumerate(_segments(path), start=1):
            if segment not in level.below:
                break
            level = level.below[segment]
            if level.rules:
                found, best = [*found, *level.rules], depth
        return PathMatch(self._rules[found[-1]], tuple(found), best) if found else None

    def below(self, path: str) -> Iterator[PathRule]:
        """Yield the rules whose prefix is really below a path."""
        level = self._root
        for segment in whole_path(path).split("/"):
            if segment not in level.below:
                return
            level = level.below[segment]
        waiting = list(level.below.values())
        while waiting:
            level = waiting.pop()
            yield from (self._rules[index] for index in level.rules[-1:])
            waiting += level.below.values()

    def replace(self, path: str, match: PathMatch) -> str:
        """Return the path that the match makes of a path, in the form which that one has.

        A path that is below the target already stays, where the target is below the source.
        """
        segments = _segments(path)
        rest = "".join(f"/{segment}" for segment in segments[match.depth :])
        source, target = whole_path(match.rule.source), whole_path(match.rule.target)
        whole = "/".join(segments)
        if is_below(target, source) and is_below(whole, target):
            return path
        new = target + rest
        if is_workspace_path(path) and is_workspace_path(new):
            return new if path == workspace_path(path) else _shortest(new)
        written = without_end(match.rule.target) + rest or "/"
        return written if "/".join(_segments(written)) == new else new


def is_below(path: str, prefix: str) -> bool:
    """Whether a path is a prefix or below it; both in the form of `whole_path`."""
    return path == prefix or path.startswith(f"{prefix}/")


def _segments(path: str) -> list[str]:
    return (workspace_path(path) if is_workspace_path(path) else path).split("/")


def _shortest(path: str) -> str:
    """Leave out /Workspace where that means the same."""
    short = path.removeprefix(ROOT)
    same = is_workspace_path(short) and workspace_path(short) == path
    return short if same else path
