"""Reading, testing and saving the mapping file, over a workspace in memory."""

import json

import pytest

from core.errors import (
    LockedError,
    MappingFileError,
    NotFoundError,
    PermissionDeniedError,
    SettingsError,
    StateError,
    UnauthenticatedError,
    UnreachableError,
    WorkspaceError,
)
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal
from core.mapping.text.file_version import file_version
from core.mapping.use import EntryState
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.ports import FoundPrincipal, NamedResource
from core.reporting.mapping_details import (
    Choice,
    MappingsInformation,
    MappingsReview,
    MappingTest,
    SavedMappings,
    TestedRow,
)
from core.reporting.report import Report
from core.service import JobSync
from core.settings import AppMode
from tests.builders import definition_text, job, notebook_task
from tests.fakes import FOLDER, ME, FakeGit, FakeWorkspace

PATH = "/Workspace/Shared/mappings.json"
TEXT = """{
  // of DEV
  compute_name_mappings: {
    cluster_name_mappings: {etl: "etl-prod", gone: "no-such", old: "etl-prod"},
  },
  run_as_mappings: {"ana@dev.example": {user_name: "ops@x.org"}},
}
"""


@pytest.fixture
def prod() -> FakeWorkspace:
    prod = FakeWorkspace()
    prod.add_resource(Kind.CLUSTER, "1", "etl-prod")
    for name, cluster in (("load", "etl"), ("report", "gone")):
        task = notebook_task("main", existing_cluster_id=f"__CLUSTER__{cluster}__")
        prod.put_file(f"{name}.json", definition_text(job(name, tasks=[task])))
    prod.files.files[PATH] = TEXT.encode()
    return prod


def service(prod: FakeWorkspace, **settings: object) -> JobSync:
    return prod.service(**{"mapping_path": PATH, **settings})


def read(prod: FakeWorkspace, **settings: object) -> MappingsInformation:
    details = service(prod, **settings).read_mappings().details
    assert isinstance(details, MappingsInformation)
    assert MappingsInformation.from_json(json.loads(json.dumps(details.as_json()))) == details
    return details


def try_out(prod: FakeWorkspace, text: str) -> MappingTest:
    details = service(prod).test_mappings(text).details
    assert isinstance(details, MappingTest)
    assert MappingTest.from_json(json.loads(json.dumps(details.as_json()))) == details
    return details


def save(prod: FakeWorkspace, text: str, version: str = file_version(TEXT.encode())) -> Report:
    return service(prod).save_mappings(text, version)


def saved(report: Report) -> SavedMappings:
    assert isinstance(report.details, SavedMappings)
    assert SavedMappings.from_json(json.loads(json.dumps(report.details.as_json())))
    return report.details


# Reading


def test_each_entry_says_who_uses_it_and_whether_its_target_is_here(prod):
    details = read(prod)
    assert (details.path, details.text, details.exists) == (PATH, TEXT, True)
    assert details.version == file_version(TEXT.encode())
    shown = {entry.name: (entry.state, entry.job_names, entry.line) for entry in details.entries}
    assert shown == {
        "etl": (EntryState.FINE, ("load",), 4),
        "gone": (EntryState.MISSING, ("report",), 4),
        "old": (EntryState.UNUSED, (), 4),
        "ana@dev.example": (EntryState.FINE, ("load", "report"), 6),
    }


def test_patterns_say_which_definitions_they_fit(prod):
    prod.files.files[PATH] = b'{jobs: {include: ["*"], exclude: ["lo*", "tmp*", "creator:ana"]}}'
    shown = {entry.name: (entry.state, entry.job_names) for entry in read(prod).entries}
    assert shown == {
        "*": (EntryState.FINE, ("load", "report")),
        "lo*": (EntryState.FINE, ("load",)),
        "tmp*": (EntryState.UNUSED, ()),
        "creator:ana": (EntryState.FINE, ()),
    }


def test_a_test_says_which_jobs_would_be_excluded(prod):
    changes = try_out(prod, TEXT.replace("{\n", '{\n  jobs: {exclude: ["load"]},\n', 1)).changes
    assert [(row.job_name, row.before, row.after) for row in changes] == [
        ("load", "new", "excluded")
    ]


def test_who_is_not_here_is_missing(prod):
    prod.principals.active = {Principal("user_name", ME)}
    [entry] = [one for one in read(prod).entries if one.section == "run_as_mappings"]
    assert (entry.state, entry.value) == (EntryState.MISSING, {"user_name": "ops@x.org"})


