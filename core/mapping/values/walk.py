"""One walk over the settings of one job: replaces values, notes what decided and what changed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from core.jobsettings.places import KEYED_LISTS, Place, element_key, key_of, written
from core.jobsettings.tree import PathTree
from core.jobsettings.value_places import Form, FoundValue, ValuePlace
from core.json_text import JsonDict, equal_json
from core.mapping.mapped_value import MISSING, MappedValue
from core.mapping.values.field_rules import (
    FieldDecision,
    JobFields,
    Levels,
    element_below,
    keys_below,
)
from core.mapping.values.lookups import Lookup, Replacement
from core.mapping.values.rules import ValueRule

_NO_TREE: PathTree[ValuePlace] = PathTree()


class ValueWalk:
    """One walk over the settings of one job; `mapped`, `won` and `matched` grow with it."""

    def __init__(
        self,
        rules: Sequence[ValueRule],
        lookups: dict[Form, Lookup],
        fields: JobFields,
        has_git: bool,
    ) -> None:
        self._rules = rules
        self._lookups = lookups
        self._fields = fields
        self._has_git = has_git
        self.mapped: list[MappedValue] = []
        self.won: set[int] = set()
        self.matched: set[int] = set()

    def walk_object(
        self, node: JsonDict, tree: PathTree[ValuePlace], levels: Levels, place: Place | None
    ) -> JsonDict:
        """Return the object with its new values; itself where nothing changed."""
        result: JsonDict | None = None
        for key, branch, inner in _keys(node, tree, levels):
            old = node.get(key, MISSING)
            new = self._value(node, old, branch, inner, (place, key, None))
            if new is not old:
                result = dict(node) if result is None else result
                result[key] = new
                if new is MISSING:
                    del result[key]
        return node if result is None else result

    def _walk_list(
        self, node: list[Any], tree: PathTree[ValuePlace], levels: Levels, place: Place | None
    ) -> list[Any]:
        branch = tree.children.get("[]", _NO_TREE)
        if branch is _NO_TREE and not levels:
            return node
        already = len(self.mapped)
        walked = [
            self._value(
                node, item, branch, _element(levels, place, item, index), (place, index, item)
            )
            for index, item in enumerate(node)
        ]
        if not any(map(_differs, node, walked)):
            return node
        is_of_values = branch.leaves or _holds_address(branch)
        result = _merged(node, walked) if is_of_values else _without_missing(walked)
        if len(result) < len(node) or _is_shuffled(place, node):
            self.mapped[already:] = _of_list(self.mapped[already:], place, node, result)
        return result

    def _value(
        self,
        holder: Any,
        old: Any,
        tree: PathTree[ValuePlace],
        levels: Levels,
        place: Place,
    ) -> Any:
        """Return what is at a place afterwards; MISSING for nothing."""
        replacement = self._replacement(holder, old, tree, place)
        if replacement:
            self.matched.update(replacement.matched)
        is_element = isinstance(holder, list)
        decision = self._fields.decide(levels, old, is_element=is_element) if levels else None
        if decision:
            self.matched.update(decision.matched)
            names_the_old = replacement is not None and not replacement.is_fallback
            if not (decision.is_kept and names_the_old):
                return self._decided(decision, old, place)
        if replacement:
            target = MISSING if replacement.value is None else replacement.value
            stays = not isinstance(old, str) and target == json.dumps(old)
            return self._noted(old, old if stays else target, replacement.won, place)
        if isinstance(old, dict):
            new = self.walk_object(old, tree, levels, place)
            return MISSING if _holds_address(tree) and _is_emptied(old, new) else new
        return self._walk_list(old, tree, levels, place) if isinstance(old, list) else old

    def _replacement(
        self, holder: Any, old: Any, tree: PathTree[ValuePlace], place: Place
    ) -> Replacement | None:
        text = _text_of(old, tree.leaves[0].form) if tree.leaves else None
        if text is None:
            return None
        found = FoundValue(place, text, tree.leaves[0], holder)
        if found.is_in_git(has_git=self._has_git):
            return None
        return self._lookups[found.leaf.form].replace(found)

    def _decided(self, decision: FieldDecision, old: Any, place: Place) -> Any:
        stays = old is decision.value or (
            MISSING not in (old, decision.value) and equal_json(old, decision.value)
        )
        return self._noted(old, old if stays else decision.value, (decision.winner,), place)

    def _noted(self, old: Any, new: Any, winners: Iterable[int], place: Place) -> Any:
        """Note what decided and what changed. Returns the value, the old one if it is the same."""
        self.won.update(winners)
        if new is old or (new == old and type(new) is type(old)):
            return old
        path = written(place)
        for index in winners:
            rule = self._rules[index]
            self.mapped.append(
                MappedValue(path, old, new, rule.section.place, rule.name, rule.line)
            )
        return new


def _text_of(value: Any, form: Form) -> str | None:
    """Return the text that a rule may be for; people also write parameters without quotes."""
    if isinstance(value, str):
        return value
    is_bare = form in {Form.PARAMETER, Form.TAG} and isinstance(value, int | float)
    return json.dumps(value) if is_bare else None


def _keys(
    node: JsonDict, tree: PathTree[ValuePlace], levels: Levels
) -> Iterator[tuple[str, PathTree[ValuePlace], Levels]]:
    """Yield the keys that lead to a place or a field, each once."""
    fields = dict(keys_below(levels, node)) if levels else {}
    for key, branch in tree.branches(node):
        yield key, branch, fields.pop(key, ())
    for key, inner in fields.items():
        yield key, _NO_TREE, inner


def _element(levels: Levels, place: Place | None, item: Any, index: int) -> Levels:
    return element_below(levels, element_key(key_of(place), item, index)) if levels else ()


def _without_missing(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not MISSING]


def _holds_address(branch: PathTree[ValuePlace]) -> bool:
    return any(
        leaf.form is Form.EMAIL for child in branch.children.values() for leaf in child.leaves
    )


def _is_emptied(old: JsonDict, new: JsonDict) -> bool:
    """Whether what was dropped from an object was all that it held."""
    return new is not old and not any(new.values()) and any(old.values())


def _merged(before: list[Any], after: list[Any]) -> list[Any]:
    """Leave out what was dropped, and what others have become equal to."""
    kept: list[Any] = []
    origins: dict[str, str] = {}
    for old, new in zip(before, after, strict=True):
        if new is MISSING:
            continue
        origin = json.dumps(old, sort_keys=True)
        key = origin if new is old else json.dumps(new, sort_keys=True)
        if origins.setdefault(key, origin) == origin:
            kept.append(new)
    return kept


def _differs(before: Any, after: Any) -> bool:
    return before is not after


def _is_shuffled(place: Place | None, node: list[Any]) -> bool:
    """Whether the API gives the texts of a list in another order each time: no index is theirs."""
    name = key_of(place)
    return (name in KEYED_LISTS and KEYED_LISTS[name].is_shuffled) and all(
        isinstance(item, str) for item in node
    )


def _of_list(
    mapped: list[MappedValue], place: Place | None, before: list[Any], after: list[Any]
) -> list[MappedValue]:
    """Return one change of the whole list for each entry that changed an element of it."""
    path = written(place) if place else ""
    whole = [replace(value, path=path, source=before, target=after) for value in mapped]
    entries = {(value.section, value.name, value.line): value for value in whole}
    return list(entries.values())
