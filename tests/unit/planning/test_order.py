"""In which order jobs that refer to each other are written."""

from graphlib import TopologicalSorter

import pytest

from core.planning.order import cut_circles, find_circles


@pytest.mark.parametrize(
    ("graph", "circles"),
    [
        ({}, ""),
        ({"a": ""}, ""),
        ({"a": "b", "b": ""}, ""),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, ""),
        ({"a": "a"}, "a"),
        ({"a": "b", "b": "a"}, "ab"),
        ({"a": "b", "b": "c", "c": "a", "d": "a", "e": ""}, "abc"),
        ({"a": "b", "b": "ac", "c": ""}, "ab"),
        ({"a": "b", "b": "ac", "c": "d", "d": "e", "e": "d"}, "abcde"),
        ({"a": "z"}, ""),
        ({"a": "az"}, "a"),
    ],
)
def test_the_jobs_on_circles_and_between_them_are_found(graph, circles):
    needs = {name: set(needed) for name, needed in graph.items()}
    assert find_circles(needs) == set(circles)


def test_the_graph_itself_is_not_changed():
    graph = {"a": {"b"}, "b": {"a"}, "c": {"a", "z"}}
    cut_circles(graph, find_circles(graph))
    assert graph == {"a": {"b"}, "b": {"a"}, "c": {"a", "z"}}


def test_only_the_edges_among_jobs_in_circles_go():
    graph = {"a": {"b", "c"}, "b": {"a"}, "c": set(), "d": {"a", "z"}}
    rest = cut_circles(graph, {"a", "b"})
    assert rest == {"a": {"c"}, "b": set(), "c": set(), "d": {"a"}}
    order = list(TopologicalSorter(rest).static_order())
    assert order.index("c") < order.index("a") < order.index("d")
