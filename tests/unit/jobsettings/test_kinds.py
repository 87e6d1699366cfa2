"""The codec of references by name."""

import pytest

from core.jobsettings.kinds import Kind, name_in, placeholder


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
