"""A definition's file that is still there and holds another shape of JSON is never “gone”."""

import json
from typing import Any

import pytest

from core.definitions.folder import GitContents, GitReader, RememberedFile, with_remembered
from core.errors import RemovalRefusedError, StateError
from core.planning.review import Review
from core.reporting.report import Report
from core.settings import AppMode
from tests.builders import definition_text, job
from tests.damaged import DAMAGED, damaged_bytes, damaged_words
from tests.fakes import FOLDER, ME, FakeWorkspace

every_shape = pytest.mark.parametrize("shape", DAMAGED)


@pytest.fixture
def dev() -> FakeWorkspace:
    """A workspace that has exported two jobs."""
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    workspace.jobs.add(job("report"))
    workspace.service().export()
    return workspace


@pytest.fixture
def prod() -> FakeWorkspace:
    """A workspace that has imported two jobs."""
    workspace = FakeWorkspace()
    for number, name in enumerate(("load", "report"), start=1):
        workspace.put_file(f"{name}.json", definition_text(job(name), job_id=number, run_as=ME))
    workspace.service().import_jobs()
    return workspace


def rows_of(report: Report) -> dict[str, str]:
    return {row.job_name or row.file_name: row.status for row in report.rows}


def issues_of(report: Report) -> str:
    return "\n".join(issue.message for row in report.rows for issue in row.issues)


def ledger(workspace: FakeWorkspace, name: str) -> tuple[str, dict[str, Any]]:
    [path] = [path for path in workspace.files.files if path.endswith(f"/{name}.json")]
    return path, json.loads(workspace.files.files[path])


def make_old(workspace: FakeWorkspace) -> None:
    """Take the paths out of the ledger, as the versions before wrote it."""
    path, document = ledger(workspace, "imported")
    for entry in (*document["jobs"].values(), *document["pending"]):
        entry.pop("file_path", None)
    workspace.files.files[path] = json.dumps(document).encode()


def removes_nothing(workspace: FakeWorkspace) -> None:
    before = workspace.definition_files()
    with pytest.raises(RemovalRefusedError, match="Nothing was removed"):
        workspace.service().remove()
    assert {job.name for job in workspace.jobs.jobs.values()} == {"load", "report"}
    assert workspace.definition_files() == before


@every_shape
def test_a_damaged_file_deletes_no_job(prod, shape):
    prod.put_file("load.json", damaged_bytes(shape))
    plan, report = prod.service().validate()
    assert rows_of(report) == {
        "load": "unmanaged",
        "load.json": "error",
        "report": "unchanged",
    }
    assert not plan.is_complete
    assert report.status == "completed_with_errors"
    assert damaged_words(shape) in issues_of(report)
    removes_nothing(prod)


@every_shape
def test_a_damaged_file_deletes_no_job_of_an_old_ledger(prod, shape):
    make_old(prod)
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("team/load.json", damaged_bytes(shape))
    _, report = prod.service().validate()
    assert rows_of(report)["team/load.json"] == "error"
    removes_nothing(prod)


@every_shape
def test_an_import_makes_no_twin_of_a_damaged_file(prod, shape):
    prod.put_file("load.json", damaged_bytes(shape))
    report = prod.service().import_jobs()
    assert report.status == "completed_with_errors"
    assert prod.service().adopt().status == "completed_with_errors"
    assert len(prod.jobs.jobs) == 2
    removes_nothing(prod)


@every_shape
def test_an_export_keeps_a_damaged_file_and_writes_no_twin(dev, shape):
    dev.put_file("load.json", damaged_bytes(shape))
    before = dev.definition_files()
    for report in (dev.service().export(dry_run=True), dev.service().export()):
        assert rows_of(report) == {"load": "error", "load.json": "error", "report": "unchanged"}
        assert damaged_words(shape) in issues_of(report)
    assert dev.definition_files() == before


@every_shape
def test_an_export_removes_no_damaged_file_of_a_job_that_is_gone(dev, shape):
    dev.put_file("load.json", damaged_bytes(shape))
    dev.jobs.delete_job(dev.jobs.named("load").job_id)
    before = dev.definition_files()
    assert rows_of(dev.service().export()) == {"load.json": "error", "report": "unchanged"}
    assert dev.definition_files() == before


@every_shape
def test_a_pull_that_brings_a_damaged_file_does_not_call_it_gone(prod, shape):
    pull = prod.git.pull

    def bring(folder):
        prod.put_file("load.json", damaged_bytes(shape))
        return pull(folder)

    prod.git.pull = bring
    report = prod.service().pull()
    [row] = report.rows
    assert (row.file_name, row.status) == ("load.json", "error")
    assert damaged_words(shape) in issues_of(report)
    assert report.status == "completed_with_errors"
    report = prod.service().pull()  # what the first pull brought is still damaged
    assert report.rows == ()
    [note] = report.issues
    assert "could not be read before this pull either" in note.message
    assert "load.json" in note.message


