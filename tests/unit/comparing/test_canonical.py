"""The comparable form of settings: each rule hides what it should, and nothing else."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.comparing.canonical import (
    CLUSTER_RULES,
    EMPTY_LIST,
    JOB_RULES,
    NULL,
    TASK_RULES,
    canonicalize,
    drop_unsendable,
)
from core.comparing.diff import diff_settings

NEVER = object()
"""Marks a field that is hidden whatever it holds."""


@dataclass(frozen=True)
class Case:
    """A field with a value that its rule hides, and one that it shows, beside other fields."""

    pattern: str
    hidden: Any
    shown: Any
    around: dict[str, Any] = field(default_factory=dict)
    around_shown: dict[str, Any] | None = None


POOL = {"instance_pool_id": "pool-1"}

JOB_CASES = [
    Case("deployment", {"kind": "BUNDLE"}, NEVER),
    Case("edit_mode", "EDITABLE", NEVER),
    Case("git_source.git_snapshot", {"used_commit": "abc"}, NEVER),
    Case("format", "MULTI_TASK", NEVER),
    Case("email_notifications", {}, {"on_start": ["a@x"]}),
    Case("email_notifications", {"on_start": [], "on_failure": None}, {"on_failure": ["a@x"]}),
    Case("webhook_notifications", {}, {"on_start": [{"id": "1"}]}),
    Case("email_notifications.no_alert_for_skipped_runs", False, True),
    Case("notification_settings", {}, {"no_alert_for_skipped_runs": False}),
    Case("timeout_seconds", 0, 60),
    Case("timeout_seconds", 0.0, False),
    Case("max_concurrent_runs", 1, 2),
    Case("max_concurrent_runs", 1, 0),
    Case("schedule.pause_status", "UNPAUSED", "PAUSED"),
    Case("trigger.pause_status", "UNPAUSED", "PAUSED"),
    Case("continuous.pause_status", "UNPAUSED", "PAUSED"),
    Case("triggers[].pause_status", "UNPAUSED", "PAUSED"),
    Case("tags", {}, {"team": ""}),
]
TASK_CASES = [
    Case("disabled", False, True),
    Case("pipeline_task.full_refresh", False, True),
    Case("email_notifications.no_alert_for_skipped_runs", False, True),
    Case("email_notifications", {}, {"on_success": ["a@x"]}),
    Case("webhook_notifications", {}, {"on_failure": [{"id": "1"}]}),
    Case("notification_settings", {}, {"alert_on_last_attempt": True}),
    Case("run_if", "ALL_SUCCESS", "ALL_DONE"),
    Case("timeout_seconds", 0, 1),
    Case("retry_on_timeout", False, True),
    Case("notebook_task.source", "WORKSPACE", "GIT"),
    Case("spark_python_task.source", "WORKSPACE", "GIT"),
    Case("dbt_task.source", "WORKSPACE", "GIT"),
    Case("sql_task.file.source", "WORKSPACE", "GIT"),
    Case("spark_jar_task.run_as_repl", True, False),
    Case("notebook_task.base_parameters", {}, {"a": ""}),
    Case("run_job_task.job_parameters", {}, {"a": "1"}),
    Case("python_wheel_task.named_parameters", {}, {"a": "1"}),
    Case("sql_task.parameters", {}, {"a": "1"}),
]
CLUSTER_CASES = [
    Case("node_type_id", "m5", "m5", POOL, {}),
    Case("driver_node_type_id", "m5", "m5", POOL, {}),
    Case("enable_elastic_disk", True, True, POOL, {}),
    Case("aws_attributes.zone_id", "eu-1a", "eu-1a", POOL, {}),
    Case("azure_attributes.availability", "SPOT", "SPOT", POOL, {}),
    Case("gcp_attributes.zone_id", "HA", "HA", POOL, {}),
    Case("aws_attributes.instance_profile_arn", "", "arn:1", POOL),
    Case("aws_attributes.instance_profile_arn", "", "arn:1"),
    Case("gcp_attributes.google_service_account", "", "sa@x", POOL),
    Case("gcp_attributes.google_service_account", "", "sa@x"),
    Case("driver_instance_pool_id", "pool-2", "pool-2", {}, POOL),
    Case("driver_instance_pool_id", "pool-1", "pool-2", POOL),
    Case("driver_node_type_id", "m5", "r5", {"node_type_id": "m5"}),
    Case("enable_elastic_disk", False, True),
    Case("enable_local_disk_encryption", False, True),
    Case("aws_attributes", {}, {"zone_id": "a"}),
    Case("azure_attributes", {}, {"availability": "SPOT"}),
    Case("gcp_attributes", {}, {"zone_id": "a"}),
    Case("spark_conf", {}, {"a": ""}),
    Case("spark_env_vars", {}, {"A": ""}),
    Case("custom_tags", {}, {"a": ""}),
]


def in_job(fields):
    return {"name": "load", **fields}


def in_task(fields):
    return {"tasks": [{"task_key": "main", **fields}]}


def in_for_each(fields):
    return in_task({"for_each_task": {"inputs": "[1]", "task": {"task_key": "inner", **fields}}})


def in_job_cluster(fields):
    return {"job_clusters": [{"job_cluster_key": "main", "new_cluster": fields}]}


def in_task_cluster(fields):
    return in_task({"new_cluster": fields})


def in_for_each_cluster(fields):
    return in_for_each({"new_cluster": fields})


WHERE = [
    *((in_job, case) for case in JOB_CASES),
    *((place, case) for place in (in_task, in_for_each) for case in TASK_CASES),
    *(
        (place, case)
        for place in (in_job_cluster, in_task_cluster, in_for_each_cluster)
        for case in CLUSTER_CASES
    ),
]
every_place = pytest.mark.parametrize(
    ("place", "case"), WHERE, ids=[f"{place.__name__}-{case.pattern}" for place, case in WHERE]
)


def at(pattern: str, value: Any) -> dict[str, Any]:
    """Put a value at a pattern."""
    for step in reversed(pattern.split(".")):
        value = {step.removesuffix("[]"): [value] if step.endswith("[]") else value}
    return value


@every_place
def test_a_value_that_says_nothing_is_no_change(place, case):
    absent = place({**case.around, **at(case.pattern, None)})
    filled = place({**case.around, **at(case.pattern, case.hidden)})
    assert diff_settings(absent, filled) == ()
    assert diff_settings(filled, absent) == ()


@every_place
def test_any_other_value_is_a_change(place, case):
    around = case.around if case.around_shown is None else case.around_shown
    absent = place({**around, **at(case.pattern, None)})
    filled = place({**around, **at(case.pattern, case.shown)})
    if case.shown is NEVER:
        assert diff_settings(absent, filled) == ()
    else:
        (change,) = diff_settings(absent, filled)
        assert case.pattern.split(".")[0].removesuffix("[]") in change.path


@pytest.mark.parametrize(
    ("rules", "place", "cases"),
    [
        (JOB_RULES, in_job, JOB_CASES),
        (TASK_RULES, in_task, TASK_CASES),
        (CLUSTER_RULES, in_job_cluster, CLUSTER_CASES),
    ],
)
def test_every_rule_has_a_case_and_shows_what_it_hid(rules, place, cases):
    seen = {
        hidden.rule
        for case in cases
        for hidden in canonicalize(place({**case.around, **at(case.pattern, case.hidden)})).hidden
    }
    assert set(rules) - seen == set()


def test_a_hidden_field_is_named_with_its_reason():
    (hidden,) = canonicalize(in_task({"run_if": "ALL_SUCCESS"})).hidden
    assert hidden.path == "tasks[main].run_if"
    assert hidden.rule.reason == "the server fills in the default"
    assert hidden.rule.source


@pytest.mark.parametrize("field_name", ["notebook_task", "spark_python_task", "dbt_task"])
def test_a_job_with_a_git_source_reads_from_git_by_default(field_name):
    git = {"git_source": {"git_url": "https://git.example/x"}}
    absent = {**git, **in_task({field_name: {}})}
    from_git = {**git, **in_task({field_name: {"source": "GIT"}})}
    from_workspace = {**git, **in_task({field_name: {"source": "WORKSPACE"}})}
    assert diff_settings(absent, from_git) == ()
    assert len(diff_settings(absent, from_workspace)) == 1


def test_a_git_source_of_which_nothing_is_left_still_counts():
    settings = {
        "git_source": {"git_snapshot": {"used_commit": "abc"}},
        **in_task({"notebook_task": {"source": "WORKSPACE"}}),
    }
    once = canonicalize(settings).settings
    assert canonicalize(once).settings == once


@pytest.mark.parametrize("value", [None, []])
def test_null_and_an_empty_list_are_an_absent_field_everywhere(value):
    result = canonicalize({"brand_new": {"deep": value}, "libraries": value})
    assert result.settings == {"brand_new": {}}
    assert {hidden.rule for hidden in result.hidden} <= {NULL, EMPTY_LIST}


@pytest.mark.parametrize("value", [0, False, "", {}, [None], [[]]])
def test_an_unknown_field_keeps_every_other_value(value):
    assert canonicalize({"brand_new": value}).settings == {"brand_new": value}


@pytest.mark.parametrize("place", [in_job_cluster, in_task_cluster, in_for_each_cluster])
def test_a_cluster_without_workers_is_kept(place):
    settings = place({"num_workers": 0})
    assert canonicalize(settings).settings == settings
    assert drop_unsendable(settings) == settings
    assert len(diff_settings(place({}), settings)) == 1


def test_a_second_pass_changes_nothing():
    for place, case in WHERE:
        once = canonicalize(place({**case.around, **at(case.pattern, case.hidden)})).settings
        assert canonicalize(once).settings == once


def test_the_settings_themselves_are_never_changed():
    settings = in_for_each_cluster({**POOL, "node_type_id": "m5", "aws_attributes": {"a": None}})
    before = deepcopy(settings)
    canonicalize(settings)
    drop_unsendable(settings)
    assert settings == before


@pytest.mark.parametrize("place", [in_job_cluster, in_task_cluster, in_for_each_cluster])
def test_what_the_pool_decides_is_not_sent(place):
    cluster = {
        **POOL,
        "driver_instance_pool_id": "pool-2",
        "node_type_id": "m5",
        "driver_node_type_id": "m5",
        "enable_elastic_disk": True,
        "num_workers": 0,
        "aws_attributes": {"zone_id": "a", "instance_profile_arn": "arn:1"},
        "azure_attributes": {"availability": "SPOT"},
        "gcp_attributes": {"zone_id": "a", "google_service_account": "sa@x"},
    }
    assert drop_unsendable(place(cluster)) == place(
        {
            **POOL,
            "driver_instance_pool_id": "pool-2",
            "num_workers": 0,
            "aws_attributes": {"instance_profile_arn": "arn:1"},
            "azure_attributes": {},
            "gcp_attributes": {"google_service_account": "sa@x"},
        }
    )


@pytest.mark.parametrize("place", [in_job_cluster, in_task_cluster, in_for_each_cluster])
def test_a_cluster_without_a_pool_is_sent_as_it_is_but_for_the_drivers_pool(place):
    cluster = {"node_type_id": "m5", "enable_elastic_disk": True, "aws_attributes": {"a": "b"}}
    assert drop_unsendable(place(cluster)) == place(cluster)
    assert drop_unsendable(place({**cluster, "driver_instance_pool_id": "p"})) == place(cluster)


def test_what_belongs_to_the_source_workspace_is_not_sent():
    settings = {
        "name": "load",
        "deployment": {"kind": "BUNDLE"},
        "edit_mode": "UI_LOCKED",
        "git_source": {"git_url": "u", "git_snapshot": {"used_commit": "abc"}},
    }
    assert drop_unsendable(settings) == {"name": "load", "git_source": {"git_url": "u"}}


def test_everything_else_is_sent():
    settings = {
        "name": "load",
        "format": "MULTI_TASK",
        "timeout_seconds": 0,
        "tags": {},
        "brand_new": [{"x": None}, "y"],
        "tasks": ["text", {"task_key": "a", "new_cluster": None, "run_if": "ALL_SUCCESS"}],
    }
    assert drop_unsendable(settings) == settings
