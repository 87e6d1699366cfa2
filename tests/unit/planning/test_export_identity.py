"""Which file each job has: the ledger first, then the id inside, then the name."""

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.planning.export_identity import FilePairing, pair_files
from core.ports import LiveJob
from core.state.ledger import ExportedFile, ExportedLedger, ImportedJob, ImportedLedger
from tests.builders import job


def file(path: str, name: str, source: int | None) -> DefinitionFile:
    return DefinitionFile(path, Definition.pack(name, source, "ana", job(name)), b"")


def pair(
    jobs: dict[int, str],
    files: list[DefinitionFile],
    *ledger: tuple[str, int, str],
    gone: tuple[str, ...] = (),
    imported: dict[int, ImportedJob] | None = None,
) -> FilePairing:
    live = [LiveJob.pack(i, job(name), "ana", "ana", complete=True) for i, name in jobs.items()]
    entries = {path: ExportedFile(job_id, name) for path, job_id, name in ledger}
    return pair_files(live, files, ExportedLedger(entries), gone, ImportedLedger(imported or {}))


def paths(made: FilePairing) -> dict[int, str]:
    return {job_id: found.path for job_id, found in made.files.items()}


def test_a_job_that_was_exported_keeps_its_file_whatever_both_are_called() -> None:
    names = {1: "new name"}
    assert paths(pair(names, [file("a.json", "a", 1)], ("a.json", 1, "a"))) == {1: "a.json"}
    by_hand = file("a.json", "named by hand", 1)
    assert paths(pair(names, [by_hand], ("a.json", 1, "a"))) == {1: "a.json"}


def test_names_that_were_exchanged_leave_the_files_where_they_are() -> None:
    files = [file("a.json", "a", 1), file("b.json", "b", 2)]
    made = pair({1: "b", 2: "a"}, files, ("a.json", 1, "a"), ("b.json", 2, "b"))
    assert paths(made) == {1: "a.json", 2: "b.json"}
    assert made.left_over == {}


def test_a_name_that_changed_hands_leaves_the_file_of_the_deleted_job_alone() -> None:
    files = [file("load.json", "load", 1), file("load v2.json", "load v2", 2)]
    ledger = [("load.json", 1, "load"), ("load v2.json", 2, "load v2")]
    made = pair({2: "load"}, files, *ledger, gone=("load.json",))
    assert paths(made) == {2: "load v2.json"}
    assert made.problems == {}


def test_a_file_of_the_name_that_nobody_can_prove_dead_is_in_the_way() -> None:
    files = [file("load.json", "load", 1), file("load v2.json", "load v2", 2)]
    made = pair({2: "load"}, files, ("load v2.json", 2, "load v2"))
    assert "load v2.json, load.json" in made.problems[2].message


def test_a_file_that_the_job_left_is_told_with_where_its_definition_is() -> None:
    files = [file("old.json", "old", 1), file("new.json", "new", 1)]
    made = pair({1: "new"}, files, ("old.json", 1, "old"), ("new.json", 1, "new"))
    assert paths(made) == {1: "new.json"}
    assert made.left_over == {"old.json": "new.json"}


def test_a_copy_made_by_hand_is_left_to_its_author() -> None:
    files = [file("a.json", "a", 1), file("copy.json", "a copy", 1)]
    made = pair({1: "a"}, files, ("a.json", 1, "a"))
    assert paths(made) == {1: "a.json"}
    assert made.left_over == {}


def test_a_file_that_was_moved_is_found_by_the_id_inside() -> None:
    moved = file("team/a.json", "a", 1)
    assert paths(pair({1: "renamed since"}, [moved], ("a.json", 1, "a"))) == {1: "team/a.json"}


def test_two_files_of_one_job_under_its_name_are_a_problem() -> None:
    files = [file("a.json", "a", 1), file("b.json", "a", 1)]
    made = pair({1: "a"}, files, ("a.json", 1, "a"))
    assert "a.json, b.json" in made.problems[1].message


def test_a_job_never_exported_has_the_file_of_its_name() -> None:
    assert paths(pair({5: "a"}, [file("x.json", "a", 1)])) == {5: "x.json"}
    assert paths(pair({5: "a"}, [file("x.json", "a", None)])) == {5: "x.json"}
    twins = [file("x.json", "a", 1), file("y.json", "a", 2)]
    assert "x.json, y.json" in pair({5: "a"}, twins).problems[5].message


def test_another_definition_at_a_former_path_is_not_the_job_s() -> None:
    other = file("a.json", "other", 9)
    made = pair({1: "a"}, [other], ("a.json", 1, "a"))
    assert paths(made) == {}


def test_an_imported_job_has_the_definition_that_it_came_from() -> None:
    files = [file("load.json", "load", 7), file("other.json", "other", 8)]
    entries = {
        1: ImportedJob("load", 7, "load.json"),
        2: ImportedJob("other", 9, "other.json"),
        3: ImportedJob("third", None, "load.json"),
        4: ImportedJob("fourth", 7, "load.json"),
    }
    made = pair({1: "a", 2: "b", 3: "c", 4: "d", 5: "other"}, files, imported=entries)
    assert paths(made) == {1: "load.json", 5: "other.json"}


def test_an_imported_definition_that_was_moved_and_renamed_at_once_is_its_job_s() -> None:
    moved = file("sub/new.json", "new", 7)
    imported = {1: ImportedJob("old", 7, "old.json"), 2: ImportedJob("copy", 7, "copy.json")}
    assert paths(pair({1: "old"}, [moved], imported=imported)) == {1: "sub/new.json"}
    copies = [moved, file("sub/other.json", "other", 7)]
    assert paths(pair({1: "old"}, copies, imported=imported)) == {}
    copy = file("copy.json", "copy", 7)
    assert paths(pair({1: "a", 2: "b"}, [copy], imported=imported)) == {2: "copy.json"}
