"""What the entries for names and identities did to a definition."""

import pytest

from core.jobsettings.kinds import Kind, placeholder
from core.jobsettings.principals import Principal
from core.mapping.mapped_names import trace_identity
from core.mapping.mapped_value import MISSING
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.name_book import NameBook
from core.mapping.names import map_names
from core.ports import NamedResource

BOOK = NameBook(
    "42",
    {
        Kind.CLUSTER: [NamedResource("c-1", "prod"), NamedResource("c-2", "same")],
        Kind.NOTIFICATION_DESTINATION: [NamedResource("n-1", "here")],
    },
)
FILE = """{
  compute_name_mappings: {cluster_name_mappings: {
    dev: "prod",
    same: "same",
    byid: {id: "c-1"},
    lost: "nowhere",
  }},
  resource_name_mappings: {notification_destinations: {there: "here", gone: null}},
  run_as_mappings: {
    "ana": {user_name: "bob"},
    default: {user_name: "ana"},
  },
}"""


def mappings() -> Mappings:
    return parse_mappings(FILE.encode(), "/m.json")


def mapped_clusters(*names: str):
    tasks = [
        {"task_key": name, "existing_cluster_id": placeholder(Kind.CLUSTER, name)} for name in names
    ]
    return map_names({"tasks": tasks}, mappings(), BOOK, ()).mapped


@pytest.mark.parametrize(("name", "line"), [("dev", 3), ("byid", 5)])
def test_a_name_that_an_entry_maps_is_noted_with_its_line(name, line):
    (value,) = mapped_clusters(name)
    assert value.path == f"tasks[{name}].existing_cluster_id"
    assert (value.source, value.target) == (f"__CLUSTER__{name}__", "__CLUSTER__prod__")
    assert value.section == "compute_name_mappings.cluster_name_mappings"
    assert (value.name, value.line) == (name, line)


@pytest.mark.parametrize("name", ["same", "prod", "unknown"])
def test_a_name_without_an_entry_or_that_stays_is_not_mapped(name):
    assert mapped_clusters(name) == ()


def test_a_name_that_maps_to_nothing_here_is_noted_all_the_same():
    (value,) = mapped_clusters("lost")
    assert value.target == "__CLUSTER__nowhere__"


def test_an_element_that_an_entry_drops_has_nothing_here():
    kind = Kind.NOTIFICATION_DESTINATION
    targets = [{"id": placeholder(kind, name)} for name in ("there", "gone")]
    named = map_names({"webhook_notifications": {"on_failure": targets}}, mappings(), BOOK, ())
    assert [value.target for value in named.mapped] == [placeholder(kind, "here"), MISSING]


def test_whoever_an_entry_names_is_noted():
    ana, bob, eve = (Principal("user_name", name) for name in ("ana", "bob", "eve"))
    (exact,) = trace_identity(ana, bob, mappings())
    assert (exact.path, exact.name, exact.line) == ("run_as", "ana", 10)
    assert (exact.source, exact.target) == ({"user_name": "ana"}, {"user_name": "bob"})
    (default,) = trace_identity(eve, ana, mappings())
    assert (default.name, default.line) == ("default", 11)
    (nobody,) = trace_identity(None, ana, mappings())
    assert nobody.source is MISSING
    assert trace_identity(eve, eve, mappings()) == ()
    assert trace_identity(eve, bob, Mappings()) == ()
