"""Values that travel as they stand."""

from core.verbatim import Verbatim, find_verbatim


def found(settings) -> list[tuple[str, object, str]]:
    return [(item.path, item.value, item.what) for item in find_verbatim(settings)]


def test_a_value_at_a_catalogued_place_is_told_with_its_kind():
    settings = {"tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/x", "y": 1}}]}
    assert find_verbatim(settings) == (
        Verbatim("tasks[a].notebook_task.notebook_path", "/x", "path"),
    )


def test_everything_below_a_catalogued_place_counts():
    settings = {"tasks": [{"task_key": "a", "libraries": [{"pypi": {"package": "p"}}, "q"]}]}
    assert found(settings) == [
        ("tasks[a].libraries[0].pypi.package", "p", "library"),
        ("tasks[a].libraries[1]", "q", "library"),
    ]


def test_tasks_inside_for_each_and_clusters_are_looked_into():
    cluster = {"node_type_id": "m5", "num_workers": 2}
    inner = {"task_key": "i", "new_cluster": cluster}
    settings = {
        "tasks": [{"task_key": "o", "for_each_task": {"task": inner}}],
        "job_clusters": [{"job_cluster_key": "c", "new_cluster": cluster}],
    }
    assert found(settings) == [
        ("tasks[o].for_each_task.task.new_cluster.node_type_id", "m5", "node type"),
        ("job_clusters[c].new_cluster.node_type_id", "m5", "node type"),
    ]


def test_a_null_and_other_places_are_not_told():
    assert found({"name": "x", "brand_new": {"a": [1]}, "parent_path": None, "tasks": [1]}) == []
