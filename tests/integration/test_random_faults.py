"""Two calls of a hundred fail while 200 jobs travel: nothing wrong, nothing lost, all is named.

`make test` lets all kinds of faults strike together, with two seeds; `make reliability` each kind
by itself with twenty, and prints a table. What is right is told by this file alone, without the
product's comparison.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.errors import SyncError
from core.gateways.connect import system_clock, this_process
from core.reporting.report import Report
from core.service import JobSync
from core.settings import Settings
from core.state.ledger import ExportedFile, ExportedLedger, ImportedJob, ImportedLedger
from core.state.lock import Clock, Owner
from tests.builders import definition_text, job
from tests.emulated import Emulated, without_times

Document = dict[str, Any]

SHARE = 0.02
SEEDS = range(1, 21)
TIMEOUT_S = 0.5  # of a call, while faults strike
LATE_S = 0.8
SCRIPTED = {"error_code": "SCRIPTED", "message": "scripted"}
FAULTS: dict[str, Document] = {
    "503": {"status": 503},
    "503 after the effect": {"status": 503, "when": "after"},
    "500": {"status": 500, "body": SCRIPTED},
    "500 after the effect": {"status": 500, "when": "after", "body": SCRIPTED},
    "429": {"status": 429, "body": SCRIPTED},
    "429 with Retry-After": {"status": 429, "body": SCRIPTED, "headers": {"Retry-After": "2"}},
    "403": {"status": 403, "body": SCRIPTED},
    "404": {"status": 404, "body": SCRIPTED},
    "cut before the effect": {"kind": "cut"},
    "cut after the effect": {"kind": "cut", "when": "after"},
    "effect after the timeout": {"kind": "delay", "delay_s": LATE_S},
    "answer after the timeout": {"kind": "delay", "when": "after", "delay_s": LATE_S},
    "truncated": {"kind": "cut", "when": "after", "cut_after_bytes": 12},
    "page of HTML": {"status": 200, "when": "after", "body": "<html>Sign in</html>"},
}

ANA, OPS = "ana@dev.example", "ops@prod.example"
PEOPLE = [{"userName": name, "groups": ["admins"]} for name in (ANA, OPS)]
STATE = "/Workspace/Shared/state"
MAPPING = "/Workspace/Shared/config/mappings.json"
BY_HAND = "by hand.json"
JOBS, OLD, GONE = range(200), range(100), range(200, 205)
OTHERS = range(300, 310)  # in PROD, made by others


def name_of(number: int) -> str:
    return f"job {number:03}"


def settings_of(number: int, version: int, cluster: str, refer: Callable[[int], Any]) -> Document:
    """All fields spelled out: nothing is left for the server to fill in."""
    tasks = [
        {
            "task_key": "main",
            "existing_cluster_id": cluster,
            "notebook_task": {"notebook_path": f"/Shared/{number}", "source": "WORKSPACE"},
        }
    ]
    needed = needed_by(number)
    if needed is not None:
        tasks.append({"task_key": "run", "run_job_task": {"job_id": refer(needed)}})
    usual = {"email_notifications": {}, "run_if": "ALL_SUCCESS", "timeout_seconds": 0}
    return {
        "name": name_of(number),
        "description": f"Number {number} in version {version}",
        "tasks": [{**usual, **task} for task in tasks],
        "queue": {"enabled": True},
        "format": "MULTI_TASK",
        "email_notifications": {},
        "webhook_notifications": {},
        "timeout_seconds": 0,
    }


def needed_by(number: int) -> int | None:
    """Rows of ten that run each other, and two circles of three: 90 to 92 and 190 to 192."""
    if number % 100 in (90, 91, 92):
        return number // 10 * 10 + (number + 1) % 3
    return number - 1 if number % 10 and number < 200 else None


def version_of(number: int) -> int:
    """Every fifth of the old jobs was changed since."""
    return 1 if number in OLD and number % 5 == 0 else 0


def same(left: Document, right: Document) -> bool:
    """Compare two settings; the order of tasks means nothing."""

    def ordered(settings: Document) -> Document:
        tasks = settings.get("tasks", [])
        return {**settings, "tasks": sorted(tasks, key=lambda task: str(task["task_key"]))}

    return ordered(left) == ordered(right)


@dataclass
class Tally:
    """What happened in some runs. `wrong` has a sentence for everything that must not happen."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, kind: str, what: str) -> None:
        self.counts[kind] += 1
        self.wrong.append(f"{kind}: {what}")

    def figures(self) -> dict[str, int]:
        columns = ("runs", "faults", "gave up", "rows in error")
        return {name: self.counts[name] for name in (*columns, *BAD)}


