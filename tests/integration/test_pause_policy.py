"""Jobs that nobody wants to start by themselves stay paused, over HTTP."""

from typing import Any

import pytest

from tests.builders import definition_text, job
from tests.emulated import Emulated

MAPPING = "/Workspace/Shared/map.json"
PAUSED = {"pause_status": "PAUSED"}
HOURLY = {"periodic": {"interval": 1, "unit": "HOURS"}}
DAILY = {"periodic": {"interval": 1, "unit": "DAYS"}}
FILE = {"file_arrival": {"url": "/Volumes/a/b/c/"}}
CRON = {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}


def put(prod: Emulated, **settings: Any) -> None:
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    prod.put("a.json", definition_text(job("a", **settings), run_as=me))


def statuses_of(settings: dict[str, Any]) -> list[str]:
    blocks = [
        settings[block] for block in ("schedule", "trigger", "continuous") if block in settings
    ]
    return [
        start.get("pause_status", "UNPAUSED") for start in [*blocks, *settings.get("triggers", [])]
    ]


@pytest.mark.parametrize(
    "after",
    [
        {"triggers": [FILE, HOURLY]},
        {"triggers": [FILE]},
        {"trigger": DAILY},
        {"schedule": CRON},
        {"continuous": {}},
    ],
)
@pytest.mark.parametrize("before", [{"triggers": [HOURLY]}, {"schedule": CRON}])
def test_a_job_that_was_paused_here_is_not_woken(
    prod: Emulated, before: dict[str, Any], after: dict[str, Any]
) -> None:
    prod.put(MAPPING, b'{"pause_status": "keep_target"}')
    put(prod, **before)
    service = prod.service(mapping_path=MAPPING)
    service.import_jobs()
    settings = prod.settings_of("a")
    (block,) = before
    paused = [{**HOURLY, **PAUSED}] if block == "triggers" else {**CRON, **PAUSED}
    prod.reset_job(prod.job_id("a"), {**settings, block: paused})
    assert service.validate()[1].counts() == {"unchanged": 1}
    put(prod, **after)
    service.import_jobs()
    assert set(statuses_of(prod.settings_of("a"))) == {"PAUSED"}
    assert service.validate()[1].counts() == {"unchanged": 1}


def test_each_trigger_keeps_its_status_wherever_git_puts_it(prod: Emulated) -> None:
    prod.put(MAPPING, b'{"pause_status": "keep_target"}')
    put(prod, triggers=[HOURLY, FILE])
    service = prod.service(mapping_path=MAPPING)
    service.import_jobs()
    settings = prod.settings_of("a")
    prod.reset_job(prod.job_id("a"), {**settings, "triggers": [{**HOURLY, **PAUSED}, FILE]})
    put(prod, triggers=[DAILY, FILE, HOURLY])
    service.import_jobs()
    stored = prod.settings_of("a")["triggers"]
    found = {
        next(kind for kind in start if kind != "pause_status"): start.get(
            "pause_status", "UNPAUSED"
        )
        for start in stored[1:]
    }
    assert found == {"file_arrival": "UNPAUSED", "periodic": "PAUSED"}