def test_ids_that_no_list_shows_are_looked_up(prod):
    clusters = '{compute_name_mappings: {cluster_name_mappings: {a: {id: "7"}, b: {id: "8"}}}}'
    prod.files.files[PATH] = clusters.encode()
    prod.resources.unlisted[Kind.CLUSTER, "7"] = NamedResource("7", "pinned")
    states = {entry.name: entry.state for entry in read(prod).entries}
    assert states == {"a": EntryState.UNUSED, "b": EntryState.MISSING}


def test_each_section_has_the_choices_of_this_workspace(prod):
    for number in ("2", "3"):
        prod.add_resource(Kind.CLUSTER, number, "twin")
    robot = Principal("service_principal_name", "1-2")
    prod.principals.described = [FoundPrincipal(robot, "etl"), FoundPrincipal(robot, "", False)]
    choices = read(prod).choices
    assert choices["compute_name_mappings.cluster_name_mappings"] == (
        Choice("etl-prod", "etl-prod"),
        Choice("twin (id 2)", {"id": "2"}),
        Choice("twin (id 3)", {"id": "3"}),
    )
    shown = Choice("etl · 1-2 (service principal)", {"service_principal_name": "1-2"})
    assert choices["run_as_mappings"] == (shown,)
    assert choices["resource_name_mappings.pipelines"] == ()


def test_what_cannot_be_listed_is_a_note_and_nothing_is_called_missing(prod):
    prod.resources.fail = WorkspaceError("No permission.")
    prod.principals.fail["group_name"] = WorkspaceError("No permission.")
    details = read(prod)
    notes = [note.message for note in details.notes]
    assert "Clusters cannot be listed here. No permission." in notes
    assert "Groups cannot be listed here. No permission." in notes
    assert all(entry.state is not EntryState.MISSING for entry in details.entries)
    assert set(details.choices) == {"run_as_mappings"}


def test_a_broken_file_is_shown_with_the_place_of_the_mistake(prod):
    prod.files.files[PATH] = b"{\n  run_as_mappings: [}\n"
    details = read(prod)
    assert (details.problem.line, details.problem.column) == (2, 21)
    assert "line 2" in details.problem.message
    assert details.text == "{\n  run_as_mappings: [}\n"
    assert (details.entries, details.exists) == ((), True)


@pytest.mark.parametrize("content", [b"\xff{}", b"", b"{run_as_mappings: 3}"])
def test_whatever_is_in_the_file_can_be_looked_at(prod, content):
    prod.files.files[PATH] = content
    details = read(prod)
    assert details.problem
    assert details.version == file_version(content)


def test_no_file_is_not_an_error(prod):
    del prod.files.files[PATH]
    details = read(prod)
    assert (details.exists, details.version, details.text) == (False, "", "")
    assert details.choices


def test_without_a_place_for_the_file_that_is_said(prod):
    with pytest.raises(SettingsError, match="RESOURCE_NAME_MAPPINGS_FILE_PATH"):
        prod.service().read_mappings()


# Testing


def test_a_test_says_which_rows_would_change_how(prod):
    draft = TEXT.replace('"no-such"', '"etl-prod"')
    details = try_out(prod, draft)
    assert details.now == {"error": 1, "new": 1}
    assert details.draft == {"new": 2}
    assert details.changes == (TestedRow("report", "error", "new"),)
    assert details.version == file_version(draft.encode())


def test_a_row_that_stays_new_with_other_settings_counts_as_changed(prod):
    prod.add_resource(Kind.CLUSTER, "2", "other")
    details = try_out(prod, TEXT.replace('etl: "etl-prod"', 'etl: "other"'))
    assert details.changes == (TestedRow("load", "new", "new"),)


def test_a_rule_that_only_moves_to_another_line_changes_no_excluded_job(prod):
    text = TEXT.rstrip()[:-1].rstrip().rstrip(",") + ', jobs: {exclude: ["load"]}}'
    prod.files.files[PATH] = text.encode()
    details = try_out(prod, text.replace("{", "{\n", 1))
    assert details.now == details.draft == {"error": 1, "excluded": 1}
    assert details.changes == ()


def test_a_draft_that_breaks_a_row_says_why(prod):
    [row] = try_out(prod, TEXT.replace('etl: "etl-prod"', 'etl: "nothing"')).changes
    assert (row.before, row.after) == ("new", "error")
    assert "There is no cluster named “nothing”" in row.message


