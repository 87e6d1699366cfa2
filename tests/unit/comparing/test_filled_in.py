"""What a workspace does to a job by itself is no difference; what people do is."""

from collections.abc import Callable
from typing import Any

import pytest

from core.comparing.filled_in import Comparison, Habits, compare, read_answer
from core.comparing.rules import FILLED_IN_CLUSTER, FILLED_IN_JOB, FILLED_IN_TASK
from core.json_text import JobSettings
from tests.builders import job, notebook_task


def on_cluster(*, tasks: dict[str, Any] | None = None, **cluster: Any) -> JobSettings:
    shared = {"job_cluster_key": "c", "new_cluster": {"num_workers": 1, **cluster}}
    return job("a", job_clusters=[shared], **(tasks or {}))


def paths(found: Comparison) -> list[str]:
    return [change.path for change in found.changes]


def hidden(found: Comparison) -> dict[str, str]:
    return {one.path: one.reason for one in found.hidden}


CLUSTER = "job_clusters[c].new_cluster"
NEVER_WRITTEN = Habits()

FILLED_IN: list[dict[str, Any]] = [
    {"aws_attributes": {"zone_id": "us-east-1c", "availability": "SPOT"}},
    {"azure_attributes": {"first_on_demand": 1}},
    {"gcp_attributes": {"zone_id": "auto"}},
    {"data_security_mode": "SINGLE_USER"},
    {"single_user_name": "ana"},
    {"enable_elastic_disk": True},
    {"enable_local_disk_encryption": True},
    {"node_type_id": "i3.xlarge"},
    {"driver_node_type_id": "i3.xlarge"},
    {"custom_tags": {"cost-center": "7", "Team [x]": "y"}},
    {"cluster_log_conf": {"dbfs": {"destination": "dbfs:/logs"}}},
]


@pytest.mark.parametrize("value", FILLED_IN, ids=str)
def test_what_a_workspace_may_fill_in_is_no_change_of_a_job_never_written(
    value: dict[str, Any],
) -> None:
    found = compare(on_cluster(**value), on_cluster(), NEVER_WRITTEN)
    assert paths(found) == []
    assert set(hidden(found).values()) == {"filled in by this workspace"}


@pytest.mark.parametrize("value", FILLED_IN, ids=str)
def test_a_value_in_the_definition_is_compared_as_always(value: dict[str, Any]) -> None:
    (field,) = value
    other = {field: {"zone_id": "other"} if isinstance(value[field], dict) else "other"}
    assert paths(compare(on_cluster(**value), on_cluster(**other), NEVER_WRITTEN)) != []
    assert paths(compare(on_cluster(), on_cluster(**value), NEVER_WRITTEN)) != []


def in_task(cluster: dict[str, Any]) -> JobSettings:
    return job("a", tasks=[notebook_task("t", new_cluster=cluster)])


def in_loop(cluster: dict[str, Any]) -> JobSettings:
    loop = {"inputs": "[]", "task": notebook_task("n", new_cluster=cluster)}
    return job("a", tasks=[{"task_key": "t", "for_each_task": loop}])


def in_single_task_job(cluster: dict[str, Any]) -> JobSettings:
    return {"name": "a", "new_cluster": cluster, "notebook_task": {"notebook_path": "/n"}}


@pytest.mark.parametrize("place", [in_task, in_loop, in_single_task_job])
def test_the_rules_hold_in_every_place_of_a_cluster(
    place: Callable[[dict[str, Any]], JobSettings],
) -> None:
    bare = {"num_workers": 1}
    full = place({**bare, "data_security_mode": "SINGLE_USER"})
    assert paths(compare(full, place(bare), NEVER_WRITTEN)) == []


JOB_AND_TASK: list[tuple[JobSettings, JobSettings]] = [
    (job("a", performance_target="PERFORMANCE_OPTIMIZED"), job("a")),
    *(
        (
            job("a", tasks=[{"task_key": "t", **task}]),
            job("a", tasks=[{"task_key": "t", **bare}]),
        )
        for task, bare in (
            ({"notebook_task": {"source": "GIT"}}, {"notebook_task": {}}),
            ({"spark_python_task": {"source": "GIT"}}, {"spark_python_task": {}}),
            ({"dbt_task": {"source": "GIT"}}, {"dbt_task": {}}),
            ({"sql_task": {"file": {"source": "GIT"}}}, {"sql_task": {"file": {}}}),
        )
    ),
]


