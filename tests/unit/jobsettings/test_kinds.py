"""The kinds of references: complete rows, and the codec of references by name."""

from collections import Counter
from typing import get_args

import pytest

from core.jobsettings.kinds import Kind, Level, name_in, placeholder


@pytest.mark.parametrize("name", ["etl", "_", "__", "a__b__", "__CLUSTER__x__", 'a"b', "ü", ""])
@pytest.mark.parametrize("kind", Kind)
def test_every_name_survives(kind, name):
    assert name_in(kind, placeholder(kind, name)) == name


@pytest.mark.parametrize(
    "value",
    [
        "__CLUSTER__",
        "__CLUSTER___",
        "__CLUSTER__x",
        "__CLUSTER__x_",
        "_CLUSTER__x__",
        "__cluster__x__",
        "__WAREHOUSE__x__",
        " __CLUSTER__x__",
        "x",
        "",
        None,
        7,
        ["__CLUSTER__x__"],
    ],
)
def test_anything_else_is_no_placeholder(value):
    assert name_in(Kind.CLUSTER, value) is None


def test_a_kind_has_a_word_for_people():
    assert Kind.WAREHOUSE.noun == "SQL warehouse"
    assert Kind.CLUSTER.noun == "cluster"
    assert all("_" not in kind.noun for kind in Kind)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_noun_and_places(kind):
    assert kind.noun == kind.noun.strip() != ""
    assert kind.paths
    assert {path.level for path in kind.paths} <= set(get_args(Level))


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_mapped_by_a_section_or_known_without_asking(kind):
    assert (kind.section is not None) == kind.is_listed


def test_no_two_kinds_share_a_word_a_noun_a_section_or_a_place():
    assert len({kind.noun for kind in Kind}) == len({str(kind) for kind in Kind}) == len(Kind)
    sections = Counter(kind.section for kind in Kind if kind.section)
    places = Counter((path.level, path.pattern) for kind in Kind for path in kind.paths)
    assert set((sections | places).values()) == {1}


def test_no_word_can_be_read_as_another_one():
    assert not [
        (kind, other)
        for kind in Kind
        for other in Kind
        if kind is not other and f"__{kind}__".startswith(f"__{other}__")
    ]


# Definitions and mapping files in people's repositories hold these. A new kind is no row here.
COMPUTE, RESOURCES = "compute_name_mappings", "resource_name_mappings"


@pytest.mark.parametrize(
    ("word", "section"),
    [
        ("CLUSTER", (COMPUTE, "cluster_name_mappings")),
        ("WAREHOUSE", (COMPUTE, "warehouse_name_mappings")),
        ("JOB", None),
        ("WORKSPACE", None),
        ("PIPELINE", (RESOURCES, "pipelines")),
        ("CLUSTER_POLICY", (RESOURCES, "cluster_policies")),
        ("INSTANCE_POOL", (RESOURCES, "instance_pools")),
        ("NOTIFICATION_DESTINATION", (RESOURCES, "notification_destinations")),
        ("QUERY", (RESOURCES, "queries")),
        ("ALERT", (RESOURCES, "alerts")),
        ("LEGACY_ALERT", (RESOURCES, "legacy_alerts")),
        ("DASHBOARD", (RESOURCES, "dashboards")),
        ("LEGACY_DASHBOARD", (RESOURCES, "legacy_dashboards")),
    ],
)
def test_what_existing_repositories_hold_keeps_its_meaning(word, section):
    assert Kind(word).section == section
