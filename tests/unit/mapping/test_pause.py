"""Whether an imported job starts by itself."""

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


def test_each_of_several_triggers_keeps_the_status_of_its_place_and_kind():
    desired = {"triggers": [{"periodic": 1}, {"file_arrival": 1}, {"periodic": 2}]}
    current = {
        "triggers": [
            {"periodic": 0, "pause_status": "UNPAUSED"},
            {"periodic": 0, "pause_status": "UNPAUSED"},
        ]
    }
    result = decide(desired, current, PausePolicy.NEW_PAUSED)
    statuses = [trigger["pause_status"] for trigger in result["triggers"]]
    assert statuses == ["UNPAUSED", "PAUSED", "PAUSED"]


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