BAD = ("wrong", "duplicates", "deletions", "not named", "not completed")


class Stage:
    """One workspace, set to the same state before each run; who ran in it before is dead."""

    operation: str

    def __init__(self, workspace: Emulated, tally: Tally) -> None:
        self.workspace = workspace
        self.tally = tally
        self._ended: set[str] = set()

    def service(self, **connection: Any) -> JobSync:
        token = self.workspace.token
        ports = self.workspace.connect(retry_s=5, token=token, **connection).ports
        system = system_clock()
        clock = Clock(system.now, system.monotonic, lambda owner: owner.token in self._ended)
        settings = Settings(
            folder=self.workspace.folder, threads=4, mapping_path=MAPPING, state_path=STATE
        )
        return JobSync(ports, settings, clock, self._new_owner)

    def _new_owner(self, principal: str, operation: str) -> Owner:
        owner = this_process(principal, operation)
        self._ended.add(owner.token)  # one service after the other: none outlives its operation
        return owner

    def set_up(self) -> None:
        raise NotImplementedError

    def operate(self, service: JobSync) -> Report:
        raise NotImplementedError

    def look(self) -> Iterator[str]:
        """Note what is wrong; yield the name of each job that is not yet as it should be."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Note what a completed operation left undone."""
        raise NotImplementedError


class ExportStage(Stage):
    """105 files of an older export and one by hand; 200 jobs now, five of the old ones are gone."""

    operation = "export"

    def __init__(self, workspace: Emulated, tally: Tally) -> None:
        super().__init__(workspace, tally)
        dev = workspace
        old = {name_of(n): dev_settings(n, 0) for n in (*OLD, *GONE)}
        for number in (*OLD, *GONE):
            dev.put(f"{name_of(number)}.json", file_bytes(number, 0))
        dev.put(BY_HAND, definition_text(job("by hand"), run_as=ANA))
        dev.commit()
        entries = {f"{name}.json": ExportedFile(1000 + n, name) for n, name in named(OLD, GONE)}
        assert len(entries) == len(old)
        self.ledger = ExportedLedger(entries)
        self.before = dev.files()

    def set_up(self) -> None:
        files = [{"path": f"{STATE}/exported.json", "content": json.dumps(self.ledger.as_json())}]
        files.append({"path": MAPPING, "content": "{}"})
        self.workspace.control("POST", "reset", {**dev_seed(), "files": files})

    def operate(self, service: JobSync) -> Report:
        return service.export()

    def look(self) -> Iterator[str]:
        files = {
            path: json.loads(content)
            for path, content in self.workspace.files().items()
            if path.endswith(".json")
        }
        names = Counter(file["settings"]["name"] for file in files.values())
        for name in (name for name, count in names.items() if count > 1):
            self.tally.note("duplicates", f"{names[name]} files of {name}")
        for path in self.before.keys() - files.keys() - {f"{name}.json" for _, name in named(GONE)}:
            if path.endswith(".json"):
                self.tally.note("deletions", path)
        stored = {one["job_id"]: one["settings"] for one in self.workspace.stored_jobs()}
        if stored != {1000 + n: dev_settings(n, version_of(n)) for n in JOBS}:
            self.tally.note("wrong", "a job of the source was changed")
        known = {f"{name}.json": n for n, name in named(JOBS, GONE)}
        for path in files.keys() - known.keys() - {BY_HAND}:
            self.tally.note("wrong", f"there is a file {path}")
        if BY_HAND in files and self.workspace.read(BY_HAND) != self.before[BY_HAND]:
            self.tally.note("wrong", BY_HAND)
        for path, number in known.items():
            if path not in files:
                if number in JOBS:
                    yield name_of(number)
            elif number in JOBS and same_file(files[path], file_of(number, version_of(number))):
                continue
            elif number in (*OLD, *GONE) and same_file(files[path], file_of(number, 0)):
                yield name_of(number)
            else:
                self.tally.note("wrong", f"{path} holds {files[path]}")

    def look_again(self) -> None:
        ledger = json.loads(self.workspace.read(f"{STATE}/exported.json"))["files"]
        wanted = {f"{name}.json": {"job_id": 1000 + n, "job_name": name} for n, name in named(JOBS)}
        known = {
            path: {key: entry[key] for key in ("job_id", "job_name")}
            for path, entry in ledger.items()
            if not entry.get("removed")
        }
        if known != wanted:
            self.tally.note("not completed", "the ledger of exported files")
        counts = self.service().export(dry_run=True).counts()
        if counts != {"unchanged": len(JOBS), "unmanaged": 1}:
            self.tally.note("not completed", f"another export would do more: {counts}")