def test_a_file_that_is_gone_deletes_its_job(prod):
    prod.files.delete(f"{FOLDER}/load.json")
    for content in (b"{}", b"[1]", b'{"a": 1}'):
        prod.put_file("other.json", content)
        prod.put_file("team/load.json", content)  # the ledger knows that it never was the file
        assert rows_of(prod.service().validate()[1])["load"] == "deleted"
    assert prod.service().remove().status == "completed"
    assert [job.name for job in prod.jobs.jobs.values()] == ["report"]


def test_the_error_says_which_job_the_file_held_and_what_to_do(prod):
    prod.put_file("load.json", b"{}")
    [row] = [row for row in prod.service().validate()[1].rows if row.status == "error"]
    assert row.issues[0].message == (
        "The file is an empty object. It used to hold the definition of “load”. Restore or correct "
        "it in the Git folder; delete it only if the job should be removed."
    )
    assert row.issues[0].path == "load.json"


def test_a_restored_file_is_the_definition_again(prod):
    content = prod.definition_files()["load.json"]
    prod.put_file("load.json", b"{}")
    prod.service().import_jobs()
    prod.put_file("load.json", content)
    assert rows_of(prod.service().validate()[1]) == {"load": "unchanged", "report": "unchanged"}


# What the ledgers remember


def test_an_import_notes_where_a_definition_has_moved(prod):
    content = prod.definition_files()["load.json"]
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("team/daily.json", content)
    prod.service().import_jobs(Review([]))
    _, document = ledger(prod, "imported")
    assert {entry["file_path"] for entry in document["jobs"].values()} == {
        "team/daily.json",
        "report.json",
    }
    prod.put_file("team/daily.json", b"{}")
    removes_nothing(prod)


def test_an_adoption_notes_the_paths_that_an_old_ledger_lacks(prod):
    make_old(prod)
    prod.service().adopt()
    _, document = ledger(prod, "imported")
    paths = {entry["file_path"] for entry in document["jobs"].values()}
    assert paths == {"load.json", "report.json"}


def test_an_adopted_job_has_its_path(dev):
    dev.service(mode=AppMode.BOTH).adopt()
    _, document = ledger(dev, "imported")
    paths = {entry["file_path"] for entry in document["jobs"].values()}
    assert paths == {"load.json", "report.json"}


def test_the_path_of_a_blocked_definition_is_noted_too(prod):
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("moved.json", definition_text(job("load"), job_id=1, run_as="nobody@x.example"))
    prod.principals.active = set()
    assert prod.service().import_jobs(Review([])).counts()["error"] >= 1
    prod.put_file("moved.json", b"{}")
    removes_nothing(prod)


def test_the_path_of_a_renamed_definition_is_noted(prod):
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("moved.json", definition_text(job("load 2"), job_id=1, run_as=ME))
    prod.service().import_jobs(Review([]))
    prod.put_file("moved.json", b"{}")
    removes_nothing(prod)


def test_a_job_announced_by_a_killed_import_has_a_known_file(prod):
    path, document = ledger(prod, "imported")
    [load] = [entry for entry in document["jobs"].values() if entry["job_name"] == "load"]
    jobs = {key: entry for key, entry in document["jobs"].items() if entry is not load}
    document |= {"jobs": jobs, "pending": [load]}
    prod.files.files[path] = json.dumps(document).encode()
    prod.put_file("load.json", b"{}")
    assert rows_of(prod.service().validate()[1])["load.json"] == "error"
    removes_nothing(prod)


def test_an_export_remembers_one_path_of_a_job_whose_file_was_moved(dev):
    content = dev.definition_files()["load.json"]
    dev.files.delete(f"{FOLDER}/load.json")
    dev.put_file("etl/load.json", content)
    dev.service().export()
    assert ledger(dev, "exported")[1]["files"].keys() == {"etl/load.json", "report.json"}
    dev.put_file("load.json", b'{"version": 2}')  # is somebody else's now
    assert dev.service().export().counts() == {"unchanged": 2}
    dev.put_file("etl/load.json", b"{}")
    assert dev.service().export().counts() == {"error": 2, "unchanged": 1}
    assert "load~" not in "".join(dev.definition_files())


def test_an_export_forgets_a_file_that_is_gone_with_its_job(dev):
    dev.jobs.delete_job(dev.jobs.named("load").job_id)
    dev.files.delete(f"{FOLDER}/load.json")
    dev.service().export()
    assert ledger(dev, "exported")[1]["files"].keys() == {"report.json"}
    dev.put_file("load.json", b'{"version": 2}')  # is somebody else's now
    assert dev.service().export().counts() == {"unchanged": 1}


