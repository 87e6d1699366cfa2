"""Whole operations as their process carries them out, beside a workspace over HTTP."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.json_text import Packed
from core.operations.grid_row import GridRow, RecordedRow
from core.operations.kinds import OperationKind
from core.operations.operation import PLAN, SHUTDOWN, Operation, Status
from core.reporting.details import PlanFacts
from core.settings import Settings
from core.state.history import History, HistoryEntry, entry_id
from tests.builders import definition_text, job, run_job_task
from tests.emulated import CREATE, LIST, Emulated
from web.background.work import run_operation

ANA = "ana@dev.example"
NAMES = ("bad", "good", "last")


class Page:
    """What the page does beside one workspace: it notes operations, and reads what they told."""

    def __init__(self, workspace: Emulated, env: dict[str, str]) -> None:
        self.workspace = workspace
        self.store = SqliteOperationStore(page_folder(Settings.from_env(env), env))

    def begin(self, kind: str, **params: Any) -> str:
        return self.store.start(OperationKind(kind), params, ANA).operation_id

    def run(self, kind: str, **params: Any) -> Operation:
        """Carry out an operation from its start to its end."""
        name = self.begin(kind, **params)
        assert run_operation(name) == name
        return self.operation(name)

    def operation(self, name: str) -> Operation:
        operation = self.store.get(name)
        assert operation is not None
        return operation

    def rows(self, operation: Operation) -> dict[str, GridRow]:
        values = self.store.row_values(operation.operation_id)
        return {row.job or row.file: row for row in values}

    def states(self, operation: Operation) -> dict[str, tuple[str, str]]:
        return {name: (r.status, r.state) for name, r in self.rows(operation).items()}

    def files(self) -> list[str]:
        """Return the names of the definitions' files."""
        return sorted(name for name in self.workspace.files() if name.endswith(".json"))

    def entry(self, operation: Operation) -> HistoryEntry:
        """Return what the history keeps of an operation."""
        name = entry_id(operation.kind, operation.created, operation.operation_id)
        return self.history.entry(name)

    @property
    def history(self) -> History:
        return self.workspace.service().history()


