"""The catalogue of places whose values rules can map."""

from core.jobsettings.kinds import Kind
from core.jobsettings.value_places import (
    CLUSTER_PLACES,
    JOB_PLACES,
    TASK_PLACES,
    Form,
    find_values,
    places_tree,
)

LEVELS = {"job": JOB_PLACES, "task": TASK_PLACES, "cluster": CLUSTER_PLACES}


def test_each_place_is_listed_once():
    for places in LEVELS.values():
        patterns = [place.pattern for place in places]
        assert len(patterns) == len(set(patterns))
    top = [place.pattern for place in (*TASK_PLACES, *JOB_PLACES) if place.form is not Form.EMAIL]
    assert len(top) == len(set(top))


def test_no_value_but_a_dashboards_path_is_mapped_both_by_a_rule_and_by_name():
    by_rule = {(level, place.pattern) for level, places in LEVELS.items() for place in places}
    by_name = {(path.level, path.pattern) for kind in Kind for path in kind.paths}
    assert by_rule & by_name == {("task", path.pattern) for path in Kind.DASHBOARD.paths}


def test_every_form_has_a_place():
    assert {place.form for places in LEVELS.values() for place in places} == set(Form)


def test_the_texts_of_a_form_are_found_with_their_names_and_without_those_in_git():
    settings = {
        "git_source": {"git_branch": "main"},
        "parameters": [{"name": "p", "default": "v"}, {"name": 5, "default": "w"}, "odd"],
        "tasks": [{"task_key": "t", "notebook_task": {"notebook_path": "in/git"}}],
        "libraries": [{"whl": "/x"}, {"whl": ["/y"]}],
    }
    tree = places_tree({Form.PARAMETER, Form.PATH})
    found = [(value.name, value.value) for value in find_values(settings, tree)]
    assert found == [("p", "v"), ("", "w"), ("whl", "/x")]