class ImportStage(Stage):
    """200 definitions; 100 jobs of an older import, five of which Git no longer has, ten others."""

    operation = "import"

    def __init__(self, dev: Emulated, prod: Emulated, tally: Tally) -> None:
        super().__init__(prod, tally)
        for number in JOBS:
            dev.put(f"{name_of(number)}.json", file_bytes(number, version_of(number)))
        dev.commit()
        imported = {5000 + n: ImportedJob(name, 1000 + n) for n, name in named(OLD, GONE)}
        self.ledger = ImportedLedger(imported)
        self.before = {
            5000 + n: prod_settings(n, 0, lambda needed: 5000 + needed)
            for n in (*OLD, *GONE, *OTHERS)
        }

    def set_up(self) -> None:
        mapping = {
            "compute_name_mappings": {"cluster_name_mappings": {"etl": "etl-prod"}},
            "run_as_mappings": {ANA: {"user_name": OPS}},
        }
        contents = {f"{STATE}/imported.json": self.ledger.as_json(), MAPPING: mapping}
        self.workspace.control(
            "POST",
            "reset",
            {
                "users": PEOPLE,
                # One of the source's name as well: without the mapping it would be taken.
                "clusters": [
                    {"cluster_id": "p-0", "cluster_name": "etl", "cluster_source": "UI"},
                    {"cluster_id": "p-1", "cluster_name": "etl-prod", "cluster_source": "UI"},
                ],
                "jobs": [
                    {"job_id": job_id, "creator_user_name": OPS, "settings": settings}
                    for job_id, settings in self.before.items()
                ],
                "files": [
                    {"path": path, "content": json.dumps(document)}
                    for path, document in contents.items()
                ],
            },
        )

    def operate(self, service: JobSync) -> Report:
        return service.import_jobs()

    def look(self) -> Iterator[str]:
        stored = {one["job_id"]: one["settings"] for one in self.workspace.stored_jobs()}
        ids: dict[str, int] = {}
        for job_id, settings in stored.items():
            if settings["name"] in ids:
                self.tally.note("duplicates", settings["name"])
            ids[settings["name"]] = job_id
        for job_id in self.before.keys() - stored.keys():
            self.tally.note("deletions", self.before[job_id]["name"])
        for number, name in named(GONE, OTHERS):
            if stored.get(5000 + number) != self.before[5000 + number]:
                self.tally.note("wrong", f"{name}, which Git does not have")
        for name in ids.keys() - {name for _, name in named(JOBS, GONE, OTHERS)}:
            self.tally.note("wrong", f"there is a job {name}")
        for number, name in named(JOBS):
            settings = stored.get(ids.get(name, 0), {})
            wanted = prod_settings(
                number, version_of(number), lambda needed: ids.get(name_of(needed))
            )
            if settings and same(settings, wanted):
                continue
            is_old = ids.get(name) == 5000 + number and settings == self.before[5000 + number]
            if settings and not is_old and not is_paused_stub(settings):
                self.tally.note("wrong", f"{name} is {settings}")
            yield name

    def look_again(self) -> None:
        ids = {one["settings"]["name"]: one["job_id"] for one in self.workspace.stored_jobs()}
        wanted = {
            str(ids[name]): {
                "job_name": name,
                "source_job_id": 1000 + n,
                "file_path": f"{name}.json" if n in JOBS else "",
            }
            for n, name in named(JOBS, GONE)
        }
        ledger = json.loads(self.workspace.read(f"{STATE}/imported.json"))
        if (without_times(ledger["jobs"]), ledger["pending"]) != (wanted, []):
            self.tally.note("not completed", "the ledger of imported jobs")
        counts = self.service().validate()[1].counts()
        left = {"unchanged": len(JOBS), "deleted": len(GONE), "unmanaged": len(OTHERS)}
        if counts != left:
            self.tally.note("not completed", f"another import would do more: {counts}")


def named(*ranges: range) -> Iterator[tuple[int, str]]:
    return ((number, name_of(number)) for numbers in ranges for number in numbers)


def dev_settings(number: int, version: int) -> Document:
    return settings_of(number, version, "d-1", lambda needed: 1000 + needed)


def dev_seed() -> Document:
    return {
        "users": PEOPLE,
        "clusters": [{"cluster_id": "d-1", "cluster_name": "etl", "cluster_source": "UI"}],
        "jobs": [
            {
                "job_id": 1000 + number,
                "creator_user_name": ANA,
                "settings": dev_settings(number, version_of(number)),
            }
            for number in JOBS
        ],
    }


