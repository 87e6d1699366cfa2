"""Rows of plans as rows of reports."""

from dataclasses import replace

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.jobsettings.kinds import Kind
from core.jobsettings.known_ids import KnownId, KnownIds
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    FileNotes,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Excluded,
    New,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.moves import Former
from core.ports import LiveJob
from core.reporting.audience import describe_audience
from core.reporting.rows import detailed_row, export_row, import_row, moved_row, refuse_outside
from core.state.written import Stamp
from tests.builders import job

KNOWN = KnownIds([KnownId(Kind.JOB, "987654321", "load"), KnownId(Kind.CLUSTER, "c-12345", "etl")])
JOB = LiveJob.pack(1, job("a"), "ana", "ana", complete=True)
DEFINITION = Definition.pack("a", 1, "ana", job("a"))
FILE = DefinitionFile("sub/a.json", DEFINITION, b"")
CHANGES = (FieldChange("run_as.user_name", "ana", "bob"),)

SEEN_BY = describe_audience(())


def changed(file: DefinitionFile = FILE, **fields) -> Changed:
    return Changed.pack("a", file, JOB, job("a"), job("a"), **{"changes": (), **fields})


def words(row) -> tuple[str, str, str]:
    return row.file_name, row.status, row.message


def test_each_row_of_an_import_says_where_and_what():
    rows = [
        (New.pack("a", FILE, job("a")), ("sub/a.json", "new", f"Will be created. {SEEN_BY}")),
        (changed(), ("sub/a.json", "changed", "")),
        (changed(old_name="b"), ("sub/a.json", "renamed", "Currently named “b”.")),
        (Unchanged("a", FILE, JOB, is_adopted=True), ("sub/a.json", "unchanged", "")),
        (
            Unchanged("a", FILE, JOB, is_adopted=False),
            ("sub/a.json", "unchanged", "Matches its definition, not yet adopted."),
        ),
        (Deleted("a", JOB, ()), ("", "deleted", "Its definition is no longer in Git.")),
        (Unmanaged("a", JOB, "Not ours."), ("", "unmanaged", "Not ours.")),
        (Skipped("a", JOB, "A bundle's.", FILE), ("sub/a.json", "skipped", "A bundle's.")),
        (Skipped("a", JOB, "A bundle's.", None), ("", "skipped", "A bundle's.")),
        (Excluded("a", None, FILE, "By a rule."), ("sub/a.json", "excluded", "By a rule.")),
        (Excluded("a", JOB, None, "By a rule."), ("", "excluded", "By a rule.")),
        (Blocked("a", "sub/a.json", (Issue("No."),)), ("sub/a.json", "error", "")),
    ]
    for row, expected in rows:
        assert words(import_row(row)) == expected


def test_each_row_of_an_export_says_where_and_what():
    rows = [
        (NewFile("a", "a.json", JOB, DEFINITION), ("a.json", "new", "")),
        (ChangedFile("a", FILE, JOB, DEFINITION, ()), ("sub/a.json", "changed", "")),
        (
            ChangedFile("a", FILE, JOB, DEFINITION, (), "b"),
            ("sub/a.json", "renamed", "The file still uses the name “b”."),
        ),
        (UnchangedFile("a", FILE, JOB), ("sub/a.json", "unchanged", "")),
        (
            DeletedFile("a", FILE),
            ("sub/a.json", "deleted", "Its job no longer exists in this workspace."),
        ),
        (ForeignFile("a", FILE, "Not ours."), ("sub/a.json", "unmanaged", "Not ours.")),
        (SkippedJob("a", "A bundle's."), ("", "skipped", "A bundle's.")),
        (Excluded("a", JOB, FILE, "By a rule."), ("sub/a.json", "excluded", "By a rule.")),
        (Blocked("a", "a.json", (Issue("No."),)), ("a.json", "error", "")),
    ]
    for row, expected in rows:
        assert words(export_row(row)) == expected


def test_a_changed_row_tells_its_changes_and_its_risks():
    row = import_row(changed(changes=CHANGES, old_name="b"))
    assert row.changes == CHANGES
    assert row.message == "Currently named “b”."
    assert (
        row.message_with_risks
        == "Currently named “b”. Will run as another principal after the import."
    )


def test_a_blocked_row_tells_its_issues():
    assert import_row(Blocked("a", "a.json", (Issue("No."),))).issues == (Issue("No."),)


def test_those_that_still_run_a_deleted_job_are_named():
    row = import_row(Deleted("a", JOB, ("b", "c", "d", "e")))
    assert "“b”, “c”, “d” still run it" in row.message


def test_the_details_of_a_row_hold_risks_and_what_is_not_mapped():
    row = detailed_row(changed(changes=CHANGES))
    details = row.details
    assert details is not None
    assert [risk.code for risk in row.risks] == ["run_as"]
    assert [item.path for item in details.not_mapped] == ["tasks[main].notebook_task.notebook_path"]
    assert detailed_row(New.pack("a", FILE, job("a"))).details is not None
    unchanged = detailed_row(Unchanged("a", FILE, JOB, is_adopted=True))
    assert unchanged.details is not None
    assert unchanged.risks == ()


def test_a_row_that_nothing_can_be_done_with_has_no_details():
    assert detailed_row(Unmanaged("a", JOB, "Not ours.")).details is None


