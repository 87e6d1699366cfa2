"""What an admin should look at before importing."""

import pytest

from core.comparing.diff import diff_settings
from core.planning.risks import risks_of
from tests.builders import job, notebook_task

CRON = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}


def codes(current, desired) -> list[str]:
    changes = diff_settings(current, desired) if current is not None else ()
    return [risk.code for risk in risks_of(current, desired, changes)]


@pytest.mark.parametrize("block", ["schedule", "trigger", "continuous"])
def test_a_job_that_starts_to_start_by_itself_is_noted(block: str) -> None:
    active, paused = (
        job("a", **{block: CRON}),
        job("a", **{block: {**CRON, "pause_status": "PAUSED"}}),
    )
    assert codes(None, active) == ["becomes_active"]
    assert codes(paused, active) == ["becomes_active"]
    assert codes(job("a"), active) == ["becomes_active"]
    assert codes(None, paused) == []
    assert codes(active, paused) == []
    assert codes(active, active) == []


def test_every_trigger_of_the_list_counts() -> None:
    trigger = {"periodic": {"interval": 1, "unit": "HOURS"}}
    both = job("a", triggers=[trigger, {**trigger, "pause_status": "PAUSED"}])
    assert "triggers[0]" in risks_of(None, both, ())[0].message
    assert "triggers[1]" not in risks_of(None, both, ())[0].message


def test_another_identity_is_noted() -> None:
    current = job("a", run_as={"user_name": "ana"})
    assert codes(current, job("a", run_as={"user_name": "bo"})) == ["run_as"]


@pytest.mark.parametrize(
    ("current", "desired"),
    [
        ({"existing_cluster_id": "a"}, {"existing_cluster_id": "b"}),
        ({"job_cluster_key": "a"}, {"job_cluster_key": "b"}),
        ({"new_cluster": {"num_workers": 1}}, {"new_cluster": {"num_workers": 90}}),
        ({"environment_key": "a"}, {"environment_key": "b"}),
    ],
)
def test_other_compute_is_noted(current, desired) -> None:
    before, after = (job("a", tasks=[notebook_task("t", **one)]) for one in (current, desired))
    assert codes(before, after) == ["compute"]


def test_fewer_notifications_are_noted_and_more_are_not() -> None:
    two = job("a", email_notifications={"on_failure": ["x@y.example", "z@y.example"]})
    one = job("a", email_notifications={"on_failure": ["x@y.example"]})
    assert codes(two, one) == ["notifications"]
    assert codes(two, job("a")) == ["notifications"]
    assert codes(one, two) == []


def test_removed_tasks_are_noted_and_added_ones_are_not() -> None:
    two, one = (
        job("a", tasks=[notebook_task("x"), notebook_task("y")]),
        job("a", tasks=[notebook_task("x")]),
    )
    assert codes(two, one) == ["tasks_removed"]
    assert codes(one, two) == []


def test_a_harmless_change_has_no_risk() -> None:
    assert codes(job("a"), job("a", description="new")) == []
