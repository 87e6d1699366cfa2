"""Which job each definition is: ids first, then names."""

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.planning.import_identity import Pairing, pair_definitions
from core.ports import LiveJob
from core.state.ledger import ImportedJob, ImportedLedger
from tests.builders import job


def defined(name: str, source: int | None = None, path: str = "") -> DefinitionFile:
    definition = Definition.pack(name, source, "ana", job(name))
    return DefinitionFile(path or f"{name}.json", definition, b"")


def pair(
    files: list[DefinitionFile],
    jobs: dict[int, str],
    *ledger: tuple[int, str, int | None],
    unproven: tuple[int, ...] = (),
    paths: dict[int, str] | None = None,
) -> Pairing:
    live = [LiveJob.pack(i, job(name), "ana", "ana", complete=True) for i, name in jobs.items()]
    entries = {i: ImportedJob(n, source, (paths or {}).get(i, "")) for i, n, source in ledger}
    unknown = {job_id: Issue(f"Job {job_id} may be gone.") for job_id in unproven}
    return pair_definitions(files, live, ImportedLedger(entries), unknown)


def ids(pairing: Pairing) -> dict[str, int]:
    return {path: job.job_id for path, job in pairing.jobs.items()}


def test_a_job_never_imported_is_found_by_its_name() -> None:
    made = pair([defined("a", 7), defined("b")], {1: "a", 2: "b", 3: "c"})
    assert ids(made) == {"a.json": 1, "b.json": 2}
    assert made.spoken_of == {1, 2}


@pytest.mark.parametrize("present", ["old", "new", "renamed here"])
def test_an_imported_job_is_found_by_its_id_whatever_it_is_called(present: str) -> None:
    assert ids(pair([defined("new", 7)], {1: present}, (1, "old", 7))) == {"new.json": 1}


def test_a_name_that_changed_hands_takes_no_history_with_it() -> None:
    made = pair(
        [defined("load", 2)], {11: "load", 12: "load v2"}, (11, "load", 1), (12, "load v2", 2)
    )
    assert ids(made) == {"load.json": 12}
    assert 11 not in made.spoken_of


def test_names_that_were_exchanged_leave_the_jobs_where_they_are() -> None:
    names = {11: "a", 12: "b", 13: "c"}
    ledger = [(11, "a", 1), (12, "b", 2), (13, "c", 3)]
    made = pair([defined("b", 1), defined("c", 2), defined("a", 3)], names, *ledger)
    assert ids(made) == {"b.json": 11, "c.json": 12, "a.json": 13}


def test_an_id_that_was_never_imported_leaves_the_job_to_its_name() -> None:
    assert ids(pair([defined("a", 9)], {1: "a"}, (1, "a", 7))) == {"a.json": 1}


def test_a_job_that_another_definition_has_by_id_is_not_taken_by_name() -> None:
    made = pair([defined("load", 9), defined("load old", 7)], {1: "load"}, (1, "load", 7))
    assert ids(made) == {"load old.json": 1}
    assert made.problems == {}


def test_of_two_definitions_with_one_id_the_imported_name_keeps_the_job() -> None:
    made = pair([defined("a", 7), defined("copy", 7)], {1: "a"}, (1, "a", 7))
    assert ids(made) == {"a.json": 1}
    assert "a.json" in made.notes["copy.json"]
    both = pair(
        [defined("a", 7), defined("copy", 7)], {1: "a", 2: "copy"}, (1, "a", 7), (2, "copy", 7)
    )
    assert ids(both) == {"a.json": 1, "copy.json": 2}
    assert both.notes == {}


def test_of_two_definitions_with_one_id_and_other_names_neither_has_the_job() -> None:
    made = pair([defined("x", 7), defined("y", 7)], {1: "a"}, (1, "a", 7))
    assert made.jobs == {}
    assert made.problems.keys() == {"x.json", "y.json"}
    assert "x.json, y.json" in made.problems["x.json"].message
    assert made.spoken_of == {1}


def test_a_copy_that_was_renamed_is_told_by_what_is_left() -> None:
    ledger = [(1, "a", 7), (2, "copy", 7)]
    made = pair([defined("a", 7), defined("copy 2", 7)], {1: "a", 2: "copy"}, *ledger)
    assert ids(made) == {"a.json": 1, "copy 2.json": 2}


def test_one_definition_of_two_jobs_is_told_by_name_then_by_file() -> None:
    ledger = [(1, "a", 7), (2, "b", 7)]
    jobs = {1: "a", 2: "c"}
    assert ids(pair([defined("c", 7)], jobs, *ledger)) == {"c.json": 2}
    assert ids(pair([defined("d", 7, "b.json")], jobs, *ledger, paths={2: "b.json"})) == {
        "b.json": 2
    }
    made = pair([defined("d", 7)], jobs, *ledger)
    assert "1, 2" in made.problems["d.json"].message
    assert made.spoken_of == {1, 2}


def test_two_jobs_of_one_name_are_told_apart_by_id_alone() -> None:
    assert ids(pair([defined("a", 7)], {1: "a", 2: "a"}, (2, "a", 7))) == {"a.json": 2}
    made = pair([defined("a", 7)], {1: "a", 2: "a"})
    assert "1, 2" in made.problems["a.json"].message
    assert made.spoken_of == {1, 2}


def test_two_files_of_one_name_have_no_job_and_keep_it_from_being_deleted() -> None:
    made = pair([defined("a", 7, "x.json"), defined("a", 7, "y.json")], {1: "old"}, (1, "old", 7))
    assert made.problems.keys() == {"x.json", "y.json"}
    assert made.spoken_of == {1}


@pytest.mark.parametrize("source", [7, None])
def test_a_job_that_may_still_exist_is_not_made_again(source: int | None) -> None:
    made = pair([defined("a", source)], {}, (1, "a", source), unproven=(1,))
    assert made.problems == {"a.json": Issue("Job 1 may be gone.")}


def test_a_job_that_is_gone_is_new() -> None:
    made = pair([defined("a", 7)], {}, (1, "a", 7))
    assert made == Pairing({}, {}, {}, frozenset())
