"""What a table tells of a job at a glance."""

from datetime import UTC, datetime

import pytest

from core.jobsettings.facts import JobFacts, job_facts
from tests.builders import job, notebook_task, run_job_task

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)


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
        ({"schedule": {"quartz_cron_expression": "0 0 5 * * ?"}}, "Every day at 05:00"),
        (
            {"schedule": {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}},
            "Every day at 05:00, UTC",
        ),
        ({"continuous": {}}, "Continuously"),
        (
            {"trigger": {"file_arrival": {"url": "/x"}, "pause_status": "PAUSED"}},
            "When files arrive in /x",
        ),
        ({"trigger": {}}, "Trigger"),
        (
            {"triggers": [{"table_update": {}}, {"periodic": {}}, "nonsense"]},
            "When a table is updated; Periodic",
        ),
        (
            {"trigger": {"table_update": {}, "periodic": {}}},
            "Periodic; When a table is updated",
        ),
        ({"schedule": {}, "continuous": {}}, "; Continuously"),
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


def test_the_expression_is_kept_beside_the_words():
    schedule = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "Europe/Oslo"}
    facts = job_facts({"schedule": schedule}, now=NOW)
    assert facts.starts == "Every day at 05:00, Europe/Oslo"
    assert facts.expression == "0 0 5 * * ? (Europe/Oslo)"
    assert facts.next_run == "2026-11-28T04:00:00Z"


def test_what_cannot_be_put_into_words_stays_as_it_is_and_has_no_next_run():
    schedule = {"quartz_cron_expression": "${var.schedule}", "timezone_id": "UTC"}
    facts = job_facts({"schedule": schedule}, now=NOW)
    assert (facts.starts, facts.expression, facts.next_run) == ("${var.schedule} (UTC)", "", "")


def test_a_trigger_needs_no_expression():
    assert job_facts({"continuous": {}}, now=NOW).expression == ""


def test_the_next_run_is_the_earliest_of_those_that_are_not_paused():
    def schedule(hour: int, state: str):
        expression = f"0 0 {hour} * * ?"
        return {
            "schedule": {"quartz_cron_expression": expression, "timezone_id": "UTC"},
            "pause_status": state,
        }

    triggers = [schedule(15, "PAUSED"), schedule(17, "UNPAUSED"), schedule(16, "UNPAUSED")]
    assert job_facts({"triggers": triggers}, now=NOW).next_run == "2026-11-27T16:00:00Z"
    assert job_facts({"triggers": triggers[:1]}, now=NOW).next_run == ""


def test_facts_of_an_older_version_are_read():
    old = {"tasks": 1, "types": "notebook", "starts": "0 0 5 * * ?", "pause": "", "run_as": ""}
    assert JobFacts.from_json(old).starts == "0 0 5 * * ?"