def test_a_test_of_the_file_as_it_is_changes_nothing(prod):
    assert try_out(prod, TEXT).changes == ()
    assert prod.files.files[PATH] == TEXT.encode()


def test_a_draft_is_tested_beside_a_file_that_is_broken_or_missing(prod):
    prod.files.files[PATH] = b"{"
    details = try_out(prod, TEXT)
    assert (details.now, details.draft) == ({}, {"error": 1, "new": 1})
    assert "The saved file cannot be used" in str(details.issues[-1])
    del prod.files.files[PATH]
    assert try_out(prod, TEXT).now == {"error": 2}


def test_a_draft_that_cannot_be_read_is_not_tested(prod):
    with pytest.raises(MappingFileError, match="line 1, column 2") as refused:
        service(prod).test_mappings("{")
    assert (refused.value.line, refused.value.column) == (1, 2)


def test_a_job_is_read_once_for_both_plans(prod):
    prod.jobs.add(job("load", max_concurrent_runs=7))
    asked: list[int] = []
    get_job = prod.jobs.get_job
    prod.jobs.get_job = lambda job_id: asked.append(job_id) or get_job(job_id)
    try_out(prod, TEXT.replace("old:", "older:"))
    assert len(asked) == 1


def test_a_deployment_that_only_exports_tests_its_export(prod):
    for name in ("load", "tmp 1"):
        prod.jobs.add(job(name))
    exporting = service(prod, mode=AppMode.EXPORT)
    report = exporting.test_mappings(TEXT.replace("{\n", '{\n jobs: {exclude: ["tmp*"]},\n', 1))
    assert isinstance(report.details, MappingTest)
    assert [(row.job_name, row.before, row.after) for row in report.details.changes] == [
        ("tmp 1", "new", "excluded")
    ]
    assert report.unmapped == ()


# Saving


def test_a_save_writes_the_text_keeps_the_old_one_and_says_what_changed(prod):
    text = TEXT.replace('"no-such"', '"etl-prod"').replace(', old: "etl-prod"', "")
    text = text.replace("run_as_mappings", 'pause_status: "new_paused",\n  run_as_mappings')
    report = save(prod, text)
    assert prod.files.files[PATH] == text.encode()
    details = saved(report)
    assert prod.files.files[details.kept] == TEXT.encode()
    assert "/.job-sync-state/" in details.kept and "/mappings/" in details.kept
    assert details.version == file_version(text.encode())
    shown = {
        row.job_name: (row.status, row.changes[0].current, row.changes[0].desired)
        for row in report.rows
    }
    section = "compute_name_mappings.cluster_name_mappings"
    assert shown == {
        f"gone ({section})": ("changed", "no-such", "etl-prod"),
        f"old ({section})": ("deleted", "etl-prod", None),
        "pause_status": ("new", None, "new_paused"),
    }


def test_secrets_do_not_reach_the_report(prod):
    text = '{value_mappings: {parameters: {api_token: "hush", env: "prod"}}}'
    document = json.dumps([row.as_json() for row in save(prod, text).rows])
    assert "hush" not in document
    assert '"prod"' in document


def test_secrets_do_not_reach_a_review_neither_old_nor_new(prod):
    secrets = '{api_token: "hush-1", password: {"hush-2": "hush-3"}, env: {dev: "prod"}}'
    fields = '{"parameters[my_token].default": {from: "hush-4", to: "hush-5"}}'
    text = f"{{value_mappings: {{parameters: {secrets}, fields: {fields}}}}}"
    save(prod, text)
    report = service(prod).review_mappings()
    document = json.dumps(report.details.as_json())
    assert "hush" not in document
    assert "hush" not in str([entry.target for entry in read(prod).entries])
    assert {"dev": "prod"} in [entry["value"] for entry in report.details.as_json()["entries"]]


def test_who_saves_second_is_refused_and_nothing_is_lost(prod):
    first = save(prod, TEXT.replace("of DEV", "by Ana"))
    with pytest.raises(MappingFileError, match="has changed since you opened it") as refused:
        save(prod, TEXT.replace("of DEV", "by Ben"))
    assert "Nothing was saved" in str(refused.value)
    assert b"by Ana" in prod.files.files[PATH]
    again = save(prod, TEXT.replace("of DEV", "by Ben"), saved(first).version)
    assert again.status == "completed"


