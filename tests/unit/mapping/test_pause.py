"""Whether an imported job starts by itself."""

from typing import Any

import pytest

from core.mapping.mapping_file import PausePolicy
from core.mapping.pause import apply_pause_policy, pause_all

BLOCKS = ["schedule", "trigger", "continuous"]


def decide(desired, current, policy):
    return apply_pause_policy(desired, current, policy)


@pytest.mark.parametrize("current", [None, {"schedule": {"pause_status": "PAUSED"}}])
def test_git_decides_under_from_git(current):
    desired = {"schedule": {"pause_status": "UNPAUSED"}, "triggers": [{"periodic": {}}]}
    assert decide(desired, current, PausePolicy.FROM_GIT) == desired


@pytest.mark.parametrize("policy", [PausePolicy.KEEP_TARGET, PausePolicy.NEW_PAUSED])
@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_target_has_keeps_its_status(policy, block):
    desired = {block: {"cron": "new", "pause_status": "UNPAUSED"}}
    current = {block: {"cron": "old", "pause_status": "PAUSED"}}
    result = decide(desired, current, policy)
    assert result == {block: {"cron": "new", "pause_status": "PAUSED"}}


@pytest.mark.parametrize("block", BLOCKS)
def test_a_status_that_the_target_does_not_show_means_active(block):
    desired = {block: {"pause_status": "PAUSED"}}
    result = decide(desired, {block: {}}, PausePolicy.KEEP_TARGET)
    assert result[block]["pause_status"] == "UNPAUSED"


@pytest.mark.parametrize("current", [None, {}, {"schedule": None}])
@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_new_comes_paused_or_as_git_says(block, current):
    desired = {block: {"pause_status": "UNPAUSED"}}
    assert decide(desired, current, PausePolicy.KEEP_TARGET) == desired
    result = decide(desired, current, PausePolicy.NEW_PAUSED)
    assert result == {block: {"pause_status": "PAUSED"}}


def test_a_schedule_that_replaces_a_trigger_is_new():
    current = {"trigger": {"pause_status": "UNPAUSED"}}
    result = decide({"schedule": {}}, current, PausePolicy.NEW_PAUSED)
    assert result == {"schedule": {"pause_status": "PAUSED"}}


A, B, C = {"periodic": 1}, {"file_arrival": 1}, {"table_update": 1}
PAUSED, ACTIVE = {"pause_status": "PAUSED"}, {"pause_status": "UNPAUSED"}


def kept(desired: list[Any], current: dict[str, Any], policy=PausePolicy.KEEP_TARGET) -> list[str]:
    triggers = decide({"triggers": desired}, current, policy)["triggers"]
    return [trigger.get("pause_status", "as in Git") for trigger in triggers]


def test_a_trigger_is_found_by_what_it_waits_for_and_not_by_its_place():
    current = {"triggers": [{**A, **PAUSED}, {**B, **ACTIVE}]}
    assert kept([C, B, A], current) == ["as in Git", "UNPAUSED", "PAUSED"]
    assert kept([C, B, A], current, PausePolicy.NEW_PAUSED) == ["PAUSED", "UNPAUSED", "PAUSED"]


def test_a_trigger_that_waits_for_something_else_has_the_status_of_its_kind():
    current = {"triggers": [{"periodic": 1, **PAUSED}, {"periodic": 2}, {**B, **ACTIVE}]}
    changed = [{"periodic": 3, **ACTIVE}, {"periodic": 2, **ACTIVE}, {"file_arrival": 2, **PAUSED}]
    assert kept(changed, current) == ["PAUSED", "UNPAUSED", "UNPAUSED"]


@pytest.mark.parametrize("policy", [PausePolicy.KEEP_TARGET, PausePolicy.NEW_PAUSED])
@pytest.mark.parametrize(
    "current",
    [
        {"schedule": {"cron": "1", **PAUSED}},
        {"trigger": {**A, **PAUSED}},
        {"continuous": PAUSED},
        {"triggers": [{**A, **PAUSED}, {"schedule": {"cron": "1"}, **PAUSED}]},
        {"schedule": {"cron": "1", **PAUSED}, "trigger": {**A, **PAUSED}},
    ],
)
@pytest.mark.parametrize(
    "desired",
    [
        {"schedule": {"cron": "2", **ACTIVE}},
        {"trigger": {**B, **ACTIVE}},
        {"continuous": {}},
        {"triggers": [{**B, **ACTIVE}, A, {"continuous": {}}]},
    ],
)
def test_a_job_whose_starts_were_all_paused_stays_paused(desired, current, policy):
    result = decide(desired, current, policy)
    (block,) = result
    starts = result[block] if block == "triggers" else [result[block]]
    assert {start["pause_status"] for start in starts} == {"PAUSED"}


@pytest.mark.parametrize(
    ("desired", "current"),
    [
        ({"triggers": [{"schedule": {"cron": "1"}}, B]}, {"schedule": {"cron": "1", **PAUSED}}),
        ({"schedule": {"cron": "1"}}, {"triggers": [{"schedule": {"cron": "1"}, **PAUSED}]}),
        ({"triggers": [A]}, {"trigger": {**A, **PAUSED}}),
        ({"trigger": A}, {"triggers": [{**A, **PAUSED}]}),
        ({"triggers": [{"continuous": {}}]}, {"continuous": PAUSED}),
    ],
)
def test_a_start_that_moved_to_another_block_keeps_its_status(desired, current):
    current = {**current, "triggers": [*current.get("triggers", []), {**C, **ACTIVE}]}
    result = decide(desired, current, PausePolicy.KEEP_TARGET)
    (block,) = result
    moved = result[block][0] if block == "triggers" else result[block]
    assert moved["pause_status"] == "PAUSED"


@pytest.mark.parametrize("current", [{}, {"triggers": "text"}, {"triggers": ["text"]}])
def test_triggers_of_another_shape_count_for_nothing(current):
    desired = {"triggers": [{"periodic": {}}, "text"], "schedule": "text"}
    result = decide(desired, current, PausePolicy.NEW_PAUSED)
    assert result["triggers"] == [{"periodic": {}, "pause_status": "PAUSED"}, "text"]
    assert result["schedule"] == "text"


def test_a_stub_starts_nothing_by_itself():
    settings = {"schedule": {}, "continuous": {}, "trigger": {}, "triggers": [{}], "name": "x"}
    status = {"pause_status": "PAUSED"}
    assert pause_all(settings) == {
        "schedule": status,
        "continuous": status,
        "trigger": status,
        "triggers": [status],
        "name": "x",
    }
    assert settings["schedule"] == {}