@pytest.mark.parametrize(("live", "silent"), JOB_AND_TASK, ids=str)
def test_what_is_filled_in_outside_of_clusters_is_no_change(
    live: JobSettings, silent: JobSettings
) -> None:
    assert paths(compare(live, silent, NEVER_WRITTEN)) == []


def test_a_performance_target_that_somebody_chose_is_a_change() -> None:
    chosen = job("a", performance_target="STANDARD")
    assert paths(compare(chosen, job("a"), NEVER_WRITTEN)) == ["performance_target"]


def test_every_rule_has_a_case() -> None:
    of_their_own = {"runtime_engine", "spark_version", "driver_instance_pool_id"}
    assert {rule.pattern for rule in FILLED_IN_CLUSTER} == of_their_own | {
        field for value in FILLED_IN for field in value
    }
    assert len(JOB_AND_TASK) == len(FILLED_IN_JOB) + len(FILLED_IN_TASK)


def test_the_pool_of_the_driver_is_filled_in() -> None:
    pools = {"instance_pool_id": "a", "driver_instance_pool_id": "b"}
    found = compare(on_cluster(**pools), on_cluster(instance_pool_id="a"), NEVER_WRITTEN)
    assert paths(found) == []


def test_a_policy_says_what_spark_version_is_filled_in() -> None:
    version = {"spark_version": "15.4.x", "runtime_engine": "PHOTON"}
    ruled = compare(on_cluster(policy_id="p", **version), on_cluster(policy_id="p"), NEVER_WRITTEN)
    assert paths(ruled) == []
    assert len(paths(compare(on_cluster(**version), on_cluster(), NEVER_WRITTEN))) == 2


def test_a_whole_cluster_is_never_filled_in() -> None:
    cluster = {"policy_id": "p", "spark_version": "15.4.x", "node_type_id": "x"}
    own = job("a", tasks=[notebook_task("main", new_cluster=cluster)])
    assert paths(compare(own, job("a"), NEVER_WRITTEN)) == ["tasks[main].new_cluster"]


def test_other_values_that_only_the_workspace_has_are_changes() -> None:
    found = compare(
        on_cluster(data_security_mode="USER", spark_conf={"a": "1"}, num_workers=1),
        on_cluster(),
        NEVER_WRITTEN,
    )
    assert paths(found) == [f"{CLUSTER}.spark_conf"]


def test_without_rules_only_what_was_seen_counts() -> None:
    live = on_cluster(data_security_mode="SINGLE_USER")
    assert paths(compare(live, on_cluster(), Habits(has_rules=False))) != []


def test_what_the_api_never_returns_is_no_change_and_is_shown() -> None:
    trigger = {"table_update": {"table_names": ["a.b.c"], "condition": "ALL_UPDATED"}}
    silent = {"table_update": {"table_names": ["a.b.c"]}}
    for field, live, wanted in (
        ("trigger", silent, trigger),
        ("triggers", [silent], [trigger]),
    ):
        found = compare(job("a", **{field: live}), job("a", **{field: wanted}), NEVER_WRITTEN)
        assert paths(found) == []
        assert "never returned" in "".join(hidden(found).values())
    flag = compare(on_cluster(), on_cluster(apply_policy_default_values=True), NEVER_WRITTEN)
    assert paths(flag) == []


def test_a_list_without_keys_is_one_value_unless_all_of_it_is_explained() -> None:
    wanted = {"table_update": {"table_names": ["a.b.d"], "condition": "ALL_UPDATED"}}
    live = {"table_update": {"table_names": ["a.b.c"]}}
    found = compare(job("a", triggers=[live]), job("a", triggers=[wanted]), NEVER_WRITTEN)
    assert paths(found) == ["triggers"]


WRITTEN = on_cluster(spark_conf={"a": "1"}, apply_policy_default_values=True, first="60")
MADE = on_cluster(
    spark_conf={"a": "1", "b": "2"},
    first=60,
    aws_attributes={"zone_id": "us-east-1c"},
    pool={"nested": {"deep": True}},
)


