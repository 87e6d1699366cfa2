"""What tells a definition from the settings of another tool."""

import json
from typing import Any

import pytest

from core.definitions.definition import Definition, parse_definition
from core.definitions.job_fields import JOB_FIELDS, NOT_SETTINGS
from core.definitions.other_json import OtherJson
from core.errors import InvalidDefinitionError

OF_A_JOB = {
    "tasks": [],
    "job_clusters": [{"job_cluster_key": "a"}],
    "environments": [{"environment_key": "a"}],
    "environment_variables": [{"environment_variables_key": "a"}],
    "schedule": {"quartz_cron_expression": "0 0 5 * * ?"},
    "trigger": {},
    "triggers": [{}],
    "continuous": {},
    "max_concurrent_runs": 1,
    "email_notifications": {},
    "webhook_notifications": {},
    "notification_settings": {},
    "git_source": {"git_url": "https://git.example"},
    "run_as": {"user_name": "ana"},
    "queue": {"enabled": True},
    "health": {"rules": []},
    "performance_target": "STANDARD",
    "budget_policy_id": "x",
    "usage_policy_id": "x",
    "format": "MULTI_TASK",
    "edit_mode": "EDITABLE",
    "deployment": {"kind": "BUNDLE"},
    "existing_cluster_id": "x",
    "new_cluster": {},
}


def parse(document):
    return parse_definition(json.dumps(document).encode())


@pytest.mark.parametrize("field", JOB_FIELDS)
def test_each_field_makes_a_definition_and_its_name_alone_does_not(field):
    assert isinstance(parse({"settings": {"name": "x", field: OF_A_JOB[field]}}), Definition)
    assert isinstance(parse({"settings": {"name": "x", field: True}}), OtherJson)


def test_a_task_of_a_later_release_makes_a_definition():
    assert isinstance(parse({"settings": {"name": "x", "brand_new_task": {}}}), Definition)
    assert isinstance(parse({"settings": {"name": "x", "brand_new_task": "later"}}), OtherJson)


@pytest.mark.parametrize("beside", [{"job_id": 7}, {"job_id": "7"}, {"run_as_user_name": "ana"}])
def test_what_an_export_writes_beside_the_settings_makes_a_definition(beside):
    assert isinstance(parse({**beside, "settings": {"name": "bare"}}), Definition)


@pytest.mark.parametrize("part", [{"next_page_token": "abc"}, {"has_more": True}])
def test_a_page_is_refused_wherever_it_says_so(part):
    for document in (
        {**part, "settings": {"name": "x", "tasks": []}},
        {"settings": {"name": "x", "tasks": [], **part}},
    ):
        with pytest.raises(InvalidDefinitionError, match="one page of a long job"):
            parse(document)


def test_the_last_page_of_an_answer_says_nothing_of_others():
    whole = {"next_page_token": "", "has_more": False, "settings": {"name": "x", "tasks": []}}
    assert isinstance(parse(whole), Definition)


@pytest.mark.parametrize("field", sorted(NOT_SETTINGS))
@pytest.mark.parametrize("value", ["", False, []])
def test_what_is_no_setting_is_left_out_of_the_settings(field, value):
    bare = {"name": "x", "tasks": []}
    found = parse({"settings": {**bare, field: value}})
    assert isinstance(found, Definition)
    assert (found.unpack_settings(), found.left_out) == (bare, (field,))


def test_what_is_no_setting_is_left_out_beside_the_settings_too():
    whole = {"job_id": 7, "run_as_user_name": "ana", "created_time": 5, "access_control_list": []}
    found = parse({**whole, "settings": {"name": "x", "has_more": None}})
    assert isinstance(found, Definition)
    assert found.left_out == ("access_control_list", "created_time")
    assert (found.source_job_id, found.run_as_user_name) == (7, "ana")
    assert found.unpack_settings() == {"name": "x"}


def test_a_setting_of_a_later_release_travels():
    settings = {"name": "x", "tasks": [], "brand_new": {"access_control_list": []}}
    found = parse({"settings": settings})
    assert isinstance(found, Definition)
    assert (found.unpack_settings(), found.left_out) == (settings, ())


ANSWER = {"job_id": 7, "created_time": 1, "creator_user_name": "ana"}


def test_a_job_of_a_list_without_its_tasks_is_no_definition() -> None:
    document = {**ANSWER, "settings": {"name": "a", "schedule": {"pause_status": "PAUSED"}}}
    with pytest.raises(InvalidDefinitionError, match="without their tasks"):
        parse_definition(json.dumps(document).encode())


@pytest.mark.parametrize(
    "document",
    [
        {**ANSWER, "settings": {"name": "a", "tasks": []}},
        {**ANSWER, "settings": {"name": "a", "notebook_task": {}}},
        {"job_id": 7, "run_as_user_name": "ana", "settings": {"name": "a", "queue": {}}},
    ],
)
def test_other_jobs_without_tasks_are_definitions(document: dict[str, Any]) -> None:
    assert isinstance(parse_definition(json.dumps(document).encode()), Definition)
