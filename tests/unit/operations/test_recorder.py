"""What an operation tells while it is at work, and when it has ended."""

import json

import pytest

from core.calls import Wait, WaitReason
from core.errors import Issue, WorkspaceError
from core.one_line import one_line
from core.operations.kinds import OperationKind
from core.operations.operation import Waiting
from core.operations.outcome import Outcome
from core.operations.recorder import Recorder
from core.operations.row_starts import STARTS, read_starts
from core.planning.import_rows import Blocked, Unmanaged
from core.planning.review import Review
from core.planning.risks import Risk
from core.planning.statuses import RowStatus
from core.ports import LiveJob
from core.reporting.details import GitPlace, PullFacts
from core.reporting.report import Report, ReportRow, ReportStatus
from tests.builders import job, run_job_task
from tests.fakes import FakeOperationStore, FakeTime, FakeWorkspace

ANA = "ana@dev.example"


class Counting(FakeOperationStore):
    """Counts how often it is written and asked."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = self.questions = 0
        self.parts: list[int] = []

    def progress(self, operation_id, **told):
        self.writes += 1
        return super().progress(operation_id, **told)

    def put_documents(self, operation_id, documents):
        self.parts.append(len(documents))
        return super().put_documents(operation_id, documents)

    def should_stop(self, operation_id):
        self.questions += 1
        return super().should_stop(operation_id)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def store() -> Counting:
    return Counting()


@pytest.fixture
def operation_id(store) -> str:
    name = store.start(OperationKind.IMPORT, {}, ANA).operation_id
    store.claim(name)
    return name


@pytest.fixture
def recorder(store, operation_id, time) -> Recorder:
    return Recorder(store, operation_id, lambda: time.seconds)


@pytest.fixture
def target() -> FakeWorkspace:
    """A workspace into which two jobs can be imported; one of them needs the other."""
    source, target = FakeWorkspace(), FakeWorkspace()
    load = source.jobs.add(job("load"))
    source.jobs.add(job("report", tasks=[run_job_task("run", load)]))
    source.service().export()
    source.copy_definitions_to(target)
    return target


def rows_of(store, operation_id):
    return {row.job: row for row in store.row_values(operation_id)}


# An operation from its start to its end


def test_all_rows_stand_there_before_the_first_is_carried_out(
    store, operation_id, recorder, target
):
    before = []
    target.files.before_write = lambda _path: before.append(rows_of(store, operation_id))
    target.service().import_jobs(listener=recorder.listener)
    planned = next(rows for rows in before if rows)
    assert {name: row.state for name, row in planned.items()} == {
        "load": "planned",
        "report": "planned",
    }
    assert planned["report"].needs == ("load",)


def test_rows_end_as_the_report_tells(store, operation_id, recorder, target):
    report = target.service().import_jobs(Review(["load"]), listener=recorder.listener)
    outcome = recorder.finish(report)
    rows = rows_of(store, operation_id)
    assert (rows["load"].state, rows["load"].pick) == ("done", "")
    assert rows["load"].message.startswith("Created as job ")
    assert (rows["report"].state, rows["report"].pick) == ("planned", "import")
    assert rows["report"].message == "Not selected."
    assert outcome == Outcome(
        ReportStatus.COMPLETED, {"new": 2}, {"done": {"new": 1}, "planned": {"new": 1}}
    )


def test_a_job_that_fails_is_told_as_failed(store, operation_id, recorder, target):
    target.jobs.fail_names["create load"] = WorkspaceError("The workspace answered: no.")
    outcome = recorder.finish(target.service().import_jobs(listener=recorder.listener))
    rows = rows_of(store, operation_id)
    assert {row.state for row in rows.values()} == {"failed"}
    assert "The workspace answered: no." in rows["load"].message
    assert outcome.states == {"failed": {"error": 2}}
    assert "ERROR" in {line.level for line in store.log_lines(operation_id, 99)}


def test_both_sides_and_the_report_of_a_row_are_documents(store, operation_id, recorder, target):
    recorder.finish(target.service().import_jobs(listener=recorder.listener))
    assert store.document(operation_id, "desired/0") is not None
    assert store.document(operation_id, "current/0") is None
    document = json.loads(store.document(operation_id, "row/0"))
    assert (document["job_name"], document["status"]) == ("load", "new")
    assert "details" in document


def test_when_the_jobs_start_by_themselves_is_a_document(store, operation_id, recorder):
    source, target = FakeWorkspace(), FakeWorkspace()
    at_two = {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"}
    source.jobs.add(job("load", schedule=at_two))
    source.service().export()
    source.copy_definitions_to(target)
    recorder.finish(target.service().import_jobs(listener=recorder.listener))
    [starts] = read_starts(store.document(operation_id, STARTS)).values()
    assert starts.before.schedules == ()
    assert starts.after.schedules == (("0 0 2 * * ?", "UTC"),)


def test_the_history_keeps_each_row_with_what_the_report_told(recorder, target):
    recorder.finish(target.service().import_jobs(listener=recorder.listener))
    first, second = recorder.history_rows()
    assert (first.row.job, second.row.job) == ("load", "report")
    assert first.report.job_name == "load"


def test_a_removal_that_was_refused_for_one_job_says_so(store, operation_id, recorder, target):
    target.service().import_jobs()
    for path in list(target.definition_files()):
        del target.files.files[f"/Workspace/Shared/jobs/{path}"]
    outcome = recorder.finish(target.service().remove(Review(["load"]), listener=recorder.listener))
    rows = rows_of(store, operation_id)
    assert (rows["load"].status, rows["load"].state) == ("error", "failed")
    assert "still runs this job" in rows["load"].message
    assert rows["report"].pick == "remove"
    assert outcome.states == {"failed": {"error": 1}, "planned": {"deleted": 1}}


def test_rows_that_no_plan_was_made_for_come_from_the_report(store, operation_id, recorder):
    rows = (ReportRow("load", "load.json", "new", message="File added."),)
    details = PullFacts(GitPlace(commit="2" * 40))
    outcome = recorder.finish(Report("pull", rows, details=details))
    [row] = store.row_values(operation_id)
    assert (row.key, row.job, row.state, row.pick) == ("0", "load", "", "")
    assert outcome.details == details
    assert outcome.states == {"": {"new": 1}}
    assert json.loads(store.document(operation_id, "row/0"))["message"] == "File added."


def test_an_operation_that_failed_before_its_plan_has_no_rows(store, operation_id, recorder):
    outcome = recorder.finish(Report("import", has_failed=True))
    assert (outcome.status, outcome.counts, outcome.states) == ("failed", {}, {})
    assert store.row_values(operation_id) == []
    assert recorder.history_rows() == []


def test_what_was_done_is_kept_when_the_report_is_missing(store, operation_id, recorder, target):
    target.service().import_jobs(listener=recorder.listener)
    outcome = recorder.finish(Report("import", has_failed=True))
    assert outcome.states == {"done": {"new": 2}}
    assert [kept.report for kept in recorder.history_rows()] == [None, None]


FORGED = "load\nERROR core gone\r\u2028\x85\x1b[2J\u202e"


def test_a_name_with_a_line_break_stays_one_log_line(store, operation_id, recorder):
    recorder.on_planned([Blocked(FORGED, "a.json", (Issue("No.\nReally."),))])
    recorder.on_row(ReportRow(FORGED, "a.json", RowStatus.ERROR, (), (Issue("No.\nReally."),)))
    recorder.on_step(f"Reading {FORGED}")
    recorder.finish(Report("import", issues=(Issue(FORGED),)))
    lines = [line.text for line in store.log_lines(operation_id, 99)]
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)


def test_issues_of_the_whole_stand_in_the_outcome_and_in_the_log(store, operation_id, recorder):
    outcome = recorder.finish(Report("import", issues=(Issue("Careful.", "map.json"),)))
    assert outcome.issues == (Issue("Careful.", "map.json"),)
    assert "Careful." in [line.text for line in store.log_lines(operation_id, 9)]


def test_risks_found_at_the_end_come_into_the_row(store, operation_id, recorder):
    risks = (Risk("active_runs", "It runs now."),)
    recorder.on_planned([Blocked("load", "load.json", (Issue("x"),))])
    recorder.finish(Report("validate", (ReportRow("load", "load.json", "error", risks=risks),)))
    assert store.row_values(operation_id)[0].risks == ("active_runs",)


def test_two_rows_of_one_name_do_not_take_each_other_s_place(store, operation_id, recorder):
    twins = [Blocked("twin", path, (Issue(path),)) for path in ("a.json", "b.json")]
    recorder.on_planned(twins)
    recorder.on_row(ReportRow("twin", "b.json", "error", issues=(Issue("now"),)))
    recorder.flush()
    assert [row.message for row in store.row_values(operation_id)] == ["a.json", "now"]


def test_a_row_that_was_not_planned_is_ignored(store, operation_id, recorder):
    recorder.on_row(ReportRow("nobody", "", "new"))
    recorder.flush()
    assert store.row_values(operation_id) == []


def test_the_sides_of_many_rows_are_written_in_parts(store, operation_id, recorder):
    live = LiveJob.pack(1, job("load"), ANA, ANA, complete=True)
    rows = [Unmanaged(f"job {n}", live, "") for n in range(450)]
    recorder.on_planned(rows)
    assert store.parts == [200, 200, 50, 1]
    assert len(store.row_values(operation_id)) == 450
    assert store.row_values(operation_id)[449].key == "449"


def test_what_is_reviewed_is_kept(store, operation_id, recorder):
    recorder.keep_plan({"bad \ud800": "abc"}, ["equal"])
    assert json.loads(store.document(operation_id, "adoptable")) == ["equal"]
    assert json.loads(store.document(operation_id, "plan")) == {"bad \ud800": "abc"}


# Progress


def test_a_step_is_told_at_once_and_begins_at_nothing(store, operation_id, recorder):
    recorder.on_progress(5, 9)
    recorder.on_step("Importing jobs")
    operation = store.get(operation_id)
    assert (operation.step, operation.done, operation.total) == ("Importing jobs", 0, 0)
    assert store.log_lines(operation_id, 1)[0].text == "Importing jobs"


def test_progress_is_written_a_few_times_a_second(store, operation_id, recorder, time):
    recorder.on_step("Reading")
    before = store.writes
    for done in range(100):
        recorder.on_progress(done, 100)
    assert store.writes == before
    time.seconds += 0.3
    recorder.on_progress(100, 100)
    assert store.writes == before + 1
    assert store.get(operation_id).done == 100


def test_many_rows_do_not_wait_for_the_clock(store, operation_id, recorder):
    rows = [Blocked(f"job {n}", "", (Issue("x"),)) for n in range(200)]
    recorder.on_planned(rows)
    for n in range(200):
        recorder.on_row(ReportRow(f"job {n}", "", "new", message="Done."))
    assert {row.message for row in store.row_values(operation_id)} == {"Done."}


def test_a_wait_is_told_at_once(store, operation_id, recorder, time):
    recorder.on_wait(Wait(7.0, WaitReason.RATE_LIMIT))
    assert store.get(operation_id).waiting == Waiting(WaitReason.RATE_LIMIT, time.seconds + 7)
    recorder.flush()
    [line] = store.log_lines(operation_id, 9)
    assert (line.level, line.text) == (
        "WARNING",
        "Waiting 7 s: the workspace is rate-limiting requests.",
    )


def test_a_call_without_an_answer_is_shown_until_it_has_one(store, operation_id, recorder, time):
    unanswered = [4.0, 12.0, 0.0]
    recorder.watch(lambda: unanswered.pop(0))
    recorder.look()
    assert store.get(operation_id).waiting == Waiting()
    recorder.look()
    assert store.get(operation_id).waiting == Waiting(WaitReason.SLOW, time.seconds - 12)
    recorder.look()
    assert store.get(operation_id).waiting == Waiting()


def test_what_could_not_be_written_is_written_with_the_next(store, operation_id, recorder):
    recorder.on_planned([Blocked("load", "", (Issue("x"),))])
    written = store.progress
    store.progress = lambda *_, **__: False
    recorder.on_row(ReportRow("load", "", "new", message="Done."))
    recorder.log("INFO", "kept")
    recorder.flush()
    store.progress = written
    recorder.flush()
    assert rows_of(store, operation_id)["load"].message == "Done."
    assert "kept" in [line.text for line in store.log_lines(operation_id, 9)]


def test_all_rows_and_sides_are_written_again_where_the_store_lost_them(target, time):
    store = FakeOperationStore()
    name = store.start(OperationKind.IMPORT, {}, ANA).operation_id
    recorder = Recorder(store, name, lambda: time.seconds)
    target.service().import_jobs(listener=recorder.listener)
    operation = store.get(name)
    del store._kept[name]
    store.beat(operation)
    recorder.write_again()
    assert {row.state for row in store.row_values(name)} == {"done"}
    assert store.document(name, "desired/0")
    assert store.document(name, STARTS)


def test_the_store_is_asked_a_few_times_a_second_whether_to_stop(
    store, operation_id, recorder, time
):
    assert not recorder.should_stop()
    store.request_cancel(operation_id, "by ana")
    assert not any(recorder.should_stop() for _ in range(50))
    assert store.questions == 1
    time.seconds += 0.3
    assert recorder.should_stop()
    assert recorder.should_stop()


def test_once_told_to_stop_it_stays_so(store, operation_id, recorder, time):
    store.request_cancel(operation_id, "by ana")
    assert recorder.should_stop()
    asked = store.questions
    time.seconds += 10
    assert recorder.should_stop()
    assert store.questions == asked


def test_an_import_stops_between_two_jobs(store, operation_id, recorder, target, time):
    create = target.jobs.create_job

    def create_and_cancel(settings, permissions):
        created = create(settings, permissions)
        store.request_cancel(operation_id, "by ana")
        time.seconds += 1
        return created

    target.jobs.create_job = create_and_cancel
    outcome = recorder.finish(target.service().import_jobs(listener=recorder.listener))
    assert target.jobs.log == [("create", "load")]
    assert outcome.states == {"done": {"new": 1}, "not_started": {"new": 1}}
    assert (outcome.count_failed(), outcome.count_not_started()) == (0, 1)
    assert "Not started: the import was stopped." in rows_of(store, operation_id)["report"].message


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "nul \0", "bad \ud800", "x" * 4000]
)
def test_hostile_names_are_told_as_they_are(store, operation_id, recorder, name):
    target = FakeWorkspace()
    target.jobs.add(job(name))
    recorder.finish(target.service().export(listener=recorder.listener))
    [row] = store.row_values(operation_id)
    assert (row.job, row.state) == (name, "done")
    assert any(one_line(name) in line.text for line in store.log_lines(operation_id, 99))


def test_who_jobs_run_as_has_a_name_as_soon_as_the_rows_are_there(store, operation_id, recorder):
    live = LiveJob.pack(7, job("load"), "", "bo@dev.example", complete=True)
    recorder.name_with(lambda _ids: {"bo@dev.example": "Bo"})
    recorder.on_planned([Unmanaged("load", live, "")])
    (row,) = recorder.history_rows()
    assert (row.row.facts.run_as, row.row.facts.run_as_id) == ("Bo", "bo@dev.example")
