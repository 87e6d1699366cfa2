"""The variables of a bundle: what has one value in DEV and another one in PROD."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.bundling.escaping import escape
from core.bundling.keys import find_free, make_slug
from core.json_text import JsonDict

DEV, PROD = "dev", "prod"


@dataclass(frozen=True, slots=True)
class Lookup:
    """An object that is found by its name when the bundle is deployed.

    `word` is that of the bundle's lookup, empty for kinds that it cannot look up: their id has to
    be given by hand. `noun` is for people.
    """

    word: str
    name: str
    noun: str

    @property
    def is_possible(self) -> bool:
        """Whether the name alone is enough. Lookups take no references, and no way to write `${`.

        Source: databricks/cli bundle/config/variable/lookup.go, `validate`.
        """
        return bool(self.word and self.name) and "${" not in self.name


@dataclass(frozen=True, slots=True)
class Given:
    """A value as YAML has it: literals escaped, references resolved."""

    value: Any


class Unused:
    """In place of a value that nothing in this target needs."""


Side = Lookup | Given | Unused
UNUSED = Unused()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with its side in each target. `description` is for people."""

    name: str
    sides: tuple[Side, Side]
    is_complex: bool
    description: str = ""

    @property
    def is_required(self) -> bool:
        """Whether a target lacks its value."""
        return any(isinstance(side, Lookup) and not side.is_possible for side in self.sides)


@dataclass(slots=True)
class VariableBook:
    """The variables gathered so far; those that are equal and of the same name are one."""

    _by_value: dict[str, Variable] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def reference(
        self, hint: str, dev: Side, prod: Side, description: str = "", *, is_complex: bool = False
    ) -> str:
        """Return the reference to the variable with these sides.

        Args:
            hint: what its name should remind of.
        """
        # Values that are equal by chance are not one: only one of them may change some day.
        key = json.dumps([hint, _as_key(dev), _as_key(prod), is_complex], sort_keys=True)
        if key not in self._by_value:
            digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:6]
            name = find_free(make_slug(hint), digest, self._names)
            self._names.add(name)
            self._by_value[key] = Variable(name, (dev, prod), is_complex, description)
        return f"${{var.{self._by_value[key].name}}}"

    def list_variables(self) -> tuple[Variable, ...]:
        """Return the variables by their names."""
        return tuple(sorted(self._by_value.values(), key=lambda one: one.name))

    def as_documents(self) -> tuple[JsonDict, Mapping[str, JsonDict]]:
        """Return the definitions of the variables, and what each target overrides."""
        defined: JsonDict = {}
        overridden: dict[str, JsonDict] = {DEV: {}, PROD: {}}
        for variable in self.list_variables():
            dev, prod = variable.sides
            definition: JsonDict = {}
            if variable.description:
                definition["description"] = escape(variable.description)
            if variable.is_complex:
                definition["type"] = "complex"
            # A default of the definition would be used in PROD as well.
            if _is_lacking(prod):
                overridden[DEV].update(_override(variable, dev))
            else:
                definition.update(_value(dev))
                if dev != prod:
                    overridden[PROD].update(_override(variable, prod))
            defined[variable.name] = definition
        return defined, {target: values for target, values in overridden.items() if values}


def _override(variable: Variable, side: Side) -> JsonDict:
    value = _value(side)
    if not value:
        return {}
    typed = {"type": "complex"} if variable.is_complex else {}
    return {variable.name: {**typed, **value}}


def _is_lacking(side: Side) -> bool:
    return isinstance(side, Lookup) and not side.is_possible


def _value(side: Side) -> JsonDict:
    if isinstance(side, Given):
        return {"default": side.value}
    if isinstance(side, Lookup):
        return {"lookup": {side.word: side.name}} if side.is_possible else {}
    return {"default": ""}


def _as_key(side: Side) -> Any:
    match side:
        case Given():
            return ["given", side.value]
        case Lookup():
            return ["lookup", side.word, side.noun, side.name]
        case _:
            return ["unused"]
