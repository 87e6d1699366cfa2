"""Rules of `catalogs` and `schemas` that make what others of them replace."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from core.jobsettings.table_names import read_part
from core.mapping.values.lookups import CatalogNames, Indexed, fold, schema_key

_Sources = Mapping[str, list[tuple[int, str]]]
"""What becomes a name: the position of the rule, and the old name."""


def schema_links(names: CatalogNames, schemas: Indexed) -> dict[int, int]:
    """Link each rule of `schemas` to the one that is for its own result."""
    links = {}
    for index, rule in schemas:
        catalog, _ = schema_key(rule.name)
        new = read_part(rule.new).name
        match = names.schema(_mapped(names, catalog), new)
        if match and match.indexes[-1] != index and fold(match.new) != fold(new):
            links[index] = match.indexes[-1]
    return links


def schema_chains(names: CatalogNames, catalogs: Indexed, schemas: Indexed) -> dict[int, int]:
    """Find rules for one catalog that are for the results of rules for another one, or for all."""
    from_catalogs = _sources(catalogs)
    from_schemas = _sources([(i, rule) for i, rule in schemas if not schema_key(rule.name)[0]])
    chains = {}
    for index, rule in schemas:
        catalog, schema = schema_key(rule.name)
        if catalog and fold(read_part(rule.new).name) != schema:
            for earlier in _before(names, catalog, schema, from_catalogs, from_schemas):
                chains[earlier] = index
                break
    return chains


def _sources(rules: Indexed) -> _Sources:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, rule in rules:
        found[fold(read_part(rule.new).name)].append((index, fold(read_part(rule.name).name)))
    return found


def _before(
    names: CatalogNames, catalog: str, schema: str, catalogs: _Sources, schemas: _Sources
) -> Iterator[int]:
    """Yield the rules that make this schema of this catalog of others.

    A rule for the other catalog and schema is left out: it is linked to the one for its result.
    """
    same = [] if names.catalog(catalog) else [(-1, catalog)]
    for from_catalog, old_catalog in (*same, *catalogs.get(catalog, ())):
        for from_schema, old_schema in ((-1, schema), *schemas.get(schema, ())):
            if (old_catalog, old_schema) == (catalog, schema):
                continue
            if names.has_entry_for(old_catalog, old_schema):
                continue
            if _mapped(names, old_catalog) != catalog:
                continue
            match = names.schema("", old_schema)
            if (fold(match.new) if match else old_schema) == schema:
                yield max(from_catalog, from_schema)


def _mapped(names: CatalogNames, catalog: str) -> str:
    match = names.catalog(catalog)
    return fold(match.new) if match else catalog
