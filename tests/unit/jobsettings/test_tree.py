"""The lookup over patterns of paths."""

from dataclasses import dataclass

from core.jobsettings.tree import PathTree, settings_tree


@dataclass(frozen=True)
class Mark:
    pattern: str


def at(tree: PathTree[Mark], *steps: str) -> list[Mark]:
    node: PathTree[Mark] | None = tree
    for step in steps:
        node = node.child(step) if node else None
    return node.leaves if node else []


def test_a_leaf_is_found_at_its_pattern_only():
    tree = settings_tree([Mark("trigger.jobs[].id")])
    assert at(tree, "trigger", "jobs", "[]", "id") == [Mark("trigger.jobs[].id")]
    assert at(tree, "trigger", "jobs", "id") == []
    assert at(tree, "trigger") == []


def test_a_star_stands_for_every_key_that_is_not_named():
    tree = settings_tree([Mark("x.*"), Mark("x.named")])
    assert at(tree, "x", "other") == [Mark("x.*")]
    assert at(tree, "x", "named") == [Mark("x.named")]


def test_two_leaves_may_share_a_pattern():
    tree = settings_tree([Mark("a"), Mark("a")])
    assert at(tree, "a") == [Mark("a"), Mark("a")]


def test_a_task_is_found_inside_for_each_at_any_depth():
    tree = settings_tree([], [Mark("run_if")])
    nested = ("for_each_task", "task")
    assert at(tree, "tasks", "[]", "run_if") == [Mark("run_if")]
    assert at(tree, "tasks", "[]", *nested, "run_if") == [Mark("run_if")]
    assert at(tree, "tasks", "[]", *nested, *nested, "run_if") == [Mark("run_if")]
    assert at(tree, "run_if") == []


def test_a_cluster_is_found_in_tasks_in_job_clusters_and_in_jobs_of_one_task():
    tree = settings_tree([], [], [Mark("node_type_id")])
    where = ("new_cluster", "node_type_id")
    assert at(tree, "tasks", "[]", *where) == [Mark("node_type_id")]
    assert at(tree, "tasks", "[]", "for_each_task", "task", *where) == [Mark("node_type_id")]
    assert at(tree, "job_clusters", "[]", *where) == [Mark("node_type_id")]
    assert at(tree, *where) == [Mark("node_type_id")]


def test_the_keys_that_lead_further_keep_the_order_of_the_object():
    tree = settings_tree([Mark("b"), Mark("a"), Mark("x.named"), Mark("x.*")])
    assert [key for key, _ in tree.branches({"a": 1, "c": 2, "b": 3})] == ["a", "b"]
    inside = dict(tree.children["x"].branches({"named": 1, "other": 2}))
    assert [below.leaves for below in inside.values()] == [[Mark("x.named")], [Mark("x.*")]]