@pytest.fixture
def beside(prod: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    env = {
        "DATABRICKS_HOST": prod.url,
        "DATABRICKS_TOKEN": prod.token,
        "WORKSPACE_GIT_FOLDER_PATH": prod.folder,
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "RETRY_TIMEOUT_SECONDS": "1",
        "NUM_THREADS": "1",
    }
    for name in ("APP_MODE", "FULL_READ", "STATE_FOLDER_PATH", "RESOURCE_NAME_MAPPINGS_FILE_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return Page(prod, env)


@pytest.fixture
def definitions(beside: Page) -> None:
    """Three definitions that the workspace has no jobs for."""
    for job_id, name in enumerate(NAMES, start=1):
        text = definition_text(job(name), job_id=job_id, run_as="admin@prod.example")
        beside.workspace.put(f"{name}.json", text)


def test_an_export_writes_files_rows_and_an_entry_of_the_history(beside: Page) -> None:
    load = beside.workspace.create_job(job("load"))
    beside.workspace.create_job(job("report <b>", tasks=[run_job_task("run", load)]))
    preview = beside.run("preview")
    assert (preview.status, preview.outcome.counts) == (Status.SUCCEEDED, {"new": 2})
    assert beside.files() == []
    exported = beside.run("export")
    assert (exported.status, exported.error) == (Status.SUCCEEDED, "")
    assert len(beside.files()) == 2
    assert set(beside.states(exported).values()) == {("new", "done")}
    assert exported.outcome.states == {"done": {"new": 2}}
    assert exported.started >= exported.created
    assert exported.finished >= exported.started
    side = beside.store.document(exported.operation_id, "desired/0")
    assert Packed.from_content(side or b"").unpack()["name"] == "load"
    assert {entry.kind for entry in beside.history.entries()} == {"export", "preview"}
    entry = beside.entry(exported)
    assert (entry.actor, entry.outcome, entry.counts) == (ANA, "completed", {"new": 2})
    assert (entry.mode, entry.started) == ("Both", exported.created)
    kept = beside.history.rows(entry.entry_id, RecordedRow.from_json)
    assert [recorded.row for recorded in kept] == beside.store.row_values(exported.operation_id)
    assert kept[0].report.job_name == "load"


@pytest.mark.usefixtures("definitions")
def test_a_validation_is_reviewed_imported_and_gone_is_removed(beside: Page) -> None:
    validated = beside.run("validate", pause="", ask_workspace=True)
    assert set(beside.states(validated).values()) == {("new", "planned")}
    assert {row.pick for row in beside.rows(validated).values()} == {"import"}
    assert validated.outcome.details == PlanFacts(is_complete=True, adoptable=0)
    reviewed = json.loads(beside.store.document(validated.operation_id, PLAN) or b"")
    assert sorted(reviewed) == sorted(NAMES)
    assert beside.workspace.names() == []

    imported = beside.run("import", plan=validated.operation_id, names=["bad", "good"], pause="")
    assert imported.status is Status.SUCCEEDED
    assert beside.workspace.names() == ["bad", "good"]
    assert beside.states(imported) == {
        "bad": ("new", "done"),
        "good": ("new", "done"),
        "last": ("new", "planned"),
    }

    beside.workspace.remove_file("bad.json")
    validated = beside.run("validate", pause="", ask_workspace=False)
    assert beside.rows(validated)["bad"].pick == "remove"
    removed = beside.run("remove", plan=validated.operation_id, names=["bad"], pause="")
    assert removed.status is Status.SUCCEEDED
    assert beside.states(removed)["bad"] == ("deleted", "done")
    assert beside.workspace.names() == ["good"]
    outcomes = sorted((entry.kind, entry.outcome) for entry in beside.history.entries())
    kinds = ["import", "remove", "validate", "validate"]
    assert outcomes == [(kind, "completed") for kind in kinds]


@pytest.mark.usefixtures("definitions")
def test_a_damaged_file_is_an_error_of_the_page_and_removes_nothing(beside: Page) -> None:
    validated = beside.run("validate")
    beside.run("import", plan=validated.operation_id, names=list(NAMES), pause="")
    beside.workspace.put("good.json", b"{}")
    validated = beside.run("validate")
    assert validated.status is Status.SUCCEEDED
    rows = beside.rows(validated)
    assert (rows["good"].status, rows["good.json"].status) == ("unmanaged", "error")
    assert "is an empty object" in rows["good.json"].message
    removed = beside.run("remove", plan=validated.operation_id, names=["good"], pause="")
    assert removed.status is Status.FAILED
    assert beside.workspace.names() == sorted(NAMES)


@pytest.mark.usefixtures("definitions")
def test_what_moved_after_the_review_is_neither_imported_nor_hidden(beside: Page) -> None:
    validated = beside.run("validate")
    beside.workspace.put(
        "bad.json", definition_text(job("bad", timeout_seconds=9), run_as="admin@prod.example")
    )
    imported = beside.run("import", plan=validated.operation_id, names=["bad", "good"])
    assert beside.states(imported)["bad"] == ("error", "failed")
    assert "Validate again" in beside.rows(imported)["bad"].message
    assert beside.workspace.names() == ["good"]
    assert beside.entry(imported).outcome == "completed_with_errors"


@pytest.mark.usefixtures("definitions")
def test_a_plan_that_is_not_kept_any_more_changes_nothing(beside: Page) -> None:
    for plan in ("0" * 32, ""):
        failed = beside.run("import", plan=plan, names=["good"], pause="")
        assert failed.status is Status.FAILED
        assert "has expired" in failed.error
    assert beside.workspace.names() == []
    assert {entry.outcome for entry in beside.history.entries()} == {"failed"}


@pytest.mark.usefixtures("definitions")
def test_the_choice_for_schedules_is_followed(beside: Page) -> None:
    schedule = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}
    text = definition_text(job("good", schedule=schedule), run_as="admin@prod.example")
    beside.workspace.put("good.json", text)
    validated = beside.run("validate", pause="new_paused")
    beside.run("import", plan=validated.operation_id, names=["good"], pause="new_paused")
    assert beside.workspace.settings_of("good")["schedule"]["pause_status"] == "PAUSED"


@pytest.mark.usefixtures("definitions")
def test_pulling_adopting_and_reading_have_their_outcomes(beside: Page, dev: Emulated) -> None:
    dev.put("came.json", definition_text(job("came"), run_as="admin@prod.example"))
    assert dev.commit("Elsewhere")
    for name in NAMES:
        beside.workspace.remove_file(f"{name}.json")
    pulled = beside.run("pull")
    assert pulled.status is Status.SUCCEEDED, pulled.error
    assert beside.states(pulled) == {"came": ("new", "")}
    assert pulled.outcome.pull.git.commit != pulled.outcome.pull.old_commit
    validated = beside.run("validate")
    beside.run("import", plan=validated.operation_id, names=["came"], pause="")
    plan = beside.run("validate").operation_id
    assert beside.run("adopt", plan=plan, pause="").outcome.counts == {"unchanged": 1}
    info = beside.run("info")
    assert info.outcome.information.contents.definitions == 1
    assert "info" not in {entry.kind for entry in beside.history.entries()}


# What goes wrong


@pytest.mark.usefixtures("definitions")
def test_an_error_of_one_job_is_a_row_of_it(beside: Page) -> None:
    validated = beside.run("validate")
    beside.workspace.fault(CREATE, status=403, body={"message": "No."}, content_type="text/plain")
    imported = beside.run("import", plan=validated.operation_id, names=list(NAMES), pause="")
    assert imported.status is Status.SUCCEEDED
    assert sorted(state for _, state in beside.states(imported).values()) == [
        "done",
        "done",
        "failed",
    ]
    assert imported.outcome.status == "completed_with_errors"
    assert beside.entry(imported).outcome == "completed_with_errors"


def test_an_error_of_the_workspace_is_told_and_kept(beside: Page) -> None:
    beside.workspace.fault(LIST, times=0, status=403, body={"message": "Keep out."})
    failed = beside.run("export")
    assert failed.status is Status.FAILED
    assert failed.error
    assert failed.outcome.message == failed.error
    levels = {line.level for line in beside.store.log_lines(failed.operation_id, 99)}
    assert "ERROR" in levels
    [entry] = beside.history.entries()
    assert (entry.outcome, entry.message) == ("failed", failed.error)
    beside.workspace.clear_faults()
    assert beside.run("export").status is Status.SUCCEEDED


def test_a_history_that_cannot_be_written_does_not_fail_the_operation(beside: Page) -> None:
    beside.workspace.create_job(job("load"))
    assert beside.run("export").status is Status.SUCCEEDED
    [entry] = beside.history.entries()
    beside.workspace.fault("POST /api/2.0/workspace/mkdirs", call=2, times=0, status=403, body={})
    exported = beside.run("export")
    assert exported.status is Status.SUCCEEDED
    assert beside.history.entries() == (entry,)
    assert "could not be added to the history" in exported.outcome.issues[-1].message


def test_a_workspace_that_cannot_be_reached_is_told(
    beside: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = beside.begin("export")
    token = "s3cret-token-of-the-app"
    monkeypatch.setenv("DATABRICKS_TOKEN", token)
    run_operation(name)
    failed = beside.operation(name)
    assert failed.status is Status.FAILED
    assert failed.error
    told = [line.text for line in beside.store.log_lines(name, 99)]
    assert token not in "\n".join([failed.error, *told])


def test_an_error_of_our_own_is_told_without_its_words(
    beside: Page, caplog: pytest.LogCaptureFixture
) -> None:
    failed = beside.run("import", nonsense=True)
    assert failed.status is Status.FAILED
    assert failed.error.startswith("Internal error.")
    assert "KeyError" in caplog.text
    assert "KeyError" not in failed.error


# Once, and stopped


def test_an_operation_is_carried_out_once(beside: Page) -> None:
    beside.workspace.create_job(job("load"))
    exported = beside.run("export")
    beside.workspace.remove_file("load.json")
    assert run_operation(exported.operation_id) == exported.operation_id
    assert beside.files() == []
    assert beside.operation(exported.operation_id) == exported


@pytest.mark.parametrize("name", ["", "0" * 32, "../x", "'--"])
def test_what_was_never_started_is_not_carried_out(beside: Page, name: str) -> None:
    beside.workspace.create_job(job("load"))
    assert run_operation(name) == (name or None)
    assert beside.files() == []


@pytest.mark.usefixtures("definitions")
def test_an_operation_that_was_cancelled_before_it_began_never_does(beside: Page) -> None:
    validated = beside.run("validate")
    name = beside.begin("import", plan=validated.operation_id, names=list(NAMES), pause="")
    beside.store.request_cancel(name, f"by {ANA}")
    run_operation(name)
    assert beside.operation(name).status is Status.CANCELLED
    assert beside.workspace.names() == []


def carry_out_and_stop(beside: Page, name: str, endpoint: str, reason: str) -> Operation:
    """Stop an operation while one of its calls is under way, which takes a second."""
    beside.workspace.fault(endpoint, kind="delay", delay_s=1.0)
    thread = threading.Thread(target=run_operation, args=(name,))
    thread.start()
    while thread.is_alive() and not beside.workspace.control("GET", "faults")["faults"][0]["done"]:
        thread.join(0.01)
    beside.store.request_cancel(name, reason)
    thread.join()
    beside.workspace.clear_faults()
    return beside.operation(name)


def put_chain(beside: Page) -> None:
    """Let each of the three jobs run the one before it, so that they are made one by one."""
    for job_id, (name, needed) in enumerate(zip(NAMES, ("", *NAMES), strict=False), start=1):
        tasks = [run_job_task("run", f"__JOB__{needed}__")] if needed else []
        settings = job(name, tasks=tasks) if needed else job(name)
        text = definition_text(settings, job_id=job_id, run_as="admin@prod.example")
        beside.workspace.put(f"{name}.json", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        (f"by {ANA}", Status.CANCELLED, "Cancelled. Completed rows are listed"),
        (SHUTDOWN, Status.INTERRUPTED, "The app was shut down. Completed rows are listed"),
    ],
)
def test_an_import_stops_after_the_job_at_hand(
    beside: Page, reason: str, status: Status, text: str
) -> None:
    put_chain(beside)
    validated = beside.run("validate")
    name = beside.begin("import", plan=validated.operation_id, names=list(NAMES), pause="")
    stopped = carry_out_and_stop(beside, name, CREATE, reason)
    assert stopped.status is status
    assert stopped.error.startswith(text)
    assert len(beside.workspace.names()) == 1
    states = sorted(state for _, state in beside.states(stopped).values())
    assert states == ["done", "not_started", "not_started"]
    entry = beside.entry(stopped)
    assert (entry.kind, entry.outcome, entry.message) == ("import", status, stopped.error)
    validated = beside.run("validate")
    again = beside.run(
        "import",
        plan=validated.operation_id,
        names=[n for n, row in beside.rows(validated).items() if row.pick],
        pause="",
    )
    assert again.outcome.counts == {"new": 2, "unchanged": 1}
    assert beside.workspace.names() == sorted(NAMES)


@pytest.mark.slow
@pytest.mark.usefixtures("definitions")
def test_an_operation_that_is_stopped_while_it_reads_changes_nothing(beside: Page) -> None:
    beside.workspace.create_job(job("load"))
    stopped = carry_out_and_stop(beside, beside.begin("export"), LIST, f"by {ANA}")
    assert stopped.status is Status.CANCELLED
    assert "Stopped before anything was changed." in stopped.error
    assert beside.files() == [f"{name}.json" for name in NAMES]
    assert beside.run("export").status is Status.SUCCEEDED
