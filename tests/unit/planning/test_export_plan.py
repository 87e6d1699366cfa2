"""What an export would do."""

import unicodedata
from typing import Any

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents, OtherFile, UnreadFile
from core.definitions.other_json import examine_other_json
from core.errors import Issue
from core.mapping.mapped_value import MappedValue
from core.mapping.name_book import NameBook
from core.planning.export_plan import (
    ExportPlan,
    ExportSituation,
    plan_export,
)
from core.planning.export_rows import ChangedFile
from core.planning.forms import Form
from core.planning.import_rows import Blocked
from core.ports import LiveJob
from core.state.ledger import ExportedFile, ExportedLedger
from tests.builders import job


def file_of(
    name: str, *, path: str = "", source: int | None = None, **fields: Any
) -> DefinitionFile:
    definition = Definition.pack(name, source, "ana", job(name, **fields))
    return DefinitionFile(path or f"{name}.json", definition, b"")


def live(job_id: int, name: str, *, complete: bool = True, truncated: bool = False, **fields: Any):
    return LiveJob.pack(job_id, job(name, **fields), "ana", "ana", complete, truncated)


def contents(
    *files: DefinitionFile, unread: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> GitContents:
    taken = {*names, *(file.path.casefold() for file in files), *unread}
    failures = tuple(UnreadFile(path, Issue("no", path)) for path in unread)
    return GitContents("/f", files, failures, (), frozenset(taken))


def exported(**paths: int) -> ExportedLedger:
    return ExportedLedger(
        {f"{name}.json": ExportedFile(job_id, name) for name, job_id in paths.items()}
    )


def plan(
    git: GitContents, *jobs: LiveJob, ledger: ExportedLedger | None = None, **fields: Any
) -> ExportPlan:
    situation = {
        "contents": git,
        "live": jobs,
        "ledger": ledger or ExportedLedger(),
        "book": NameBook("42", {}),
        "sees_all_jobs": True,
        "as_imported": lambda _file: None,
        **fields,
    }
    return plan_export(ExportSituation(**situation))


def statuses(result: ExportPlan) -> list[tuple[str, str]]:
    return [(row.job_name, row.status) for row in result.rows]


def test_every_job_and_every_file_has_one_row():
    git = contents(file_of("b"), file_of("c", tags={"x": "1"}), file_of("gone"), file_of("foreign"))
    jobs = [live(1, "A"), live(2, "b"), live(3, "c")]
    result = plan(git, *jobs, ledger=exported(gone=9))
    assert statuses(result) == [
        ("A", "new"),
        ("b", "unchanged"),
        ("c", "changed"),
        ("foreign", "unmanaged"),
        ("gone", "deleted"),
    ]


@pytest.mark.parametrize(
    ("jobs", "files", "expected"),
    [
        ([live(1, "a"), live(2, "a")], [], "2 jobs have this name: 1, 2"),
        ([live(1, "a")], [file_of("a"), file_of("a", path="b.json")], "a.json, b.json"),
        ([live(1, " ")], [], "Job 1 has no name"),
        ([live(1, "a", existing_cluster_id="c-1")], [], "could not be looked up"),
    ],
)
def test_a_job_that_cannot_be_told_apart_or_named_is_an_error(jobs, files, expected):
    rows = [row for row in plan(contents(*files), *jobs).rows if row.status == "error"]
    assert len(rows) == len(jobs)
    assert all(expected in row.issues[0].message for row in rows)


def test_a_job_whose_full_form_could_not_be_read_is_an_error():
    (row,) = plan(contents(), live(1, "a"), unread_jobs={1: Issue("Slow.", "")}).rows
    assert (row.status, row.issues[0].message) == ("error", "Slow.")


def test_a_managed_job_is_skipped():
    assert statuses(plan(contents(), live(1, "a", deployment={"kind": "SYSTEM_MANAGED"}))) == [
        ("a", "skipped")
    ]


def test_a_renamed_job_keeps_its_file():
    (row,) = plan(contents(file_of("old")), live(1, "new"), ledger=exported(old=1)).rows
    assert (row.status, row.path, row.old_name) == ("renamed", "old.json", "old")


def test_a_file_stays_with_its_job_although_another_has_the_name_now():
    jobs = [live(1, "new"), live(2, "old")]
    git = contents(file_of("old"), names=("old.json",))
    first, second = plan(git, *jobs, ledger=exported(old=1)).rows
    assert (first.status, first.path) == ("renamed", "old.json")
    assert (second.status, second.path.startswith("old~")) == ("new", True)


def test_names_that_differ_only_in_case_get_files_of_their_own():
    first, second = plan(contents(), live(1, "Load"), live(2, "load")).rows
    assert first.path.casefold() != second.path.casefold()


def test_a_name_is_never_given_twice():
    taken = ["a.json"]
    for _ in range(5):
        (row,) = plan(contents(names=tuple(taken)), live(1, "a")).rows
        assert row.status == "new"
        assert row.path not in taken
        taken.append(row.path)


def test_a_name_in_any_script_is_the_name_of_a_new_file():
    name = "Prévision – scoring · 在庫"
    (row,) = plan(contents(), live(1, name)).rows
    assert (row.status, row.path) == ("new", f"{name}.json")


@pytest.mark.parametrize("path", ["Pr%C3%A9vision.json", "sub/Pr%C3%A9vision.json"])
@pytest.mark.parametrize("tags", [{}, {"x": "1"}])
def test_a_job_keeps_the_file_that_a_former_version_named(path, tags):
    git = contents(file_of("Prévision", path=path))
    (row,) = plan(git, live(1, "Prévision", tags=tags)).rows
    assert (row.status, row.file.path) == ("changed" if tags else "unchanged", path)


def test_a_renamed_job_keeps_the_file_that_a_former_version_named():
    git = contents(file_of("Prévision", path="Pr%C3%A9vision.json"))
    ledger = ExportedLedger({"Pr%C3%A9vision.json": ExportedFile(1, "Prévision")})
    (row,) = plan(git, live(1, "Prévision 在庫"), ledger=ledger).rows
    assert (row.status, row.path) == ("renamed", "Pr%C3%A9vision.json")


@pytest.mark.parametrize(
    "unread",
    ["Pr%C3%A9vision.json", "Prévision.json", unicodedata.normalize("NFD", "PRÉVISION.json")],
)
def test_a_job_whose_file_cannot_be_read_under_any_spelling_gets_no_second_file(unread):
    result = plan(contents(unread=(unread,)), live(1, "Prévision"), live(2, "b"))
    assert statuses(result) == [("", "error"), ("b", "new"), ("Prévision", "error")]


@pytest.mark.parametrize(
    "path", ["Pr%C3%A9vision.json", unicodedata.normalize("NFD", "Prévision.json")]
)
def test_a_job_whose_file_is_blank_under_any_spelling_gets_no_second_file(path):
    git = GitContents("/f", other=(OtherFile(path, examine_other_json({})),))
    (row,) = plan(git, live(1, "Prévision")).rows
    assert (row.status, row.issues[0].path) == ("error", path)


def test_a_file_that_cannot_be_read_is_not_overwritten():
    result = plan(contents(unread=("a.json",)), live(1, "a"))
    assert statuses(result) == [("", "error"), ("a", "error")]


@pytest.mark.parametrize("unread", ["sub/a.json", "sub/", "SUB/"])
def test_a_job_whose_file_lies_where_nothing_can_be_read_gets_no_second_file(unread):
    ledger = ExportedLedger({"sub/a.json": ExportedFile(1, "a")})
    result = plan(contents(unread=(unread,)), live(1, "a"), live(2, "b"), ledger=ledger)
    assert statuses(result) == [("", "error"), ("a", "error"), ("b", "new")]


def test_a_file_that_is_equal_once_it_is_imported_is_unchanged():
    git = contents(file_of("a", tags={"x": "dev"}))
    target = Form({**job("a", tags={"x": "prod"}), "run_as": {"user_name": "ana"}})
    result = plan(git, live(1, "a", tags={"x": "prod"}), as_imported=lambda _file: target)
    assert statuses(result) == [("a", "unchanged")]


MAPPED = MappedValue("tags.x", "dev", "prod", "value_mappings.tags", "x", 3)


def mapped_form(**tags: str) -> Form:
    settings = {**job("a", tags=tags), "run_as": {"user_name": "ana"}}
    return Form(settings, mapped=(MAPPED,))


def test_only_what_differs_from_the_mapped_definition_is_written():
    git = contents(file_of("a", tags={"x": "dev"}, source=7))
    form = mapped_form(x="prod")
    (row,) = plan(
        git, live(1, "a", tags={"x": "prod", "y": "z"}), as_imported=lambda _file: form
    ).rows
    assert isinstance(row, ChangedFile)
    assert row.definition.unpack_settings()["tags"] == {"x": "dev", "y": "z"}
    assert row.definition.source_job_id == 7
    assert [change.path for change in row.changes] == ["tags.y"]


def test_a_definition_that_maps_to_another_job_is_not_written():
    git = contents(file_of("a", tags={"x": "dev"}))
    (row,) = plan(
        git,
        live(1, "a", tags={"x": "prod", "y": "z"}),
        as_imported=lambda _file: mapped_form(x="prod"),
        map_again=lambda _definition: mapped_form(x="prod", y="other"),
    ).rows
    assert isinstance(row, Blocked)
    assert "would not turn the exported definition into this job again: tags.y." in str(
        row.issues[0]
    )
    assert row.mapped == (MAPPED,)


def test_of_a_job_that_only_the_list_shows_nothing_is_decided_yet():
    git = contents(file_of("a", tags={"x": "dev"}))
    job_in_list = live(1, "a", complete=False, tags={"x": "test"})
    result = plan(git, job_in_list, as_imported=lambda _file: mapped_form(x="prod"))
    assert statuses(result) == [("a", "changed")]
    assert result.jobs_to_read() == [1]


def test_a_file_is_not_replaced_because_a_look_up_failed():
    git = contents(file_of("a", tags={"x": "dev"}))
    form = Form({}, (Issue("Slow."),), is_unread=True)
    (row,) = plan(git, live(1, "a"), as_imported=lambda _file: form).rows
    assert isinstance(row, Blocked)
    assert row.issues == (Issue("Slow."),)


def test_a_file_of_a_job_that_is_still_there_is_not_deleted():
    result = plan(contents(file_of("a")), live(1, "b"), live(9, "a2"), ledger=exported(a=1, b=1))
    assert ("a", "deleted") not in statuses(result)


def test_without_a_whole_list_of_jobs_no_file_is_deleted():
    result = plan(contents(file_of("gone")), ledger=exported(gone=9), sees_all_jobs=False)
    assert statuses(result) == [("gone", "unmanaged")]
    assert result.issues


def test_a_list_form_is_read_in_full_unless_it_proves_that_the_file_is_equal():
    jobs = [
        live(1, "a", complete=False),
        live(2, "b", complete=False, truncated=True),
        live(3, "c", complete=False),
        live(4, "d"),
    ]
    result = plan(contents(file_of("a"), file_of("b")), *jobs)
    assert result.jobs_to_read() == [2, 3]
    assert [row.job.job_id for row in result.settled()] == [1]


def test_a_settled_row_is_not_looked_at_again():
    git = contents(file_of("a"))
    settled = plan(git, live(1, "a")).settled()
    again = plan(git, live(1, "a", tags={"x": "1"}), settled=settled)
    assert again.rows == settled


def test_a_file_is_forgotten_when_its_job_is_gone_as_well():
    git, jobs = contents(file_of("a")), [live(1, "a"), live(3, "c")]
    ledger = exported(a=1, b=2, c=3)
    assert plan(git, *jobs, ledger=ledger).gone == {"b.json"}
    assert plan(git, *jobs, ledger=ledger, sees_all_jobs=False).gone == set()
    assert plan(contents(file_of("a"), unread=("x.json",)), *jobs, ledger=ledger).gone == set()