def test_a_row_that_moved_is_an_error_at_its_file():
    assert moved_row(New.pack("a", FILE, job("a"))).file_name == "sub/a.json"
    row = moved_row(Deleted("a", JOB, ()))
    assert (row.file_name, row.status) == ("", "error")
    assert "Validate again" in row.issues[0].message


def test_a_row_lists_the_fields_that_no_definition_has():
    one = Definition.pack("a", 1, "ana", job("a"), left_out=("permissions",))
    two = Definition.pack("a", 1, "ana", job("a"), left_out=("has_more", "permissions"))
    file = DefinitionFile("a.json", one, b"")
    note = "permissions is not part of a definition: it was left out."
    created = import_row(New.pack("a", file, job("a"))).message
    assert created == f"Will be created. {SEEN_BY} {note}"
    assert import_row(Unchanged("a", file, JOB, is_adopted=True)).message == note
    assert export_row(UnchangedFile("a", file, JOB)).message == note
    assert export_row(ChangedFile("a", file, JOB, one, ())).message == note
    several = import_row(changed(file=DefinitionFile("a.json", two, b""))).message
    assert several == "has_more, permissions are not part of a definition: they were left out."


WITH_IDS = job("a", parameters=[{"name": "api_token", "default": "987654321 hush"}])
MARKED = "parameters[api_token].default"
WITH_IDS_FILE = DefinitionFile("a.json", Definition.pack("a", 1, "ana", WITH_IDS), b"")


def test_ids_of_the_source_are_a_risk_of_an_import_that_shows_no_value():
    for row in (New.pack("a", WITH_IDS_FILE, WITH_IDS), changed(file=WITH_IDS_FILE)):
        [risk] = import_row(row, KNOWN).risks
        assert (risk.code, risk.message) == (
            "source_ids",
            f"Holds ids of the source workspace: {MARKED} (job “load”).",
        )
        assert import_row(row).risks == ()
    assert import_row(Unchanged("a", WITH_IDS_FILE, JOB, is_adopted=True), KNOWN).risks == ()


def test_the_details_mark_ids_of_the_source():
    row = Unchanged("a", WITH_IDS_FILE, JOB, is_adopted=True)
    for not_mapped, paths in (
        (True, ["tasks[main].notebook_task.notebook_path", MARKED]),
        (False, [MARKED]),
    ):
        details = detailed_row(row, KNOWN, not_mapped=not_mapped).details
        assert details is not None
        assert sorted(item.path for item in details.not_mapped) == sorted(paths)
        assert [item.ids for item in details.not_mapped if item.ids] == [("job “load”",)]


def test_an_export_marks_the_ids_that_only_its_workspace_knows():
    definition = WITH_IDS_FILE.definition
    for row in (
        NewFile("a", "a.json", JOB, definition),
        ChangedFile("a", FILE, JOB, definition, ()),
        UnchangedFile("a", WITH_IDS_FILE, JOB),
    ):
        shown = export_row(row, KNOWN)
        expected = f"Holds ids that only this workspace knows: {MARKED} (job “load”)."
        assert shown.message_with_risks == expected
        assert shown.details is not None
        assert [item.path for item in shown.details.not_mapped] == [MARKED]
        assert export_row(row).details is None


def test_many_values_with_ids_are_counted():
    parameters = [{"name": f"p{n}", "default": "c-12345"} for n in range(7)]
    definition = Definition.pack("a", 1, "ana", job("a", parameters=parameters))
    message = export_row(NewFile("a", "a.json", JOB, definition), KNOWN).message_with_risks
    assert message.endswith("parameters[p4].default (cluster “etl”) and 2 more.")


def test_a_definition_that_refers_to_jobs_that_are_not_exported_says_which():
    for jobs, words in (
        (("“x” (line 1)",), "Runs “x” (line 1), which is excluded here, so it is not exported."),
        (("“x”", "“y”"), "Runs “x”, “y”, which are excluded here, so they are not exported."),
    ):
        row = UnchangedFile("a", FILE, JOB, FileNotes(not_exported=jobs))
        assert export_row(row).message_with_risks == words


def test_only_what_was_chosen_and_does_not_belong_here_is_refused():
    rows = (Excluded("a", JOB, None, "By a rule."), Excluded("b", JOB, None, ""), changed())
    assert refuse_outside(rows, None, "imported") == {}
    ((number, row),) = refuse_outside(rows, ["a"], "imported").items()
    assert (number, row.status) == (0, "error")
    assert row.issues == (Issue("Not imported: this job does not belong here. By a rule."),)


def test_a_row_that_nobody_selects_by_itself_says_so():
    here = (FieldChange("timeout_seconds", 1, 2, Origin.HERE),)
    in_git = (FieldChange("timeout_seconds", 1, 2, Origin.GIT),)
    assert import_row(changed(changes=here)).by_choice
    assert import_row(replace(changed(changes=in_git), doubt="Whose is it?")).by_choice
    assert import_row(
        New.pack("a", FILE, job("a"), former=Former(7, Stamp(0, "", "import")))
    ).by_choice
    assert not import_row(changed(changes=in_git)).by_choice
    assert not import_row(New.pack("a", FILE, job("a"))).by_choice
    assert "by_choice" not in import_row(changed(changes=here)).as_json()
