"""What an import would do."""

from typing import Any

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents, UnreadFile
from core.errors import Issue
from core.jobsettings.kinds import Kind
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.mapping.unmapped import MissingName
from core.planning.fingerprints import fingerprint_plan, fingerprint_row
from core.planning.forms import Form, make_file_form
from core.planning.import_plan import (
    Plan,
    Situation,
    plan_import,
)
from core.ports import LiveJob, NamedResource
from core.state.ledger import ImportedJob, ImportedLedger
from tests.builders import job, run_job_task


def definition_file(name: str, *, source: int | None = None, path: str = "", **fields: Any):
    definition = Definition.pack(name, source, "ana", job(name, **fields))
    return DefinitionFile(path or f"{name}.json", definition, b"")


def live(job_id: int, name: str, *, complete: bool = True, truncated: bool = False, **fields: Any):
    return LiveJob.pack(job_id, job(name, **fields), "ana", "ana", complete, truncated)


def contents(*files: DefinitionFile, unread: tuple[str, ...] = ()) -> GitContents:
    return GitContents("/f", files, tuple(UnreadFile(path, Issue("no", path)) for path in unread))


def imported(*entries: tuple[int, str, int | None]) -> ImportedLedger:
    return ImportedLedger({job_id: ImportedJob(name, source) for job_id, name, source in entries})


def plan(
    git: GitContents, *jobs: LiveJob, ledger: ImportedLedger | None = None, **fields: Any
) -> Plan:
    members = [NamedResource(str(job.job_id), job.name) for job in jobs]
    situation = {
        "contents": git,
        "desired": lambda file: make_file_form(file.definition),
        "live": jobs,
        "ledger": ledger or ImportedLedger(),
        "book": NameBook("42", {Kind.JOB: members}),
        "sees_all_jobs": True,
        **fields,
    }
    return plan_import(Situation(**situation))


def statuses(result: Plan) -> dict[str, str]:
    return {row.job_name: row.status for row in result.rows}


def test_every_job_has_one_row_in_the_order_of_names():
    git = contents(
        definition_file("b"), definition_file("A"), definition_file("c", tags={"x": "1"})
    )
    result = plan(git, live(2, "b"), live(3, "c"), live(4, "d"), ledger=imported((2, "b", None)))
    assert [(row.job_name, row.status) for row in result.rows] == [
        ("A", "new"),
        ("b", "unchanged"),
        ("c", "changed"),
        ("d", "unmanaged"),
    ]
    assert result.is_complete


def test_two_files_of_one_job_block_both_and_are_named():
    git = contents(definition_file("a", path="x.json"), definition_file("a", path="y.json"))
    result = plan(git, live(1, "a"), live(2, "other"))
    assert [row.status for row in result.rows] == ["error", "error", "unmanaged"]
    assert all("x.json, y.json" in row.issues[0].message for row in result.rows[:2])


def test_two_jobs_of_one_name_block_the_definition_and_are_named():
    result = plan(contents(definition_file("a")), live(1, "a"), live(2, "a"))
    (row,) = result.rows
    assert "1, 2" in row.issues[0].message


def test_a_job_whose_full_form_could_not_be_read_is_an_error():
    result = plan(contents(definition_file("a")), live(1, "a"), unread_jobs={1: Issue("Slow.", "")})
    (row,) = result.rows
    assert (row.status, row.issues[0].message) == ("error", "Slow.")


def test_a_form_with_issues_blocks_its_job_and_tells_what_is_missing():
    absent = MissingName("cluster", "etl", "clusters", Kind.CLUSTER)
    form = Form(job("a"), (Issue("No cluster.", "x"),), (absent,))
    result = plan(contents(definition_file("a")), desired=lambda _file: form)
    assert statuses(result) == {"a": "error"}
    assert result.missing == (("a", absent),)


def test_a_job_that_was_imported_and_whose_file_is_gone_is_deleted():
    result = plan(contents(), live(1, "a"), ledger=imported((1, "a", 9)))
    assert list(result.removable()) == ["a"]


@pytest.mark.parametrize(
    ("git", "sees_all"), [(contents(unread=("x.json",)), True), (contents(), False)]
)
def test_an_incomplete_plan_deletes_nothing(git, sees_all):
    result = plan(git, live(1, "a"), ledger=imported((1, "a", 9)), sees_all_jobs=sees_all)
    assert result.removable() == {}
    assert not result.is_complete
    assert statuses(result)["a"] == "unmanaged"
    assert bool(result.issues) is not sees_all


def test_without_a_whole_list_of_jobs_none_is_created():
    result = plan(contents(definition_file("a")), sees_all_jobs=False)
    assert result.importable() == {}
    assert statuses(result) == {"a": "error"}


