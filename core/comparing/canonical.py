"""The comparable form of settings: what the server adds or reorders by itself is left out.

The rules are data in `core.comparing.rules`, and for lists in `core.jobsettings.places`; here they
are applied.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from core.comparing.rules import (
    CLUSTER_RULES,
    EMPTY_LIST,
    JOB_RULES,
    NULL,
    SPELLED_OUT,
    TASK_RULES,
    Parents,
    Rule,
)
from core.jobsettings.places import (
    KEYED_LISTS,
    Place,
    element_key,
    key_fields,
    key_of,
    list_name,
    written,
)
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings

_NESTED = (dict, list)

_ALL = settings_tree(JOB_RULES, TASK_RULES, CLUSTER_RULES)
_UNSENDABLE = settings_tree(
    [rule for rule in JOB_RULES if not rule.sendable],
    [rule for rule in TASK_RULES if not rule.sendable],
    # A named field shields itself from `*`, so all cluster rules build the tree.
    CLUSTER_RULES,
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One field that a rule left out of the comparison."""

    place: Place
    value: Any
    rule: Rule

    @property
    def path(self) -> str:
        """Return its path, for people."""
        return written(self.place)


@dataclass(frozen=True, slots=True)
class Canonical:
    """Settings in comparable form, and what was left out of it."""

    settings: JobSettings
    hidden: tuple[Hidden, ...]


def canonicalize(settings: JobSettings) -> Canonical:
    """Return the comparable form: two jobs are equal if and only if these forms are equal."""
    hidden: list[Hidden] = []
    result = _clean(settings, _ALL, (), None, hidden)
    return Canonical(result, tuple(hidden))


def drop_unsendable(settings: JobSettings) -> JobSettings:
    """Return the settings without what create and reset refuse or must not receive."""
    result: JobSettings = _strip(settings, _UNSENDABLE, ())
    return result


def sort_shuffled(settings: JobSettings) -> JobSettings:
    """Sort the lists that the API shuffles, so that Git diffs stay small."""
    result: JobSettings = _steady(settings, "")
    return result


def _steady(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        return {
            key: _steady(value, key) if isinstance(value, _NESTED) else value
            for key, value in node.items()
        }
    if isinstance(node, list):
        items = [_steady(item, "") for item in node]
        rule = KEYED_LISTS.get(name)
        return _by_key(items, name) if rule and rule.is_shuffled and len(items) > 1 else items
    return node


def spell_out(settings: JobSettings, side: Literal["live", "file"]) -> JobSettings:
    """Spell out every field whose absence means different things in a live job and in a file."""
    said = {
        rule.field: rule.live if side == "live" else rule.file
        for rule in SPELLED_OUT
        if settings.get(rule.field) is None  # null is an absent field
    }
    return {**settings, **said}


def _clean(
    node: Any,
    tree: PathTree[Rule] | None,
    parents: Parents,
    place: Place | None,
    hidden: list[Hidden],
) -> Any:
    if isinstance(node, list):
        branch = tree.child("[]") if tree else None
        cleaned = [
            _clean(item, branch, parents, (place, index, item), hidden)
            for index, item in enumerate(node)
        ]
        return _in_order(cleaned, key_of(place))
    if not isinstance(node, dict):
        return node
    inner = (*parents, node)
    children = tree.children if tree else {}
    others = children.get("*")
    result = {}
    for key, value in node.items():
        branch = children.get(key, others)
        cleaned = value
        if isinstance(value, _NESTED):
            cleaned = _clean(value, branch, inner, (place, key, None), hidden)
        elif branch is None and value is not None:  # most fields, so they take the short way
            result[key] = value
            continue
        rule = _hiding(cleaned, branch, inner)
        if rule:
            hidden.append(Hidden((place, key, None), value, rule))
        else:
            result[key] = cleaned
    return result


def _in_order(items: list[Any], name: str) -> list[Any]:
    """Sort lists whose order means nothing or is not kept by the API; leave the others alone."""
    if len(items) < 2:
        return items
    rule = KEYED_LISTS.get(name)
    if rule and rule.holds_texts and all(isinstance(item, str) for item in items):
        return sorted(items)
    return _by_key(items, name)


def _by_key(items: list[Any], name: str) -> list[Any]:
    """Sort a list whose elements all have a key; leave any other one alone."""
    if not has_keys(items, name):
        return items
    fields = key_fields(name)
    keys = [tuple(str(item.get(field)) for field in fields) for item in items]
    if len(set(keys)) == len(keys):
        return [item for _, item in sorted(zip(keys, items, strict=True), key=lambda pair: pair[0])]
    return sorted(items, key=lambda item: json.dumps(_sort_key(item, name), sort_keys=True))


def has_keys(items: list[Any], name: str) -> bool:
    """Whether every element carries the field that identifies it in the list of this name."""
    fields = key_fields(name)
    return fields != () and all(
        isinstance(item, dict) and isinstance(item.get(fields[0]), str) for item in items
    )


def _sort_key(item: dict[str, Any], name: str) -> list[Any]:
    """The key fields, then everything else: elements with the same key have a fixed order, too."""
    return [*(item.get(field) for field in key_fields(name)), item]


def has_unique_keys(items: list[Any], path: str) -> bool:
    """Whether every element has a key of its own, so that elements can be matched by it."""
    if not has_keys(items, list_name(path)):
        return False
    keys = {element_key(path, item, index) for index, item in enumerate(items)}
    return len(keys) == len(items)


def _hiding(value: Any, tree: PathTree[Rule] | None, parents: Parents) -> Rule | None:
    if value is None:
        return NULL
    if isinstance(value, list) and not value:
        return EMPTY_LIST
    for rule in tree.leaves if tree else ():
        if rule.hides(value, parents):
            return rule
    return None


def _strip(node: Any, tree: PathTree[Rule], parents: Parents) -> Any:
    if isinstance(node, list):
        branch = tree.child("[]")
        return [_strip(item, branch, parents) for item in node] if branch else node
    if not isinstance(node, dict):
        return node
    inner = (*parents, node)
    result = dict(node)
    for key, branch in tree.branches(node):
        value = node[key]
        if any(not rule.sendable and rule.hides(value, inner) for rule in branch.leaves):
            del result[key]
        elif isinstance(value, _NESTED):
            result[key] = _strip(value, branch, inner)
    return result
