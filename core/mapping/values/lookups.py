"""What the rules of one section, or of two that share a value, make of a value."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.jobsettings.kinds import Kind, name_in, placeholder
from core.jobsettings.table_names import NamePart, join_name, read_part, split_name
from core.jobsettings.value_places import Form, FoundValue
from core.mapping.values.path_rules import PathRule, PathRules, split_dependency
from core.mapping.values.rules import ANYTHING, DEFAULT_ADDRESS, ValueRule, ValueSection

Indexed = Sequence[tuple[int, ValueRule]]
"""Rules with their positions among all rules."""

_DECIDED_BY_EACH_RUN = re.compile(r"\s*+\{\{[^{}]*\}\}\s*+")


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a value becomes, None where it is dropped.

    `won` are the positions of the rules that decided, `matched` of all that would have.
    `is_fallback` is True where the rule is for whatever value is there.
    """

    value: str | None
    won: tuple[int, ...]
    matched: tuple[int, ...]
    is_fallback: bool = False


class Lookup(Protocol):
    """The rules for the values of a form."""

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what a value becomes; None where no rule is for it."""
        ...


def fold(name: str) -> str:
    """Return the form in which names are compared whose case means nothing."""
    return name.casefold()


class PathLookup:
    """Paths: alone, in a dependency, or as the name of a dashboard that has no entry of its own."""

    def __init__(self, rules: Indexed, dashboards: Collection[str]) -> None:
        self._rules = PathRules(PathRule(index, rule.name, rule.new) for index, rule in rules)
        self._dashboards = dashboards

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what a path becomes."""
        path = path_in(found)
        is_named = found.leaf.form is Form.DASHBOARD and path in self._dashboards
        match = None if is_named else self._rules.find(path)
        if match is None:
            return None
        new = self._rules.replace(path, match)
        return Replacement(_around(found, new), (match.rule.index,), match.indexes)


def path_in(found: FoundValue) -> str:
    """Return the path in a value of `paths`; empty where it holds none."""
    if found.leaf.form is Form.DEPENDENCY:
        return split_dependency(found.value)[1]
    if found.leaf.form is Form.DASHBOARD:
        return name_in(Kind.DASHBOARD, found.value) or ""
    return found.value


def _around(found: FoundValue, path: str) -> str:
    """Return the value with another path in it."""
    if found.leaf.form is Form.DEPENDENCY:
        return split_dependency(found.value)[0] + path
    return placeholder(Kind.DASHBOARD, path) if found.leaf.form is Form.DASHBOARD else path


class ExactLookup:
    """Values that are compared as a whole: branches, URLs, node types, zones."""

    def __init__(self, rules: Indexed) -> None:
        self._rules = {rule.name: (index, rule) for index, rule in rules}

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what a value becomes."""
        if found.value not in self._rules:
            return None
        index, rule = self._rules[found.value]
        return Replacement(rule.new, (index,), (index,))


class NamedLookup:
    """Parameters and tags: by name, and sometimes by their old value."""

    def __init__(self, rules: Indexed) -> None:
        self._set: dict[str, tuple[int, ValueRule]] = {}
        self._changed: dict[tuple[str, str], tuple[int, ValueRule]] = {}
        for index, rule in rules:
            if rule.old is ANYTHING:
                self._set[rule.name] = (index, rule)
            else:
                self._changed[rule.name, rule.old] = (index, rule)

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what a value becomes; what each run decides stays unless a rule has its text."""
        name = found.name
        hit = self._changed.get((name, found.value))
        is_fallback = hit is None
        if hit is None and not is_decided_by_each_run(found.value):
            hit = self._set.get(name)
        if hit is None:
            return None
        index, rule = hit
        return Replacement(rule.new, (index,), (index,), is_fallback)