def test_a_job_with_two_remembered_paths_gets_no_twin(dev):
    path, document = ledger(dev, "exported")
    document["files"]["a.json"] = document["files"]["load.json"]
    del document["files"]["load.json"]
    document["files"]["z.json"] = document["files"]["a.json"]
    dev.files.files[path] = json.dumps(document).encode()
    dev.files.delete(f"{FOLDER}/load.json")
    dev.put_file("a.json", b"{}")
    assert dev.service().export().counts() == {"error": 2, "unchanged": 1}
    assert dev.definition_files().keys() == {"a.json", "report.json"}


def test_an_export_heeds_what_was_imported_here(prod):
    both = prod.service(mode=AppMode.BOTH)
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("etl/daily.json", definition_text(job("load"), job_id=1, run_as=ME))
    both.import_jobs(Review([]))
    prod.put_file("etl/daily.json", b"{}")
    assert rows_of(both.export())["load"] == "error"
    assert "load.json" not in prod.definition_files()


def test_an_export_heeds_an_old_ledger_of_imports(prod):
    make_old(prod)
    for name in ("load", "report"):
        prod.files.delete(f"{FOLDER}/{name}.json")
    prod.put_file("a.json", b'{"job_id": 1}')
    prod.put_file("etl/load.json", b"{}")
    report = prod.service(mode=AppMode.BOTH).export()
    assert rows_of(report) == {
        "a.json": "error",
        "etl/load.json": "error",
        "load": "error",
        "report": "new",
    }
    assert "load.json" not in prod.definition_files()


def test_a_validation_heeds_what_was_exported_here(dev):
    dev.put_file("load.json", b"{}")
    report = dev.service(mode=AppMode.BOTH).validate()[1]
    assert rows_of(report)["load.json"] == "error"


@pytest.mark.parametrize(("name", "operation"), [("exported", "validate"), ("imported", "export")])
def test_a_broken_ledger_of_the_other_direction_stops_everything(dev, name, operation):
    both = dev.service(mode=AppMode.BOTH)
    both.adopt()
    path, _ = ledger(dev, name)
    dev.files.files[path] = b"[]"
    with pytest.raises(StateError, match=rf"{name}\.json"):
        getattr(both, operation)()


# Without a ledger


JOB_LIKE = (
    "a misspelt wrapper",
    "a wrapper in another case",
    "a job with renamed keys",
    "an id alone",
    "a change to nothing",
    "a task alone",
    "no settings",
    "settings as a text",
    "settings in a list",
    "a number for settings",
    "a truth for settings",
)
PAYLOADS = {
    "settings without their wrapper": "a request of jobs/create",
    "the body of a reset": "a request of jobs/reset",
    "a list": "a list of jobs",
}


@every_shape
def test_without_a_ledger_job_like_keys_decide(shape):
    workspace = FakeWorkspace()
    workspace.put_file("x.json", damaged_bytes(shape))
    _, report = workspace.service().validate()
    if shape in JOB_LIKE:
        assert rows_of(report) == {"x.json": "error"}
        assert damaged_words(shape) in issues_of(report)
        return
    assert report.rows == ()
    listed = f"1 JSON file is not a definition: x.json ({PAYLOADS.get(shape)}). "
    assert [issue.message.startswith(listed) for issue in report.issues] == (
        [True] if shape in PAYLOADS else []
    )


@pytest.mark.parametrize("shape", PAYLOADS)
def test_a_moved_file_that_lost_its_form_deletes_no_job(prod, shape):
    prod.files.delete(f"{FOLDER}/load.json")
    prod.put_file("team/moved.json", damaged_bytes(shape))
    _, report = prod.service().validate()
    assert rows_of(report) == {
        "load": "unmanaged",
        "report": "unchanged",
        "team/moved.json": "error",
    }
    assert "holds “load”, which has no definition any longer" in issues_of(report)
    removes_nothing(prod)


def test_a_moved_file_that_lost_its_form_is_known_by_its_source_too(prod):
    prod.files.delete(f"{FOLDER}/load.json")
    renamed = {"job_id": 1, "new_settings": job("another name")}
    prod.put_file("x.json", json.dumps(renamed).encode())
    assert rows_of(prod.service().validate()[1])["x.json"] == "error"


@pytest.mark.parametrize("shape", PAYLOADS)
def test_a_payload_beside_the_definition_of_its_job_is_a_note(prod, shape):
    prod.put_file("payload.json", damaged_bytes(shape))
    for report in (prod.service().validate()[1], prod.service().import_jobs()):
        assert rows_of(report) == {"load": "unchanged", "report": "unchanged"}
        assert report.status == "completed"
        assert f"payload.json ({PAYLOADS[shape]})" in report.issues[0].message
    assert prod.service().validate()[0].is_complete
    prod.files.delete(f"{FOLDER}/report.json")
    assert prod.service().remove().status == "completed"


