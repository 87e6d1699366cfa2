"""What the workspace says about the jobs that would be written or removed, when it is asked."""

from collections import Counter

import pytest

from core.errors import Issue, PermissionDeniedError, UnreachableError
from core.json_text import JobSettings
from core.planning.import_rows import (
    Blocked,
    Deleted,
    Excluded,
    New,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.risks import Risk
from core.ports import FileStatus, LiveJob
from core.reading.workspace_facts import WorkspaceFacts
from core.reading.workspace_risks import workspace_risks_of
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow, RowDetails
from tests.builders import definition_text, job, notebook_task
from tests.fakes import FOLDER, ME, FakeFiles, FakeWorkspace

PRINCIPAL = "11111111-2222-3333-4444-555555555555"
LIVE = LiveJob.pack(1, job("a"), "ana", "ana", complete=True)
DENIED = PermissionDeniedError("No permission: not today.")
SILENT = UnreachableError("The workspace does not answer.")


class CountingFiles(FakeFiles):
    """Counts how often each path is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def status(self, path: str) -> FileStatus:
        self.asked[path] += 1
        return super().status(path)


@pytest.fixture
def prod() -> FakeWorkspace:
    """A workspace with one job of each status that needs a word; /Shared/main is there."""
    workspace = FakeWorkspace()
    workspace.files = CountingFiles()
    workspace.files.files["/Workspace/Shared/main"] = b""
    for name, job_id in (("changed", 1), ("renamed", 2), ("deleted", 3), ("unchanged", 4)):
        define(workspace, job(name), job_id=job_id)
    workspace.service().import_jobs()
    workspace.jobs.add(job("unmanaged"))
    define(workspace, job("changed", timeout_seconds=60), job_id=1)
    define(workspace, job("renamed now"), job_id=2)
    for name in ("renamed", "deleted"):
        del workspace.files.files[f"{FOLDER}/{name}.json"]
    define(workspace, job("new"), job_id=5)
    workspace.files.asked.clear()
    return workspace


def define(workspace: FakeWorkspace, settings: JobSettings, *, job_id: int) -> None:
    content = definition_text(settings, job_id=job_id, run_as=ME)
    workspace.put_file(f"{settings['name']}.json", content)


def ask(workspace: FakeWorkspace, **options: bool) -> Report:
    return workspace.service().validate(details=True, ask_workspace=True, **options)[1]


def codes(report: Report) -> dict[str, list[str]]:
    """Return the codes of the notes by job name; only of rows that have some."""
    return {
        row.job_name: [risk.code for risk in row.risks]
        for row in report.rows
        if row.details and row.risks
    }


def message(report: Report, name: str) -> str:
    [row] = [row for row in report.rows if row.job_name == name]
    return row.message_with_risks


def test_the_statuses_are_what_the_tests_below_rely_on(prod) -> None:
    statuses = {row.job_name: row.status for row in ask(prod).rows}
    assert statuses == {
        "changed": "changed",
        "deleted": "deleted",
        "new": "new",
        "renamed now": "renamed",
        "unchanged": "unchanged",
        "unmanaged": "unmanaged",
    }


def test_a_quiet_workspace_has_no_notes(prod) -> None:
    assert codes(ask(prod)) == {}


def test_active_runs_are_noted_of_jobs_that_would_be_changed_or_removed(prod) -> None:
    for live in list(prod.jobs.jobs.values()):
        prod.runs.start(live.job_id)
    runs = ["active_runs"]
    assert codes(ask(prod)) == {"changed": runs, "renamed now": runs, "deleted": runs}


def test_each_run_is_counted_once_and_only_while_it_is_active(prod) -> None:
    job_id = prod.jobs.named("changed").job_id
    ended, *_ = [prod.runs.start(job_id) for _ in range(3)]
    assert "3 active runs." in message(ask(prod), "changed")
    prod.runs.finish(ended)
    assert "2 active runs." in message(ask(prod), "changed")
    assert "runs now" not in message(ask(prod), "deleted")


def test_runs_that_could_not_be_read_to_the_end_are_a_note_with_the_reason(prod) -> None:
    prod.runs.start(prod.jobs.named("unchanged").job_id)
    prod.runs.fail = DENIED
    report = ask(prod)
    unknown = ["active_runs_unknown"]
    assert codes(report) == {"changed": unknown, "renamed now": unknown, "deleted": unknown}
    for name in ("changed", "renamed now", "deleted"):
        assert "Could not check whether it is running. No permission: not today." in message(
            report, name
        )


def test_runs_are_not_asked_for_when_no_job_would_be_touched() -> None:
    workspace = FakeWorkspace()
    workspace.runs.fail = DENIED
    define(workspace, job("new", tasks=[]), job_id=1)
    assert codes(ask(workspace)) == {}


def test_absent_files_are_noted_of_jobs_that_would_be_written(prod) -> None:
    del prod.files.files["/Workspace/Shared/main"]
    report = ask(prod)
    absent = ["path_absent"]
    assert codes(report) == {"changed": absent, "renamed now": absent, "new": absent}
    assert "hidden from this app: /Workspace/Shared/main." in message(report, "new")


def test_each_path_is_asked_for_once(prod) -> None:
    ask(prod)
    assert prod.files.asked["/Workspace/Shared/main"] == 1


def test_nothing_is_asked_unless_the_user_asks(prod) -> None:
    prod.runs.fail = DENIED
    del prod.files.files["/Workspace/Shared/main"]
    _, report = prod.service().validate(details=True)
    assert codes(report) == {}
    assert "/Workspace/Shared/main" not in prod.files.asked


def test_files_that_could_not_be_looked_for_are_a_note_with_the_reason(prod) -> None:
    define(prod, job("new", tasks=[notebook_task("main"), notebook_task("other")]), job_id=5)
    prod.files.unreadable["/Workspace/Shared/main"] = DENIED
    report = ask(prod)
    assert codes(report)["new"] == ["path_absent", "path_unknown"]
    text = message(report, "new")
    assert "hidden from this app: /Workspace/Shared/other." in text
    assert "Could not be checked: /Workspace/Shared/main. No permission: not today." in text


def test_when_nobody_answers_the_other_files_are_not_asked_for(prod) -> None:
    keys = [f"n{number}" for number in range(50)]
    define(prod, job("new", tasks=[notebook_task(key) for key in keys]), job_id=5)
    for key in keys:
        prod.files.unreadable[f"/Workspace/Shared/{key}"] = SILENT
    report = prod.service(threads=1).validate(details=True, ask_workspace=True)[1]
    assert codes(report)["new"] == ["path_unknown"]
    assert all(f"/Workspace/Shared/{key}" in message(report, "new") for key in keys)
    assert sum(prod.files.asked[f"/Workspace/Shared/{key}"] for key in keys) == 1


def test_a_path_that_each_run_decides_is_not_asked_for_and_not_called_fine(prod) -> None:
    path = "/Workspace/{{job.parameters.env}}/x"
    define(
        prod,
        job("new", tasks=[{"task_key": "t", "notebook_task": {"notebook_path": path}}]),
        job_id=5,
    )
    report = ask(prod)
    assert codes(report)["new"] == ["path_unknown"]
    assert f"{path}. The path is only known when the job runs." in message(report, "new")
    assert path not in prod.files.asked


def test_a_service_principal_that_is_not_ours_is_noted(prod) -> None:
    for name in ("changed", "unchanged"):
        settings = job(name, run_as={"service_principal_name": PRINCIPAL})
        define(prod, settings, job_id={"changed": 1, "unchanged": 4}[name])
    prod.jobs.reset_job(
        prod.jobs.named("unchanged").job_id,
        job("unchanged", run_as={"service_principal_name": PRINCIPAL}),
    )
    report = ask(prod)
    assert codes(report) == {"changed": ["run_as", "run_as_role"]}
    assert f"“{PRINCIPAL}”. This app may lack the role" in message(report, "changed")


@pytest.mark.parametrize(
    ("run_as", "expected"),
    [
        ({"service_principal_name": PRINCIPAL}, ["run_as_role"]),
        ({"service_principal_name": "ME-ME"}, []),
        ({"user_name": PRINCIPAL}, []),
        ({"group_name": PRINCIPAL}, []),
        (None, []),
    ],
)
def test_only_a_service_principal_other_than_ours_needs_the_role(run_as, expected) -> None:
    row = New.pack("a", None, {"run_as": run_as})  # type: ignore[arg-type]  # the file is not read
    notes = workspace_risks_of(row, WorkspaceFacts("me-me", {}, {}))
    assert [note.code for note in notes] == expected


def test_a_path_without_an_answer_is_not_called_fine() -> None:
    row = New.pack("a", None, job("a"))  # type: ignore[arg-type]  # the file is not read
    [note] = workspace_risks_of(row, WorkspaceFacts(ME, {}, {}))
    assert note.code == "path_unknown"
    assert "was not checked" in note.message


def test_rows_that_nothing_is_done_with_have_no_notes() -> None:
    facts = WorkspaceFacts("other", DENIED, {})
    for row in (
        Unchanged("a", None, LIVE, is_adopted=True),  # type: ignore[arg-type]
        Unmanaged("a", LIVE, ""),
        Skipped("a", LIVE, "", None),
        Excluded("a", LIVE, None, ""),
        Blocked("a", "a.json", (Issue("No."),)),
    ):
        assert workspace_risks_of(row, facts) == ()
    assert workspace_risks_of(Deleted("a", LIVE, ()), facts) != ()


def test_notes_join_the_message_and_the_details_when_there_are_some() -> None:
    first, second = Risk("a", "First."), Risk("b", "Second.")
    row = ReportRow("a", "a.json", "new", message="Will be created.")
    assert row.with_risks(()) == row
    assert row.with_risks((first, second)).message_with_risks == "Will be created. First. Second."
    assert row.with_risks((first, second)).message == "Will be created."
    assert row.with_risks((first,)).details is None
    detailed = ReportRow("a", "", "deleted", details=RowDetails(), risks=(first,))
    changed = detailed.with_risks((second,))
    assert changed.risks == (first, second)
    assert [risk["code"] for risk in changed.as_json()["details"]["risks"]] == ["a", "b"]


def test_the_listener_hears_what_is_asked_and_how_far_it_is(prod) -> None:
    steps: list[str] = []
    progress: list[tuple[int, int]] = []
    listener = Listener(on_step=steps.append, on_progress=lambda *done: progress.append(done))
    prod.service().validate(ask_workspace=True, listener=listener)
    assert steps[-2:] == ["Checking for active runs", "Checking files"]
    assert progress[-1] == (1, 1)