def test_what_was_made_of_a_job_that_was_written_is_remembered() -> None:
    answer = read_answer(MADE, WRITTEN)
    assert answer.others == ()
    assert answer.unkept == (f"{CLUSTER}.apply_policy_default_values",)
    found = compare(MADE, WRITTEN, Habits(answer.prints))
    assert paths(found) == []
    assert hidden(found) == {
        f"{CLUSTER}.apply_policy_default_values": "not returned by this workspace, so it cannot be "
        "compared or exported",
        f"{CLUSTER}.aws_attributes.zone_id": "filled in by this workspace",
        f"{CLUSTER}.first": "spelled this way by this workspace",
        f"{CLUSTER}.pool.nested.deep": "filled in by this workspace",
        f"{CLUSTER}.spark_conf.b": "filled in by this workspace",
    }


@pytest.mark.parametrize(
    ("live", "wanted", "path"),
    [
        ({"aws_attributes": {"zone_id": "b"}}, {}, "aws_attributes"),
        ({"aws_attributes": {"zone_id": "a", "more": 1}}, {}, "aws_attributes.more"),
        ({}, {"aws_attributes": {"zone_id": "b"}}, "aws_attributes.zone_id"),
        ({"data_security_mode": "USER"}, {}, "data_security_mode"),
    ],
)
def test_what_somebody_changes_later_is_a_change(
    live: dict[str, Any], wanted: dict[str, Any], path: str
) -> None:
    filled = {"aws_attributes": {"zone_id": "a"}}
    habits = Habits(read_answer(on_cluster(**filled), on_cluster()).prints)
    assert paths(compare(on_cluster(**filled), on_cluster(), habits)) == []
    found = compare(on_cluster(**{**filled, **live}), on_cluster(**wanted), habits)
    assert paths(found) == [f"{CLUSTER}.{path}"]


def test_a_value_taken_out_of_the_definition_is_a_change_of_a_job_that_was_written() -> None:
    zone = {"aws_attributes": {"zone_id": "a"}}
    habits = Habits(read_answer(on_cluster(**zone), on_cluster(**zone)).prints)
    found = compare(on_cluster(**zone), on_cluster(), habits)
    assert paths(found) == [f"{CLUSTER}.aws_attributes"]


def test_a_value_that_is_not_returned_is_a_change_when_the_definition_changes_it() -> None:
    habits = Habits(read_answer(on_cluster(), on_cluster(flag="a")).prints)
    assert paths(compare(on_cluster(), on_cluster(flag="a"), habits)) == []
    assert paths(compare(on_cluster(), on_cluster(flag="b"), habits)) == [f"{CLUSTER}.flag"]


BY_PEOPLE: list[tuple[JobSettings, JobSettings]] = [
    (job("a", schedule={"quartz_cron_expression": "0"}), job("a")),
    (job("a", tasks=[notebook_task("main"), notebook_task("more")]), job("a")),
    (job("a", tasks=[]), job("a")),
    (job("a", parameters=[{"name": "p", "default": "1"}]), job("a", parameters=[])),
    (job("a", max_concurrent_runs=3), job("a", max_concurrent_runs=4)),
    (job("a"), job("a", tags={"x": ["list"]})),
    (
        job("a", tasks=[notebook_task("main", libraries=[])]),
        job("a", tasks=[notebook_task("main", libraries=[{"whl": "x"}])]),
    ),
]


@pytest.mark.parametrize(("live", "written"), BY_PEOPLE, ids=range(len(BY_PEOPLE)))
def test_what_no_workspace_does_by_itself_is_not_remembered(
    live: JobSettings, written: JobSettings
) -> None:
    answer = read_answer(live, written)
    if "parameters" not in live:
        assert answer.others
        assert answer.prints == frozenset()
    assert paths(compare(live, written, Habits(answer.prints))) or "parameters" in live


def test_what_the_policy_fixes_here_is_left_to_it() -> None:
    fixed = {
        "spark_conf.spark.x": "1",
        "autotermination_minutes": 20,
        "init_scripts.0.workspace.destination": "/s",
    }
    habits = Habits(frozenset(), fixed_by=lambda policy: fixed if policy == "p" else {})
    live = on_cluster(
        policy_id="p",
        spark_conf={"spark.x": "1"},
        autotermination_minutes=20,
        init_scripts=[{"workspace": {"destination": "/s"}}],
    )
    found = compare(live, on_cluster(policy_id="p"), habits)
    assert paths(found) == []
    assert set(hidden(found).values()) == {"fixed by the cluster policy"}
    other = on_cluster(policy_id="p", autotermination_minutes=30)
    assert paths(compare(live, other, habits)) == [f"{CLUSTER}.autotermination_minutes"]
    assert len(paths(compare(live | {}, on_cluster(), Habits(frozenset())))) == 4
