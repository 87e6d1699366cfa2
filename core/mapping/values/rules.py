"""The rules of `value_mappings`: what a value of the source environment becomes here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

VALUE_MAPPINGS = "value_mappings"
DEFAULT_ADDRESS = "default"
"""The name of the rule for every address that has none of its own."""


class ValueSection(StrEnum):
    """The sections of `value_mappings`, in the order in which the page lists them."""

    PATHS = "paths"
    CATALOGS = "catalogs"
    SCHEMAS = "schemas"
    PARAMETERS = "parameters"
    EMAILS = "emails"
    GIT_BRANCHES = "git_branches"
    GIT_URLS = "git_urls"
    NODE_TYPES = "node_types"
    ZONES = "zones"
    TAGS = "tags"
    FIELDS = "fields"

    @property
    def place(self) -> str:
        """Return where the mapping file has the section."""
        return f"{VALUE_MAPPINGS}.{self}"


class Anything:
    """Stands for every value, where a rule does not say which one it replaces."""

    def __repr__(self) -> str:
        return "ANYTHING"


ANYTHING = Anything()


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One rule. `name` is its key in the section: a prefix, a name, an address, a field.

    `old` is the value that is replaced, ANYTHING for whatever is there; `new` what it becomes,
    None drops it. `jobs` is the pattern of job names that it is for, empty for all. `line` is its
    line in the mapping file, from 1.
    """

    section: ValueSection
    name: str
    new: Any
    old: Any = ANYTHING
    jobs: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ValueRules:
    """All rules of a mapping file, in its order.

    `dashboards` are the names of those that have an entry of their own among the names.
    """

    rules: Sequence[ValueRule] = ()
    dashboards: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rules)


def place_of(rule: ValueRule) -> str:
    """Return where the mapping file has a rule, for people."""
    return f"{rule.section.place}.{rule.name}"
