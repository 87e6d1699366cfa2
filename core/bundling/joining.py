"""The two forms of a job, that of DEV and that of PROD, as one with variables where they differ."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.bundling.escaping import escape
from core.bundling.keys import make_slug
from core.bundling.variables import UNUSED, Given, Lookup, Side, VariableBook
from core.jobsettings.places import Place, key_of, written
from core.json_text import JsonDict, equal_json
from core.mapping.mapped_value import MappedValue
from core.mapping.values.rules import VALUE_MAPPINGS, ValueSection

_NAME_PREFIXES: Mapping[str, str] = {
    ValueSection.PATHS: "path",
    ValueSection.CATALOGS: "catalog",
    ValueSection.SCHEMAS: "schema",
    ValueSection.PARAMETERS: "parameter",
    ValueSection.EMAILS: "email",
    ValueSection.GIT_BRANCHES: "branch",
    ValueSection.GIT_URLS: "repository",
    ValueSection.NODE_TYPES: "node_type",
    ValueSection.ZONES: "zone",
    ValueSection.TAGS: "tag",
}
_NAMES_OF_PARTS = (ValueSection.CATALOGS.place, ValueSection.SCHEMAS.place)
_LOOKS_LIKE_A_NAME = re.compile(r"[\w.@/-]{1,40}")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference that the bundle resolves itself, as it is written there."""

    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A job with variables. `dev_only` and `prod_only` are fields that one target alone has."""

    settings: JsonDict
    dev_only: JsonDict = field(default_factory=dict)
    prod_only: JsonDict = field(default_factory=dict)


class Joiner:
    """Joins the forms of one job."""

    def __init__(self, book: VariableBook, mapped: tuple[MappedValue, ...] = ()) -> None:
        """Take the variables of the bundle, and what the value mappings did to this job."""
        self._book = book
        self._mapped: dict[str, list[MappedValue]] = {}
        for value in mapped:
            self._mapped.setdefault(value.path, []).append(value)

    def join(self, dev: JsonDict, prod: JsonDict) -> Joined:
        """Return both forms as one. They may hold a Lookup or a Link in place of a value."""
        settings: JsonDict = {}
        one_sided: tuple[JsonDict, JsonDict] = ({}, {})
        for key in (*dev, *(key for key in prod if key not in dev)):
            if key in dev and key in prod and not _are_apart(dev[key], prod[key]):
                settings[key] = self._join(dev[key], prod[key], (None, key, None))
                continue
            for number, form in enumerate((dev, prod)):
                if key in form:
                    one_sided[number][key] = self._finish(form[key], number)
        return Joined(settings, *one_sided)

    def _join(self, dev: Any, prod: Any, place: Place) -> Any:
        """Return the value with variables; the sides are not apart."""
        if equal_json(dev, prod):
            return self._finish(dev)
        if isinstance(dev, dict):
            if dev.keys() != prod.keys() or any(_are_apart(dev[key], prod[key]) for key in dev):
                return self._whole(dev, prod, place)
            return {key: self._join(dev[key], prod[key], (place, key, None)) for key in dev}
        if isinstance(dev, list):
            if len(dev) != len(prod) or any(map(_are_apart, dev, prod)):
                return self._whole(dev, prod, place)
            return [
                self._join(one, other, (place, index, one))
                for index, (one, other) in enumerate(zip(dev, prod, strict=True))
            ]
        return self._leaf(dev, prod, place)

    def _whole(self, dev: Any, prod: Any, place: Place) -> str:
        """Return the reference to a variable that holds an object or a list as a whole."""
        sides = Given(self._finish(dev, 0)), Given(self._finish(prod, 1))
        words = [_slug_of(value) for value in _texts(dev)][:1]
        hint = "_".join([_name_at(place), *words])
        return self._book.reference(hint, *sides, is_complex=True)

    def _leaf(self, dev: Any, prod: Any, place: Place) -> str:
        """Return a text with references to variables for what differs in it."""
        entries = self._mapped.get(written(place), [])
        if entries and isinstance(dev, str) and isinstance(prod, str):
            if all(entry.section in _NAMES_OF_PARTS for entry in entries):
                return self._parts(dev, prod, entries, place)
            rest = _rest_of(dev, prod, entries[0])
            if rest is not None:
                old, new = dev[: len(dev) - len(rest)], prod[: len(prod) - len(rest)]
                return self._by_entry(old, new, entries[0], place) + escape(rest)
        if len(entries) == 1:
            return self._by_entry(dev, prod, entries[0], place)
        return self._variable(dev, prod, "_".join([_name_at(place), _slug_of(dev)]), "")

    def _parts(self, dev: str, prod: str, entries: list[MappedValue], place: Place) -> str:
        """Return the name of a table, or one like it, in which the parts that differ are variables.

        The parts may be split anywhere: whatever they are, together they are the whole.
        """
        old, new = dev.split("."), prod.split(".")
        by_part = {entry.name.rpartition(".")[2].casefold(): entry for entry in entries}
        if len(old) != len(new):
            return self._variable(dev, prod, "_".join([_name_at(place), _slug_of(dev)]), "")
        return ".".join(
            escape(one)
            if one == other
            else self._by_entry(one, other, by_part.get(one.casefold(), entries[0]), place)
            for one, other in zip(old, new, strict=True)
        )

    def _by_entry(self, old: Any, new: Any, entry: MappedValue, place: Place) -> str:
        words = f"{entry.section} of the mapping file: {entry.name}"
        return self._variable(old, new, _name_of(entry, place), words)

    def _variable(self, dev: Any, prod: Any, hint: str, description: str) -> str:
        for value in (dev, prod):
            if isinstance(value, Lookup):
                hint, description = _name_of_object(value), _words_of_object(value)
                break
        return self._book.reference(hint, _side(dev), _side(prod), description)

    def _finish(self, value: Any, only: int | None = None) -> Any:
        """Return what both targets have as YAML has it.

        Args:
            only: the number of the target that alone has it: the other one looks nothing up.
        """
        match value:
            case dict():
                return {key: self._finish(inner, only) for key, inner in value.items()}
            case list():
                return [self._finish(item, only) for item in value]
            case str():
                return escape(value)
            case Link():
                return value.text
            case Lookup():
                sides: list[Side] = [value, value]
                if only is not None:
                    sides[1 - only] = UNUSED
                name, words = _name_of_object(value), _words_of_object(value)
                return self._book.reference(name, sides[0], sides[1], words)
            case _:
                return value


def _are_apart(dev: Any, prod: Any) -> bool:
    """Whether no variable can hold both sides, so that what is around them has to be one.

    A variable without a value is an error, and one that is not complex holds neither object nor
    list. Source: databricks/cli bundle/config/variable/variable.go.
    """
    if equal_json(dev, prod) or (isinstance(dev, dict) and isinstance(prod, dict)):
        return False
    if isinstance(dev, list) and isinstance(prod, list):
        return False
    return any(value is None or isinstance(value, dict | list) for value in (dev, prod))


def _side(value: Any) -> Side:
    if isinstance(value, Lookup):
        return value
    if isinstance(value, Link):
        return Given(value.text)
    return Given(escape(value) if isinstance(value, str) else value)


def _rest_of(dev: str, prod: str, entry: MappedValue) -> str | None:
    """Return what follows the part of a path that is an entry; None unless both sides have it."""
    if entry.section != ValueSection.PATHS.place or not dev.startswith(entry.name):
        return None
    rest = dev[len(entry.name) :]
    if not rest or not prod.endswith(rest) or rest.startswith("{"):
        return None
    return rest if len(prod) > len(rest) else None


def _name_at(place: Place) -> str:
    """Return the name of the innermost field around a place, lists being named by theirs."""
    around: Place | None = place
    while around is not None and not isinstance(around[1], str):
        around = around[0]
    return key_of(around) if around else ""


def _name_of(entry: MappedValue, place: Place) -> str:
    section = entry.section.removeprefix(f"{VALUE_MAPPINGS}.")
    if section not in _NAME_PREFIXES:
        return _name_at(place)
    return make_slug(entry.name, _NAME_PREFIXES[section])


def _name_of_object(value: Lookup) -> str:
    return make_slug(value.name, make_slug(value.noun.removeprefix("SQL ")))


def _words_of_object(value: Lookup) -> str:
    if value.is_possible:
        return ""
    named = f" “{value.name}”" if value.name else ""
    return f"The id of the {value.noun}{named}, which a bundle cannot look up."


def _slug_of(value: Any) -> str:
    is_name = isinstance(value, str) and _LOOKS_LIKE_A_NAME.fullmatch(value)
    return make_slug(value) if is_name else ""


def _texts(value: Any) -> list[str]:
    """Return the first text in a value, or nothing."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for inner in inside if (found := _texts(inner))), [])