class EmailLookup:
    """Addresses; `default` is for all that have no entry and are not the target of one."""

    def __init__(self, rules: Indexed) -> None:
        self._rules: dict[str, tuple[tuple[int, ...], ValueRule]] = {}
        for index, rule in rules:
            key = fold(rule.name)
            earlier = self._rules[key][0] if key in self._rules else ()
            self._rules[key] = ((*earlier, index), rule)
        self._targets = {fold(rule.new) for _, rule in rules if rule.new is not None}
        self._default = self._rules.pop(DEFAULT_ADDRESS, None)

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what an address becomes."""
        address = fold(found.value)
        if address in self._rules:
            indexes, rule = self._rules[address]
            default = self._default[0] if self._default else ()
            stays = rule.new is not None and fold(rule.new) == address
            return Replacement(found.value if stays else rule.new, indexes[-1:], indexes + default)
        if self._default is None or not address.strip() or is_decided_by_each_run(found.value):
            return None
        indexes, rule = self._default
        new = found.value if address in self._targets else rule.new
        return Replacement(new, indexes[-1:], indexes, is_fallback=True)


@dataclass(frozen=True, slots=True)
class PartMatch:
    """The new name of a catalog or schema, and the rules for it, the deciding one last."""

    new: str
    indexes: tuple[int, ...]

    def rename(self, part: NamePart) -> NamePart:
        """Return the part with the new name; as it is where that only differs in case."""
        return part if fold(part.name) == fold(self.new) else part.renamed(self.new)


class CatalogNames:
    """The rules of `catalogs` and `schemas`: new names by old ones."""

    def __init__(self, catalogs: Indexed, schemas: Indexed) -> None:
        self._catalogs: dict[str, PartMatch] = {}
        for index, rule in catalogs:
            _put(self._catalogs, fold(read_part(rule.name).name), index, rule)
        self._schemas: dict[tuple[str, str], PartMatch] = {}
        for index, rule in schemas:
            _put(self._schemas, schema_key(rule.name), index, rule)

    def catalog(self, name: str) -> PartMatch | None:
        """Return what a catalog becomes."""
        return self._catalogs.get(fold(name))

    def schema(self, catalog: str, name: str) -> PartMatch | None:
        """Return what a schema becomes; `catalog` is empty where it is unknown."""
        general = self._schemas.get(("", fold(name)))
        special = self._schemas.get((fold(catalog), fold(name))) if catalog else None
        if special and general:
            return PartMatch(special.new, general.indexes + special.indexes)
        return special or general

    def has_entry_for(self, catalog: str, schema: str) -> bool:
        """Whether a rule is for just this schema of this catalog; both folded."""
        return (catalog, schema) in self._schemas


def _put(names: dict[Any, PartMatch], key: Any, index: int, rule: ValueRule) -> None:
    earlier = names[key].indexes if key in names else ()
    names[key] = PartMatch(read_part(rule.new).name, (*earlier, index))


def schema_key(name: str) -> tuple[str, str]:
    """Return the folded catalog, empty for all, and schema that a rule of `schemas` is for."""
    catalog, schema = ("", *(fold(part.name) for part in split_name(name)))[-2:]
    return catalog, schema


class TableLookup:
    """Names of tables and models, and the fields `catalog` and `schema`."""

    def __init__(self, names: CatalogNames) -> None:
        self._names = names

    def replace(self, found: FoundValue) -> Replacement | None:
        """Return what a name becomes."""
        catalog, schema, parts = _parts(found)
        old_catalog = catalog if isinstance(catalog, str) else _name_at(parts, catalog)
        matches: dict[int, PartMatch | None] = {}
        if isinstance(catalog, int):
            matches[catalog] = self._names.catalog(old_catalog)
        if schema is not None:
            matches[schema] = self._names.schema(old_catalog, parts[schema].name)
        return _replacement(parts, {at: match for at, match in matches.items() if match})


def _parts(found: FoundValue) -> tuple[int | str, int | None, tuple[NamePart, ...]]:
    """Return where the catalog is (or its name, elsewhere), where the schema is, and the parts."""
    match found.leaf.form:
        case Form.CATALOG:
            return 0, None, (read_part(found.value),)
        case Form.SCHEMA:
            return read_part(found.sibling("catalog")).name, 0, (read_part(found.value),)
        case Form.MODEL:
            parts = split_name(found.value)
            return (0, 1, parts) if len(parts) in {2, 3} else ("", None, ())
        case _:
            parts = split_name(found.value)
            if len(parts) == 2:
                return "", 0, parts
            return (0, 1, parts) if len(parts) == 3 else ("", None, ())


def _name_at(parts: Sequence[NamePart], index: int) -> str:
    return parts[index].name if parts else ""


def name_in_table(found: FoundValue, section: ValueSection) -> str:
    """Return the catalog or the schema in a name of a table; empty where it has none."""
    catalog, schema, parts = _parts(found)
    if section is ValueSection.SCHEMAS:
        return "" if schema is None else parts[schema].name
    return _name_at(parts, catalog) if isinstance(catalog, int) else ""


def _replacement(
    parts: tuple[NamePart, ...], matches: Mapping[int, PartMatch]
) -> Replacement | None:
    if not matches:
        return None
    new = tuple(
        matches[at].rename(part) if at in matches else part for at, part in enumerate(parts)
    )
    return Replacement(
        join_name(new),
        tuple(match.indexes[-1] for match in matches.values()),
        tuple(index for match in matches.values() for index in match.indexes),
    )


def is_decided_by_each_run(value: str) -> bool:
    """Whether the text is nothing but a dynamic value reference."""
    return bool(_DECIDED_BY_EACH_RUN.fullmatch(value))


_EXACT = {
    Form.BRANCH: ValueSection.GIT_BRANCHES,
    Form.GIT_URL: ValueSection.GIT_URLS,
    Form.NODE_TYPE: ValueSection.NODE_TYPES,
    Form.ZONE: ValueSection.ZONES,
}
FORMS: Mapping[ValueSection, tuple[Form, ...]] = {
    ValueSection.PATHS: (Form.PATH, Form.DEPENDENCY, Form.DASHBOARD),
    ValueSection.CATALOGS: (Form.TABLE, Form.MODEL, Form.CATALOG),
    ValueSection.SCHEMAS: (Form.TABLE, Form.MODEL, Form.SCHEMA),
    ValueSection.PARAMETERS: (Form.PARAMETER,),
    ValueSection.EMAILS: (Form.EMAIL,),
    ValueSection.TAGS: (Form.TAG,),
    **{section: (form,) for form, section in _EXACT.items()},
    ValueSection.FIELDS: (),
}
"""The forms of the values that the rules of a section are for."""


def make_lookups(
    rules: Iterable[ValueRule], dashboards: Collection[str] = ()
) -> dict[Form, Lookup]:
    """Compile the rules of all sections but `fields`; forms without a rule are left out.

    Args:
        dashboards: the names of those that `paths` is not for.
    """
    by_section: dict[ValueSection, list[tuple[int, ValueRule]]] = {key: [] for key in ValueSection}
    for index, rule in enumerate(rules):
        by_section[rule.section].append((index, rule))
    tables = TableLookup(
        CatalogNames(by_section[ValueSection.CATALOGS], by_section[ValueSection.SCHEMAS])
    )
    made: dict[ValueSection, Lookup] = {
        ValueSection.PATHS: PathLookup(by_section[ValueSection.PATHS], dashboards),
        ValueSection.CATALOGS: tables,
        ValueSection.SCHEMAS: tables,
        ValueSection.PARAMETERS: NamedLookup(by_section[ValueSection.PARAMETERS]),
        ValueSection.EMAILS: EmailLookup(by_section[ValueSection.EMAILS]),
        ValueSection.TAGS: NamedLookup(by_section[ValueSection.TAGS]),
        **{section: ExactLookup(by_section[section]) for section in _EXACT.values()},
    }
    return {
        form: made[section] for section in made if by_section[section] for form in FORMS[section]
    }
