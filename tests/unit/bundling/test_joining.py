"""Two forms of a job are joined, and each target has its own again."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bundling.documents import make_documents
from core.bundling.joining import Joiner, Link
from core.bundling.variables import Lookup, VariableBook
from core.mapping.mapped_value import MappedValue
from tests.bundle_reading import Bundle, Created, Found, Missing

pytestmark = pytest.mark.slow

TEXTS = st.text(alphabet=st.sampled_from("ab.${}/_ \n-0"), max_size=6)
NAMES = st.sampled_from(["n", "m", "a b", "${var.x}", "dev"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(0, 3)
    | TEXTS
    | st.builds(Lookup, st.sampled_from(["cluster", ""]), NAMES, st.just("cluster"))
    | st.just(Link("${resources.jobs.load.id}"))
)
KEYS = st.sampled_from(["a", "b", "tasks", "${c}", "on"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FORMS = st.dictionaries(KEYS, VALUES, max_size=4)


def resolved(value: Any) -> Any:
    """What the reader gives for a form; a variable without a value has any name."""
    match value:
        case dict():
            return {key: resolved(inner) for key, inner in value.items()}
        case list():
            return [resolved(item) for item in value]
        case Link():
            return Created("load")
        case Lookup():
            return Found(value.word, value.name) if value.is_possible else Missing("")
        case _:
            return value


def unnamed(value: Any) -> Any:
    match value:
        case dict():
            return {key: unnamed(inner) for key, inner in value.items()}
        case list():
            return [unnamed(item) for item in value]
        case Missing():
            return Missing("")
        case _:
            return value


def read(dev: dict[str, Any], prod: dict[str, Any], *mapped: MappedValue) -> list[Any]:
    book = VariableBook()
    joined = Joiner(book, mapped).join(dev, prod)
    files = make_documents({"load": (joined, None)}, book, "jobs", {}, "")
    return [unnamed(Bundle(files, target).jobs["load"]) for target in ("dev", "prod")]


@settings(max_examples=100)
@given(FORMS, FORMS)
def test_each_target_has_its_own_form(dev: dict[str, Any], prod: dict[str, Any]) -> None:
    assert read(dev, prod) == [resolved(dev), resolved(prod)]


@settings(max_examples=100)
@given(FORMS, st.data())
def test_forms_that_differ_a_little(dev: dict[str, Any], data: st.DataObject) -> None:
    prod = {
        key: data.draw(VALUES) if data.draw(st.integers(0, 3)) == 0 else value
        for key, value in dev.items()
    }
    assert read(dev, prod) == [resolved(dev), resolved(prod)]


SECTIONS = st.sampled_from(["paths", "catalogs", "schemas", "parameters", "fields", "odd"])


@given(
    TEXTS,
    TEXTS,
    st.lists(st.tuples(SECTIONS, TEXTS), max_size=2),
)
def test_whatever_entry_is_named(dev: str, prod: str, entries: list[tuple[str, str]]) -> None:
    mapped = [
        MappedValue("a", dev, prod, f"value_mappings.{section}", name) for section, name in entries
    ]
    assert read({"a": dev}, {"a": prod}, *mapped) == [{"a": dev}, {"a": prod}]