def test_a_deleted_job_names_those_that_still_run_it():
    result = plan(
        contents(),
        live(1, "a"),
        live(2, "x", tasks=[run_job_task("t", 1)]),
        live(3, "b"),
        live(4, "self", tasks=[run_job_task("t", 4)]),
        ledger=imported((1, "a", 9), (3, "b", 8), (4, "self", 7)),
    )
    users = {name: row.needed_by for name, row in result.removable().items()}
    assert users == {"a": ("x",), "b": (), "self": ()}


def test_a_managed_job_is_skipped_with_and_without_a_file():
    managed = {"deployment": {"kind": "SYSTEM_MANAGED"}}
    result = plan(contents(definition_file("a")), live(1, "a", **managed), live(2, "b", **managed))
    assert statuses(result) == {"a": "skipped", "b": "skipped"}


def test_an_equal_job_that_the_ledger_does_not_know_can_be_adopted():
    git = contents(definition_file("a"), definition_file("b"))
    result = plan(git, live(1, "a"), live(2, "b"), ledger=imported((1, "a", None)))
    assert [row.job_name for row in result.adoptable()] == ["b"]


def test_a_new_job_comes_paused_when_the_policy_says_so():
    git = contents(definition_file("a", schedule={"pause_status": "UNPAUSED"}))
    (row,) = plan(git, pause=PausePolicy.NEW_PAUSED).importable().values()
    assert row.unpack_settings()["schedule"]["pause_status"] == "PAUSED"


def test_what_the_rules_hid_is_shown_when_asked_for():
    git = contents(definition_file("a", timeout_seconds=0), definition_file("b", tags={"x": "1"}))
    result = plan(git, live(1, "a"), live(2, "b", timeout_seconds=0), shows_hidden=True)
    assert [[hidden.path for hidden in row.hidden] for row in result.rows] == [
        ["timeout_seconds"],
        ["timeout_seconds"],
    ]


def test_a_list_form_is_read_in_full_unless_it_proves_that_the_job_is_equal():
    git = contents(*(definition_file(name) for name in "abc"), definition_file("d", tags={"x": ""}))
    result = plan(
        git,
        live(1, "a", complete=False),
        live(2, "b", complete=False, truncated=True),
        live(3, "c", complete=False, tags={"x": "1"}),
        live(4, "d"),
    )
    assert result.jobs_to_read() == [2, 3]
    assert [row.file.path for row in result.settled()] == ["a.json"]


def test_a_settled_row_is_not_looked_at_again():
    git = contents(definition_file("a"))
    settled = plan(git, live(1, "a")).settled()
    again = plan(git, live(1, "a", tags={"x": "1"}), settled=settled)
    assert again.rows == settled


def test_a_definition_with_a_new_name_keeps_the_job_it_was_imported_to():
    git = contents(definition_file("new", source=9))
    result = plan(git, live(1, "old"), ledger=imported((1, "old", 9)))
    (row,) = result.rows
    assert (row.status, row.old_name) == ("renamed", "old")


def test_a_fingerprint_moves_with_the_job_and_with_the_file_and_stays_otherwise():
    def fingerprint(file: DefinitionFile, *jobs: LiveJob) -> str:
        (row,) = plan(contents(file), *jobs).rows
        return fingerprint_row(row)

    changed = definition_file("a", tags={"x": "1"})
    before = fingerprint(changed, live(1, "a"))
    assert fingerprint(changed, live(1, "a")) == before
    assert fingerprint(changed, live(2, "a")) != before
    assert fingerprint(changed, live(1, "a", max_concurrent_runs=3)) != before
    assert fingerprint(definition_file("a", tags={"x": "2"}), live(1, "a")) != before
    assert fingerprint(changed) != before


def test_two_files_of_one_renamed_job_do_not_make_its_job_a_deleted_one():
    git = contents(
        definition_file("new", source=9, path="x.json"),
        definition_file("new", source=9, path="y.json"),
    )
    result = plan(git, live(1, "old"), ledger=imported((1, "old", 9)))
    assert [row.status for row in result.rows] == ["error", "error"]


def test_what_can_be_carried_out_has_a_fingerprint_by_name():
    made = plan(
        contents(definition_file("new"), definition_file("same"), definition_file("moved", a=1)),
        live(1, "same"),
        live(2, "moved"),
        live(3, "gone"),
        live(4, "by hand"),
        ledger=imported((3, "gone", None)),
    )
    prints = fingerprint_plan(made)
    assert sorted(prints) == ["gone", "moved", "new"]
    assert len(set(prints.values())) == 3
    assert prints["new"] == fingerprint_row(made.importable()["new"])
    assert prints["gone"] == fingerprint_row(made.removable()["gone"])