def test_a_file_that_changed_or_went_on_disk_is_not_overwritten(prod):
    prod.files.files[PATH] = b"{}"
    with pytest.raises(MappingFileError, match="edited in the workspace"):
        save(prod, TEXT)
    assert prod.files.files[PATH] == b"{}"
    del prod.files.files[PATH]
    with pytest.raises(MappingFileError, match="is gone"):
        save(prod, TEXT)
    assert PATH not in prod.files.files


def test_a_file_is_created_where_there_is_none(prod):
    del prod.files.files[PATH]
    report = save(prod, TEXT, "")
    assert prod.files.files[PATH] == TEXT.encode()
    assert {row.status for row in report.rows} == {"new"}
    assert saved(report).kept == ""
    with pytest.raises(MappingFileError, match="has changed"):
        save(prod, "{}", "")


def test_somebody_who_creates_it_at_the_same_time_wins(prod):
    del prod.files.files[PATH]

    def before_write(path: str) -> None:
        if path == PATH:
            prod.files.files[PATH] = b"{} // theirs"

    prod.files.before_write = before_write
    with pytest.raises(MappingFileError, match="Somebody else created it"):
        save(prod, TEXT, "")
    assert prod.files.files[PATH] == b"{} // theirs"


def refuse(prod: FakeWorkspace, part: str, error: WorkspaceError) -> None:
    def before_write(path: str) -> None:
        if part in path:
            raise error

    prod.files.before_write = before_write


def test_a_file_that_may_not_be_written_is_a_clear_error(prod):
    refuse(prod, "mappings.json", PermissionDeniedError("You may not."))
    with pytest.raises(MappingFileError, match=r"cannot be written\. You may not") as refused:
        save(prod, "{}")
    assert "CAN EDIT" in str(refused.value)
    assert prod.files.files[PATH] == TEXT.encode()


def test_what_was_there_is_kept_or_nothing_is_saved(prod):
    refuse(prod, "/mappings/", PermissionDeniedError("You may not."))
    with pytest.raises(StateError, match="nothing was saved"):
        save(prod, "{}")
    assert prod.files.files[PATH] == TEXT.encode()


def test_a_write_whose_answer_was_lost_is_looked_at(prod):
    write = prod.files.write

    def lose(path: str, content: bytes) -> None:
        write(path, content)
        if path == PATH:
            raise UnreachableError("No answer.")

    prod.files.write = lose
    assert save(prod, "{}").status == "completed"


def test_a_write_that_somebody_else_overwrote_is_told(prod):
    write = prod.files.write

    def overwritten(path: str, content: bytes) -> None:
        write(path, b"{} // theirs" if path == PATH else content)

    prod.files.write = overwritten
    with pytest.raises(MappingFileError, match="is not what was saved"):
        save(prod, "{}")


def test_a_missing_folder_is_an_error_of_the_save(prod):
    refuse(prod, "mappings.json", NotFoundError("The folder is gone."))
    with pytest.raises(MappingFileError, match="Create its folder"):
        save(prod, "{}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1, column 2"),
        ("{run_as_mappings: []}", "line 1, column 19"),
        ("\ud800", "Character 1 cannot be saved"),
        ("// " + "x" * 2_000_001, "at most 2 MB"),
        ("", "is empty"),
    ],
)
def test_a_text_that_is_no_mapping_file_is_not_saved(prod, text, message):
    with pytest.raises(MappingFileError, match=message) as refused:
        save(prod, text)
    assert "Nothing was saved" in str(refused.value)
    assert prod.files.files[PATH] == TEXT.encode()


def test_a_broken_file_is_mended(prod):
    prod.files.files[PATH] = b"{ run_as_mappings: }"
    report = save(prod, TEXT, file_version(b"{ run_as_mappings: }"))
    assert report.rows[0].message.startswith("The file could not be read before")
    assert prod.files.files[PATH] == TEXT.encode()


def test_an_equal_text_writes_nothing(prod):
    prod.files.read_only = None
    report = save(prod, TEXT)
    assert (report.rows, saved(report).kept) == ((), "")


def test_line_ends_and_byte_order_mark_survive_a_browser(prod):
    windows = ("\ufeff" + TEXT).replace("\n", "\r\n").encode()
    prod.files.files[PATH] = windows
    details = read(prod)
    assert not details.text.startswith("\ufeff")
    in_browser = details.text.replace("\r\n", "\n").replace('"no-such"', '"x"')
    save(prod, in_browser, details.version)
    assert prod.files.files[PATH] == windows.replace(b'"no-such"', b'"x"')