def file_of(number: int, version: int) -> Document:
    settings = settings_of(
        number, version, "__CLUSTER__etl__", lambda needed: f"__JOB__{name_of(needed)}__"
    )
    return {"job_id": 1000 + number, "run_as_user_name": ANA, "settings": settings}


def file_bytes(number: int, version: int) -> bytes:
    return json.dumps(file_of(number, version), indent=2).encode()


def same_file(left: Document, right: Document) -> bool:
    return {**left, "settings": 0} == {**right, "settings": 0} and same(
        left["settings"], right["settings"]
    )


def prod_settings(number: int, version: int, refer: Callable[[int], Any]) -> Document:
    return {**settings_of(number, version, "p-1", refer), "run_as": {"user_name": OPS}}


def is_paused_stub(settings: Document) -> bool:
    """Whether this is the half of a circle: one task that does nothing, and no trigger."""
    [task, *more] = settings["tasks"]
    starts = {"schedule", "trigger", "continuous"} & settings.keys()
    return not more and not starts and "condition_task" in task


def run(stage: Stage, faults: Sequence[Document], seed: int) -> None:
    """Operate while calls fail, look at what is there, and then operate undisturbed."""
    tally, workspace = stage.tally, stage.workspace
    stage.set_up()
    undone_before = set(stage.look())
    for number, fault in enumerate(faults):
        share = SHARE / len(faults)
        workspace.fault("*", times=0, probability=share, seed=100 * seed + number, **fault)
    report: Report | None = None
    try:
        report = stage.operate(stage.service(timeout_s=TIMEOUT_S))
    except SyncError as error:
        tally.counts["gave up"] += 1
        if not error.message:
            tally.note("not named", "an error without a message")
    scripts = workspace.control("GET", "faults")["faults"]
    workspace.clear_faults()
    if any(script["kind"] == "delay" and script["done"] for script in scripts):
        time.sleep(2 * LATE_S)  # whatever is still on its way has arrived then
    tally.counts["runs"] += 1
    tally.counts["faults"] += sum(script["done"] for script in scripts)
    undone = set(stage.look())
    if report is not None:
        note_what_is_not_named(tally, report, undone)
    elif undone != undone_before:
        tally.note("not named", "it gave up and did not tell what it had done")
    finish(stage)


def note_what_is_not_named(tally: Tally, report: Report, undone: set[str]) -> None:
    failed = {row.job_name for row in report.rows if row.status == "error"}
    tally.counts["rows in error"] += len(failed)
    for row in report.rows:
        if row.status == "error" and not any(issue.message for issue in row.issues):
            tally.note("not named", f"{row.job_name} failed without a message")
    for name in undone - failed:
        tally.note("not named", name)


def finish(stage: Stage) -> None:
    """The next run, with no faults, leaves nothing to do."""
    try:
        report = stage.operate(stage.service())
    except SyncError as error:
        stage.tally.note("not completed", str(error))
        return
    if report.status != "completed":
        issues = [issue.message for row in report.rows for issue in row.issues]
        stage.tally.note("not completed", f"the next run: {report.counts()} {issues[:2]}")
    for name in stage.look():
        stage.tally.note("not completed", name)
    stage.look_again()


@pytest.fixture
def make_stage(pair: tuple[Emulated, Emulated]) -> Callable[[str], Stage]:
    dev, prod = pair

    def make(operation: str) -> Stage:
        stages: dict[str, Callable[[], Stage]] = {
            "export": lambda: ExportStage(dev, Tally()),
            "import": lambda: ImportStage(dev, prod, Tally()),
        }
        return stages[operation]()

    return make


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize("operation", ["export", "import"])
def test_two_calls_of_a_hundred_may_fail(make_stage, operation: str, seed: int) -> None:
    stage = make_stage(operation)
    run(stage, list(FAULTS.values()), seed)
    assert not stage.tally.wrong


@pytest.mark.reliability
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", ["export", "import"])
def test_two_calls_of_a_hundred_may_fail_in_each_way(
    make_stage, operation: str, fault: str, record_property
) -> None:
    stage = make_stage(operation)
    for seed in SEEDS:
        run(stage, [FAULTS[fault]], seed)
    record_property("figures", {"case": f"{operation}: {fault}", **stage.tally.figures()})
    assert not stage.tally.wrong
    assert stage.tally.counts["faults"] > len(SEEDS)
