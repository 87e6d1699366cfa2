"""Each call of an operation fails once, one after the other: the next run puts everything right.

`make test` tries two faults on every call of an import; `make reliability` tries all of them on
every call of an export, an import and a removal, and prints what it did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.errors import SyncError
from tests.builders import job, notebook_task, run_job_task
from tests.emulated import Emulated

ADMIN = "admin@prod.example"
AT_ONCE = {"Retry-After": "0"}
FAULTS: dict[str, dict[str, Any]] = {
    "cut after the effect": {"kind": "cut", "when": "after"},
    "500 before": {"status": 500, "when": "before", "body": {"message": "scripted"}},
    "500 after": {"status": 500, "when": "after", "body": {"message": "scripted"}},
    "503 after": {"status": 503, "when": "after", "headers": AT_ONCE},
    "429": {"status": 429, "when": "before", "headers": AT_ONCE},
    "403": {"status": 403, "when": "before", "body": {"message": "scripted"}},
    "404": {"status": 404, "when": "before", "body": {"message": "scripted"}},
    "cut before": {"kind": "cut", "when": "before"},
    "truncated": {"kind": "cut", "when": "after", "cut_after_bytes": 12},
    "page of HTML": {"status": 200, "when": "after", "body": "<html>Sign in</html>"},
}
QUICK = ["cut after the effect", "500 before"]


@dataclass
class Tally:
    """What was tried, and what went wrong for good."""

    runs: int = 0
    raised: int = 0

    def line(self, operation: str, fault: str) -> str:
        return f"{operation}: {fault}: {self.runs} calls failed once, {self.raised} runs gave up"


def settings_of_eight(ids: dict[str, int]) -> list[dict[str, Any]]:
    """Five plain jobs in a row, and three in a circle."""
    chain = [
        job(f"chain {n}", tasks=[run_job_task("run", ids[f"chain {n - 1}"])] if n else [plain()])
        for n in range(5)
    ]
    circle = [
        job(f"circle {n}", tasks=[run_job_task("run", ids[f"circle {(n + 1) % 3}"])])
        for n in range(3)
    ]
    return [*chain, *circle]


def plain() -> dict[str, Any]:
    return notebook_task("main")


def runs(settings: dict[str, Any]) -> list[int | None]:
    """Which job each task runs, if any."""
    return [task.get("run_job_task", {}).get("job_id") for task in settings["tasks"]]


def seed_of_eight() -> dict[str, Any]:
    names = [*(f"chain {n}" for n in range(5)), *(f"circle {n}" for n in range(3))]
    ids = {name: 1000 + index for index, name in enumerate(names)}
    jobs = [
        {"job_id": ids[settings["name"]], "creator_user_name": ADMIN, "settings": settings}
        for settings in settings_of_eight(ids)
    ]
    return {"users": [{"userName": ADMIN, "groups": ["admins"]}], "jobs": jobs}


def every_call_fails_once(
    workspace: Emulated,
    fault: dict[str, Any],
    prepare: Callable[[], None],
    operate: Callable[[], object],
    check: Callable[[], None],
    step: int = 1,
) -> Tally:
    """Fail the first call, then in a fresh start the second, and so on until none is left.

    Args:
        step: 2 leaves out every other call, and so on.
    """
    tally, number = Tally(), 1
    while True:
        prepare()
        workspace.clear_calls()
        workspace.fault("*", call=number, **fault)
        try:
            operate()
        except SyncError:
            tally.raised += 1
        calls = sum(workspace.calls().values())
        workspace.clear_faults()
        if number > calls:
            return tally
        operate()
        check()
        tally.runs += 1
        number += step


@pytest.fixture
def pushed(pair: tuple[Emulated, Emulated]) -> tuple[Emulated, Emulated]:
    """Eight definitions in Git; PROD has one of the jobs, in another state."""
    dev, prod = pair
    dev.seed(**seed_of_eight())
    assert dev.service().export().status == "completed"
    dev.commit()
    return dev, prod


def import_case(
    prod: Emulated,
) -> tuple[Callable[[], None], Callable[[], object], Callable[[], None]]:
    def prepare() -> None:
        prod.control("POST", "reset", {"users": [{"userName": ADMIN, "groups": ["admins"]}]})
        prod.create_job(job("chain 0", max_concurrent_runs=9))

    def operate() -> object:
        return prod.service(retry_s=1).import_jobs()

    def check() -> None:
        stored = prod.stored_jobs()
        assert len(stored) == 8
        ids = {one["settings"]["name"]: one["job_id"] for one in stored}
        assert len(ids) == 8
        wanted = {settings["name"]: runs(settings) for settings in settings_of_eight(ids)}
        assert {one["settings"]["name"]: runs(one["settings"]) for one in stored} == wanted
        _, report = prod.service().validate()
        assert report.counts() == {"unchanged": 8}
        assert not any(row.message for row in report.rows)  # all of them are in the ledger

    return prepare, operate, check


def removal_case(
    prod: Emulated,
) -> tuple[Callable[[], None], Callable[[], object], Callable[[], None]]:
    prepare_import, operate_import, _ = import_case(prod)

    def prepare() -> None:
        prepare_import()
        operate_import()
        for name in ("chain 3", "chain 4"):
            prod.remove_file(f"{name}.json")

    def operate() -> object:
        return prod.service(retry_s=1).remove()

    def check() -> None:
        left = ["chain 0", "chain 1", "chain 2", "circle 0", "circle 1", "circle 2"]
        assert prod.names() == left
        assert prod.service().validate()[1].counts() == {"unchanged": 6}

    return prepare, operate, check


def export_case(
    dev: Emulated,
) -> tuple[Callable[[], None], Callable[[], object], Callable[[], None]]:
    def prepare() -> None:
        dev.control("POST", "reset", seed_of_eight())
        dev.service().export()
        dev.reset_job(1000, job("chain 0", tasks=[plain()], description="changed"))
        dev.delete_job(1004)
        dev.create_job(job("another"))

    def operate() -> object:
        return dev.service(retry_s=1).export()

    def check() -> None:
        names = {path for path in dev.files() if path.endswith(".json")}
        chain, circle = (
            [f"chain {n}.json" for n in range(4)],
            [f"circle {n}.json" for n in range(3)],
        )
        assert names == {*chain, *circle, "another.json"}
        assert b'"changed"' in dev.read("chain 0.json")
        assert dev.service().export().counts() == {"unchanged": 8}

    return prepare, operate, check


@pytest.mark.slow
@pytest.mark.parametrize("fault", QUICK)
def test_every_call_of_an_import_may_fail(pushed, fault: str) -> None:
    """Every other of them; `make reliability` fails them all."""
    _, prod = pushed
    tally = every_call_fails_once(prod, FAULTS[fault], *import_case(prod), step=2)
    assert tally.runs > 10


@pytest.mark.reliability
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", ["export", "import", "remove"])
def test_every_call_of_every_operation_may_fail(pushed, operation: str, fault: str, capsys) -> None:
    dev, prod = pushed
    cases = {
        "export": (dev, export_case),
        "import": (prod, import_case),
        "remove": (prod, removal_case),
    }
    workspace, case = cases[operation]
    tally = every_call_fails_once(workspace, FAULTS[fault], *case(workspace))
    with capsys.disabled():
        print(f"\n{tally.line(operation, fault)}")
