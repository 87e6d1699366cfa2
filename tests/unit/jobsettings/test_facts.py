"""What a table tells of a job at a glance."""

import pytest

from core.jobsettings.facts import JobFacts, job_facts
from tests.builders import job, notebook_task, run_job_task


def test_a_job_without_anything_has_no_facts():
    assert job_facts({}) == JobFacts()


def test_task_types_are_told_once_in_alphabetical_order():
    tasks = [notebook_task("a"), run_job_task("b", 1), notebook_task("c"), {"sql_task": {}}]
    facts = job_facts(job("load", tasks=tasks))
    assert facts.tasks == 4
    assert facts.types == "notebook, run job, sql"


def test_what_is_repeated_for_each_counts_by_its_inner_type():
    inner = {"for_each_task": {"inputs": "[]", "task": notebook_task("each")}}
    assert job_facts({"tasks": [inner]}).types == "for each, notebook"


def test_a_type_that_we_do_not_know_has_its_name():
    assert job_facts({"tasks": [{"brand_new_task": {}}]}).types == "brand new"


@pytest.mark.parametrize(
    ("settings", "starts"),
    [
        ({"schedule": {"quartz_cron_expression": "0 0 5 * * ?"}}, "0 0 5 * * ?"),
        (
            {"schedule": {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}},
            "0 0 5 * * ? (UTC)",
        ),
        ({"continuous": {}}, "continuous"),
        ({"trigger": {"file_arrival": {"url": "/x"}, "pause_status": "PAUSED"}}, "file arrival"),
        ({"trigger": {}}, "trigger"),
        (
            {"triggers": [{"table_update": {}}, {"periodic": {}}, "nonsense"]},
            "table update; periodic",
        ),
        ({"trigger": {"table_update": {}, "periodic": {}}}, "periodic, table update"),
        ({"schedule": {}, "continuous": {}}, "; continuous"),
    ],
)
def test_every_way_to_start_is_told(settings, starts):
    assert job_facts(settings).starts == starts


@pytest.mark.parametrize(
    ("states", "pause"),
    [
        ([], ""),
        (["UNPAUSED"], "active"),
        ([None], "active"),
        (["PAUSED"], "paused"),
        (["PAUSED", "PAUSED"], "paused"),
        (["PAUSED", "UNPAUSED"], "mixed"),
    ],
)
def test_a_job_is_paused_when_nothing_starts_it(states, pause):
    triggers = [{"pause_status": state} if state else {} for state in states]
    assert job_facts({"triggers": triggers}).pause == pause


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"run_as": {"user_name": "ana@dev.example"}}, "ana@dev.example"),
        ({"run_as": {"service_principal_name": "app"}}, "app"),
        ({"run_as": {"group_name": "owners"}}, "owners"),
        ({"run_as": {}}, "somebody"),
        ({"run_as": {"user_name": None}}, "somebody"),
        ({"run_as": "ana"}, "somebody"),
        ({}, "somebody"),
    ],
)
def test_the_settings_name_who_the_job_runs_as_and_the_file_when_they_do_not(settings, expected):
    assert job_facts(settings, "somebody").run_as == expected


@pytest.mark.parametrize("nonsense", [None, 7, "x", [], {}, [[]], {"a": [1]}, [None, 1, "x"]])
def test_a_wrong_type_counts_as_absent(nonsense):
    keys = ("tasks", "schedule", "trigger", "triggers", "continuous", "run_as")
    facts = job_facts(dict.fromkeys(keys, nonsense))
    assert facts.tasks in (0, 1)
    assert facts.run_as == ""
    task = {"for_each_task": nonsense, "notebook_task": nonsense, "x": nonsense}
    assert set(job_facts({"tasks": [task]}).types.split(", ")) <= {"", "for each", "notebook"}
