"""The catalogue of the paths that hold ids of workspace objects, and the walk over them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.jobsettings.kinds import JsonType, Kind, Level, ReferencePath
from core.jobsettings.places import Place, written
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings, JsonDict


@dataclass(frozen=True, slots=True)
class CataloguedPath:
    """One row of the catalogue: a path, and the kind of object whose id it holds."""

    kind: Kind
    path: ReferencePath

    @property
    def pattern(self) -> str:
        """Return where the path leads, as the tree reads it."""
        return self.path.pattern


def paths_at(level: Level) -> tuple[CataloguedPath, ...]:
    """Return the paths that start at the job, at a task or at a cluster, of all kinds."""
    return tuple(
        CataloguedPath(kind, path) for kind in Kind for path in kind.paths if path.level == level
    )


_CATALOGUE: PathTree[CataloguedPath] = settings_tree(
    paths_at("job"), paths_at("task"), paths_at("cluster")
)


def kind_at(steps: Iterable[tuple[str, bool]]) -> Kind | None:
    """Return the kind of object whose id is at a written path; None for any other place.

    Args:
        steps: those of the path, as `steps_of` splits it; any name stands for an element.
    """
    level = _level_at(steps)
    return level.leaves[0].kind if level and level.leaves else None


def leads_to_references(steps: Iterable[tuple[str, bool]]) -> bool:
    """Whether the place at a written path may hold references further down."""
    level = _level_at(steps)
    return bool(level and level.children)


def _level_at(steps: Iterable[tuple[str, bool]]) -> PathTree[CataloguedPath] | None:
    level: PathTree[CataloguedPath] | None = _CATALOGUE
    for name, is_element in steps:
        level = level.child("[]" if is_element else name) if level else None
    return level


@dataclass(frozen=True, slots=True)
class Reference:
    """One value found at a catalogued path. `owner` is the sibling's value, None without one."""

    kind: Kind
    place: Place
    value: Any
    json_type: JsonType
    owner: Any = None

    @property
    def path(self) -> str:
        """Return its path, for people."""
        return written(self.place)


Replace = Callable[[Reference], Any]
"""Gives a reference its new value, or DROPPED to leave out the element of a list around it."""

DROPPED = object()


def find_references(settings: JobSettings) -> list[Reference]:
    """Return every value at a catalogued path."""
    found: list[Reference] = []

    def note(reference: Reference) -> Any:
        found.append(reference)
        return reference.value

    replace_references(settings, note)
    return found


def replace_references(settings: JobSettings, replace: Replace) -> JobSettings:
    """Return a copy of the settings in which `replace` has given each reference its new value.

    Elements of a list that only become equal by that are one.
    Branches without a catalogued path are shared with the original, not copied.
    """
    result: JobSettings = _walk(settings, _CATALOGUE, None, replace)
    return result


def _walk(node: Any, tree: PathTree[CataloguedPath], place: Place | None, replace: Replace) -> Any:
    if isinstance(node, dict):
        return _walk_object(node, tree, place, replace)
    if isinstance(node, list) and "[]" in tree.children:
        branch = tree.children["[]"]
        walked = [
            _walk(item, branch, (place, index, item), replace) for index, item in enumerate(node)
        ]
        return _merged(node, walked) if any(map(_has_leaves, branch.children.values())) else walked
    return node


def _has_leaves(branch: PathTree[CataloguedPath]) -> bool:
    return bool(branch.leaves)


def _merged(before: list[Any], after: list[Any]) -> list[Any]:
    """Leave out dropped elements, and those that another one has become equal to."""
    kept: list[tuple[Any, Any]] = []
    for old, new in zip(before, after, strict=True):
        if new is DROPPED:
            continue
        if not any(new == known and old != origin for origin, known in kept):
            kept.append((old, new))
    return [new for _, new in kept]


def _walk_object(
    node: JsonDict, tree: PathTree[CataloguedPath], place: Place | None, replace: Replace
) -> Any:
    result = dict(node)
    for key, branch in tree.branches(node):
        value = node[key]
        if branch.leaves and value is not None:
            found = branch.leaves[0]
            owner = node.get(found.path.owner) if found.path.owner else None
            reference = Reference(
                found.kind, (place, key, None), value, found.path.json_type, owner
            )
            result[key] = replace(reference)
            if result[key] is DROPPED:
                return DROPPED
        elif isinstance(value, (dict, list)):
            result[key] = _walk(value, branch, (place, key, None), replace)
    return result