@pytest.mark.parametrize(
    "document",
    [
        {"version": "2.0.0", "tasks": [{"label": "build", "type": "shell"}]},
        {"version": "2.0.0", "tasks": []},
        {"$schema": "https://turbo.build/schema.json", "tasks": {"build": {}}},
        {"name": "my-app", "version": "1.0.0", "scripts": {"test": "x"}, "author": {"name": "a"}},
        {"my_task": "a text", "tasks": None},
        {"resources": {"jobs": {"a": {"tasks": [{"task_key": "a", "notebook_task": {}}]}}}},
        [{"job_id": 1, "run_id": 2}, {"job_id": 1, "run_id": 3}],
        [["job_id"]],
    ],
)
def test_json_of_other_tools_is_left_alone(document):
    workspace = FakeWorkspace()
    workspace.jobs.add(job("x"))
    workspace.put_file("conf/tasks.json", json.dumps(document).encode())
    service = workspace.service(mode=AppMode.BOTH)
    assert service.info().details.contents.other_json_files == 1
    assert service.export().counts() == {"new": 1}
    assert service.validate()[1].counts() == {"unchanged": 1}


@every_shape
def test_a_fresh_export_writes_no_twin_beside_the_damaged_file_of_a_job(shape):
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    workspace.put_file("load.json", damaged_bytes(shape))
    report = workspace.service().export()
    if shape in ("something else", "a mapping file"):  # nothing in it speaks of a job
        assert rows_of(report) == {"load": "new"}
        return
    assert rows_of(report)["load"] == "error"
    assert workspace.definition_files() == {"load.json": damaged_bytes(shape)}
    assert damaged_words(shape) in issues_of(report)


def test_the_error_of_a_fresh_export_names_the_file():
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    workspace.put_file("Load.json", b"{}")  # one file with load.json on Windows and macOS
    [row] = workspace.service().export().rows
    assert row.issues[0].message == (
        "Load.json is not a definition and is not overwritten. The file is an empty "
        "object. Correct it, move it out of the folder, or delete it, and export again."
    )


# The pure function


def contents_of(**files: Any) -> GitContents:
    workspace = FakeWorkspace()
    for stem, document in files.items():
        workspace.put_file(f"{stem}.json", json.dumps(document).encode())
    reader = GitReader(
        workspace.files, FOLDER, ignore="", threads=1, on_progress=lambda _done, _total: None
    )
    return reader.read()


def test_what_nobody_remembers_stays_other_json():
    contents = contents_of(a={"a": 1}, b=[1])
    assert with_remembered(contents, ()) == contents
    assert with_remembered(contents, [RememberedFile("c", None, "c.json")]) == contents
    assert contents.other_json == 2


def test_what_is_remembered_in_another_case_is_the_same_file():
    contents = with_remembered(contents_of(Load={}), [RememberedFile("load", 1, "load.json")])
    assert [file.path for file in contents.unread] == ["Load.json"]
    assert contents.other_json == 0


@pytest.mark.parametrize("stem", ["Prévision", "Pr%C3%A9vision", "Pre\u0301vision"])
def test_a_name_is_remembered_in_every_spelling_that_a_file_may_have(stem):
    contents = with_remembered(contents_of(**{stem: {}}), [RememberedFile("Prévision", 1, "")])
    assert [file.path for file in contents.unread] == [f"{stem}.json"]


@pytest.mark.parametrize("job_id", [None, 1])
def test_a_name_alone_claims_nothing_for_a_job_that_has_a_definition(job_id):
    files = {"load": {"a": 1}, "daily": {"job_id": job_id, "settings": job("load")}}
    contents = contents_of(**files)
    assert with_remembered(contents, [RememberedFile("load", None, "")]) == contents
    renamed = contents_of(load={"a": 1}, daily={"job_id": 1, "settings": job("load 2")})
    assert with_remembered(renamed, [RememberedFile("load", 1, "")]) == renamed


def test_a_file_named_for_a_clash_is_remembered_by_its_name():
    [twin] = [n for n in _export_two_cases() if "~" in n]
    name = "load" if twin.startswith("load") else "Load"
    contents = contents_of(**{twin.removesuffix(".json"): {}})
    assert not with_remembered(contents, [RememberedFile(name, None, "")]).is_complete


def _export_two_cases() -> list[str]:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("Load"))
    workspace.jobs.add(job("load"))
    workspace.service().export()
    return list(workspace.definition_files())
