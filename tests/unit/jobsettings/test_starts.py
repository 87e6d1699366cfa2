"""What starts a job by itself."""

import pytest

from core.jobsettings.starts import Starts, starts_of
from tests.builders import job

AT_TWO = {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "Europe/Oslo"}
PAUSED = {"pause_status": "PAUSED"}


@pytest.mark.parametrize(
    ("settings", "starts"),
    [
        ({}, Starts()),
        ({"schedule": AT_TWO}, Starts((("0 0 2 * * ?", "Europe/Oslo"),))),
        ({"schedule": {**AT_TWO, **PAUSED}}, Starts(paused=1)),
        ({"schedule": {"quartz_cron_expression": "x"}}, Starts((("x", "UTC"),))),
        ({"continuous": {"pause_status": "UNPAUSED"}}, Starts(untimed=1)),
        ({"trigger": {"file_arrival": {"url": "/Volumes/x"}}}, Starts(untimed=1)),
        (
            {"triggers": [{"schedule": AT_TWO}, {"schedule": AT_TWO, **PAUSED}, {"periodic": {}}]},
            Starts((("0 0 2 * * ?", "Europe/Oslo"),), untimed=1, paused=1),
        ),
        ({"schedule": {"quartz_cron_expression": 7}}, Starts(untimed=1)),
        ({"schedule": "x", "triggers": [3], "trigger": None}, Starts()),
    ],
)
def test_what_starts_a_job(settings, starts):
    assert starts_of(job("load", **settings)) == starts