def test_a_save_waits_for_no_other_operation(prod):
    working = service(prod)
    with working._sessions.open("import", lambda: False), pytest.raises(LockedError):
        save(prod, "{}")
    assert prod.files.files[PATH] == TEXT.encode()


def test_old_texts_are_forgotten_when_there_are_many(prod):
    version = file_version(TEXT.encode())
    for number in range(55):
        prod.time.wait(1)
        text = TEXT.replace("of DEV", f"number {number}")
        version = saved(save(prod, text, version)).version
    kept = [path for path in prod.files.files if "/mappings/" in path]
    assert len(kept) == 50
    assert not any(TEXT.encode() == prod.files.files[path] for path in kept)


def test_what_was_reviewed_with_other_mappings_is_not_imported(prod):
    prod.add_resource(Kind.CLUSTER, "2", "other")
    plan, _ = service(prod).validate()
    save(prod, TEXT.replace('etl: "etl-prod"', 'etl: "other"'))
    review = Review(("load",), fingerprint_plan(plan))
    report = service(prod).import_jobs(review)
    [row] = [row for row in report.rows if row.job_name == "load"]
    assert row.result != "created"
    assert not prod.jobs.jobs


def test_the_time_of_a_change_is_said_where_the_workspace_gives_it(prod):
    prod.files.modified_at = 0
    prod.files.files[PATH] = b"{}"
    with pytest.raises(MappingFileError, match="since you opened it: saved by"):
        save(prod, TEXT)
    status = prod.files.status

    def refuse_status(path: str):
        if path == PATH:
            raise WorkspaceError("No answer.")
        return status(path)

    prod.files.status = refuse_status
    with pytest.raises(MappingFileError, match="since you opened it: saved by"):
        save(prod, TEXT)


def test_a_write_that_failed_and_cannot_be_looked_at_was_not_saved(prod):
    read_file = prod.files.read

    def lose(path: str, content: bytes) -> None:
        if path == PATH:
            prod.files.unreadable[PATH] = UnreachableError("No answer.")
            raise UnreachableError("No answer.", fix="Try again.")
        prod.files._put(path, content)

    prod.files.write = lose
    with pytest.raises(
        MappingFileError, match=r"cannot be written\. No answer\. Nothing was saved"
    ):
        save(prod, "{}")
    prod.files.unreadable.clear()
    assert read_file(PATH) == TEXT.encode()


def test_a_git_folder_that_cannot_be_read_only_costs_the_link(prod):
    def refuse_find(path: str):
        if path.startswith(PATH.rpartition("/")[0]) and path != FOLDER:
            raise WorkspaceError("No answer.")
        return FakeGit().find(path)

    prod.git.find = refuse_find
    assert read(prod).folder_id is None


def test_many_principals_are_listed_in_part_and_that_is_said(prod):
    robots = (Principal("service_principal_name", f"{number}") for number in range(1001))
    prod.principals.described = [FoundPrincipal(one) for one in robots]
    details = read(prod)
    assert len(details.choices["run_as_mappings"]) == 1000
    [note] = details.notes
    assert note.message == ("Only the first 1,000 service principals are listed. Type any other.")


def test_a_login_that_ended_is_no_note(prod):
    prod.resources.fail = UnauthenticatedError("The token has expired.")
    with pytest.raises(UnauthenticatedError):
        service(prod).read_mappings()


def test_a_review_joins_the_file_and_what_a_validation_lacks(prod):
    report = service(prod).review_mappings()
    assert isinstance(report.details, MappingsReview)
    assert not report.details.is_fine
    assert [name.name for name in report.unmapped] == ["gone"]
    assert "maps to no-such" in str(report.issues[0])
    prod.files.files[PATH] = TEXT.replace('"no-such"', '"etl-prod"').encode()
    assert service(prod).review_mappings().details.is_fine


def test_a_review_of_a_broken_file_validates_nothing(prod):
    prod.files.files[PATH] = b"{"
    report = service(prod).review_mappings()
    assert (report.unmapped, report.details.is_fine) == ((), False)
    assert "line 1, column 2" in str(report.issues[0])


def test_a_deployment_that_only_exports_reviews_the_file_alone(prod):
    assert service(prod, mode=AppMode.EXPORT).review_mappings().unmapped == ()
