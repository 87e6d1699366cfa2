"""Which jobs belong here: the section `jobs` of the mapping file, in every use case."""

import json

import pytest

from core.errors import MappingFileError, SelectionError
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.listener import Listener
from core.service import JobSync
from core.settings import AppMode
from tests.builders import definition_text, job, run_job_task
from tests.fakes import FOLDER, FakeWorkspace

PATH = "/Workspace/Shared/map.json"


@pytest.fixture
def dev() -> FakeWorkspace:
    return FakeWorkspace()


@pytest.fixture
def prod() -> FakeWorkspace:
    return FakeWorkspace()


def write_selection(workspace: FakeWorkspace, **jobs: list[str]) -> None:
    workspace.files.files[PATH] = json.dumps({"jobs": jobs}).encode()


def service(workspace: FakeWorkspace, **jobs: list[str]) -> JobSync:
    """The service of a workspace whose mapping file holds this selection, if any."""
    if jobs:
        write_selection(workspace, **jobs)
    return workspace.service(mapping_path=PATH)


def statuses(report) -> dict[str, str]:
    return {row.job_name or row.file_name: str(row.status) for row in report.rows}


def messages(report) -> dict[str, str]:
    return {
        row.job_name: " ".join([*map(str, row.issues), row.message_with_risks])
        for row in report.rows
    }


def runs(name: str, workspace: FakeWorkspace) -> dict:
    return {"tasks": [run_job_task("run", workspace.jobs.named(name).job_id)]}


def waits_for(name: str, workspace: FakeWorkspace) -> dict:
    job_id = workspace.jobs.named(name).job_id
    return {"triggers": [{"job_completion": {"jobs": [{"job_id": str(job_id)}]}}]}


# Import


def test_excluded_definitions_are_not_imported_and_say_which_rule_excludes_them(dev, prod):
    for name in ("load", "tmp_load"):
        dev.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.put_file("sandbox/x.json", definition_text(job("x"), job_id=5))
    report = service(prod, exclude=["tmp*", "folder:sandbox"]).import_jobs()
    assert statuses(report) == {"load": "new", "tmp_load": "excluded", "x": "excluded"}
    assert messages(report)["tmp_load"] == "Excluded by “tmp*” (line 1 of the mapping file)."
    assert "folder:sandbox" in messages(report)["x"]
    assert prod.jobs.log == [("create", "load")]


def test_only_what_is_included_is_imported(dev, prod):
    dev.jobs.add(job("sales"))
    dev.jobs.add(job("other", tags={"team": "data"}))
    dev.jobs.add(job("rest"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    report = service(prod, include=["sales*", "tag:team=data"]).import_jobs()
    assert statuses(report) == {"sales": "new", "other": "new", "rest": "excluded"}


def test_excluded_jobs_are_neither_changed_nor_adopted_nor_removed(dev, prod):
    for name in ("changed", "gone", "equal"):
        dev.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.service().import_jobs()
    prod.jobs.reset_job(prod.jobs.named("changed").job_id, job("changed", timeout_seconds=9))
    prod.files.delete(f"{FOLDER}/gone.json")
    prod.jobs.add(job("mine"))
    prod.jobs.log.clear()
    excluded = service(prod, exclude=["*"])
    for report in (
        excluded.validate()[1],
        excluded.import_jobs(),
        excluded.adopt(),
        excluded.remove(),
    ):
        assert set(statuses(report).values()) == {"excluded"}
        assert report.status == "completed"
    assert prod.jobs.log == []


def test_when_the_pattern_goes_everything_continues_as_before(dev, prod):
    for name in ("changed", "gone", "equal", "renamed"):
        dev.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.service().import_jobs()
    dev.jobs.reset_job(dev.jobs.named("renamed").job_id, job("new name"))
    dev.jobs.reset_job(dev.jobs.named("changed").job_id, job("changed", timeout_seconds=9))
    dev.jobs.delete_job(dev.jobs.named("gone").job_id)
    dev.service().export()
    dev.copy_definitions_to(prod)
    expected = {
        "changed": "changed",
        "gone": "deleted",
        "equal": "unchanged",
        "new name": "renamed",
    }
    before = statuses(service(prod).validate()[1])
    assert before == expected
    excluded = service(prod, exclude=["*"])
    excluded.import_jobs()
    excluded.remove()
    excluded.adopt()
    assert set(statuses(excluded.validate()[1]).values()) == {"excluded"}
    prod.files.delete(PATH)
    assert statuses(service(prod).validate()[1]) == expected
    assert service(prod).import_jobs().status == "completed"
    assert service(prod).remove().status == "completed"
    assert set(statuses(service(prod).validate()[1])) == {"changed", "equal", "new name"}


def test_a_job_belongs_to_its_definition_whichever_of_the_two_is_named(dev, prod):
    prod.jobs.add(job("load"), creator="Ana@x.org")
    prod.put_file("load.json", definition_text(job("load", timeout_seconds=3)))
    report = service(prod, exclude=["creator:ana@x.org"]).import_jobs()
    assert statuses(report) == {"load": "excluded"}
    assert prod.jobs.log == []


def test_an_imported_job_whose_file_was_in_an_excluded_folder_is_not_removed(dev, prod):
    prod.put_file("sandbox/x.json", definition_text(job("x"), job_id=5))
    service(prod).import_jobs()
    prod.files.delete(f"{FOLDER}/sandbox/x.json")
    assert statuses(service(prod).validate()[1]) == {"x": "deleted"}
    assert statuses(service(prod, exclude=["folder:sandbox"]).remove()) == {"x": "excluded"}
    assert statuses(service(prod, include=["folder:sandbox"]).validate()[1]) == {"x": "deleted"}
    assert statuses(service(prod, include=["folder:other"]).validate()[1]) == {"x": "excluded"}


def test_where_the_folder_of_a_gone_definition_is_unknown_its_job_is_not_removed(prod):
    prod.put_file("x.json", definition_text(job("x"), job_id=5))
    service(prod).import_jobs()
    prod.files.delete(f"{FOLDER}/x.json")
    (state,) = [path for path in prod.files.files if path.endswith("imported.json")]
    document = json.loads(prod.files.files[state])
    for entry in document["jobs"].values():
        del entry["file_path"]
    prod.files.files[state] = json.dumps(document).encode()
    (row,) = service(prod, exclude=["folder:sandbox"]).validate()[1].rows
    assert row.status == "unmanaged"
    assert "Whether it belongs here is unknown" in row.message


def test_a_job_that_is_excluded_after_validation_is_left_alone_and_named(dev, prod):
    for name in ("load", "tmp"):
        dev.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    plan, _ = service(prod).validate()
    review = Review(["load", "tmp"], fingerprint_plan(plan))
    report = service(prod, exclude=["tmp"]).import_jobs(review)
    assert statuses(report) == {"load": "new", "tmp": "error"}
    assert (
        "Not imported: this job does not belong here. Excluded by “tmp”" in messages(report)["tmp"]
    )
    assert prod.jobs.log == [("create", "load")]


def test_a_removal_leaves_what_was_excluded_after_validation_and_names_it(dev, prod):
    for name in ("a", "b"):
        prod.put_file(f"{name}.json", definition_text(job(name), job_id=ord(name)))
    service(prod).import_jobs()
    for name in ("a", "b"):
        prod.files.delete(f"{FOLDER}/{name}.json")
    plan, _ = service(prod).validate()
    review = Review(["a", "b"], fingerprint_plan(plan))
    report = service(prod, exclude=["b"]).remove(review)
    assert statuses(report) == {"a": "deleted", "b": "error"}
    assert "Not removed" in messages(report)["b"]
    assert list(prod.jobs.jobs.values()) == [prod.jobs.named("b")]
    with pytest.raises(SelectionError):
        service(prod).remove(Review(["c"], {}))


def test_a_job_that_turns_out_not_to_belong_here_when_it_is_read_is_not_removed(prod):
    prod.put_file("a.json", definition_text(job("a"), job_id=1))
    service(prod).import_jobs()
    prod.files.delete(f"{FOLDER}/a.json")
    job_id = prod.jobs.named("a").job_id

    def tag_it(_rows: object) -> None:
        prod.jobs.reset_job(job_id, job("a", tags={"keep": "now"}))

    listener = Listener(on_planned=tag_it)
    report = service(prod, exclude=["tag:keep=now"]).remove(listener=listener)
    assert "Not removed: this job does not belong here. Excluded by" in messages(report)["a"]
    assert prod.jobs.named("a")


# References


def test_a_definition_that_runs_an_excluded_job_which_is_not_here_is_blocked(dev, prod):
    dev.jobs.add(job("tmp"))
    dev.jobs.add(job("load", **runs("tmp", dev)))
    dev.jobs.add(job("waits", **waits_for("tmp", dev)))
    dev.jobs.add(job("above", **runs("load", dev)))
    dev.service().export()
    dev.copy_definitions_to(prod)
    report = service(prod, exclude=["tmp*"]).import_jobs()
    assert statuses(report) == {
        "above": "error",
        "load": "error",
        "tmp": "excluded",
        "waits": "error",
    }
    for name in ("load", "waits"):
        assert (
            "Runs “tmp”, which is excluded here (line 1 of the mapping file) and does not exist in "
            "this workspace."
        ) in messages(report)[name]
    assert "Blocked by “load”" in messages(report)["above"]
    assert report.unmapped == ()
    assert prod.jobs.log == []


def test_an_excluded_job_without_a_definition_is_explained_by_its_name(dev, prod):
    dev.jobs.add(job("tmp"))
    dev.jobs.add(job("load", **runs("tmp", dev)))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.files.delete(f"{FOLDER}/tmp.json")
    report = service(prod, exclude=["tmp*"]).validate()[1]
    assert statuses(report) == {"load": "error"}
    assert "which is excluded here" in messages(report)["load"]
    assert report.unmapped == ()


def test_an_excluded_job_that_is_here_can_be_run_and_is_mentioned(dev, prod):
    dev.jobs.add(job("tmp"))
    dev.jobs.add(job("load", **runs("tmp", dev)))
    dev.service().export()
    dev.copy_definitions_to(prod)
    own = prod.jobs.add(job("tmp", timeout_seconds=7))
    excluded = service(prod, exclude=["tmp"])
    report = excluded.import_jobs()
    assert statuses(report) == {"load": "new", "tmp": "excluded"}
    (task,) = prod.jobs.named("load").unpack_settings()["tasks"]
    assert task["run_job_task"]["job_id"] == own
    for again in (excluded.validate()[1], excluded.validate()[1]):
        note = "Runs “tmp”, which is excluded here (line 1 of the mapping file)."
        assert messages(again)["load"].count(note) == 1


def test_several_jobs_of_an_excluded_name_cannot_be_run(dev, prod):
    dev.jobs.add(job("tmp"))
    dev.jobs.add(job("load", **runs("tmp", dev)))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.jobs.add(job("tmp"))
    prod.jobs.add(job("tmp"))
    report = service(prod, exclude=["tmp"]).import_jobs()
    assert statuses(report)["load"] == "error"
    assert "several jobs here have this name" in messages(report)["load"]
    assert prod.jobs.log == []


def test_a_job_that_an_excluded_one_runs_is_not_removed(prod):
    prod.put_file("load.json", definition_text(job("load"), job_id=1))
    service(prod).import_jobs()
    prod.jobs.add(job("tmp", **runs("load", prod)))
    prod.files.delete(f"{FOLDER}/load.json")
    report = service(prod, exclude=["tmp"]).remove()
    assert statuses(report) == {"load": "error", "tmp": "excluded"}
    assert "“tmp” still runs this job" in messages(report)["load"]
    assert prod.jobs.named("load")


# Export


def test_excluded_jobs_are_not_exported_and_their_files_stay_as_they_are(dev):
    for name in ("load", "tmp", "kept"):
        dev.jobs.add(job(name))
    service(dev).export()
    dev.jobs.reset_job(dev.jobs.named("tmp").job_id, job("tmp", timeout_seconds=1))
    dev.jobs.delete_job(dev.jobs.named("kept").job_id)
    dev.jobs.add(job("tmp new"))
    before = dev.definition_files()
    report = service(dev, exclude=["tmp*", "kept"]).export()
    assert statuses(report) == {
        "load": "unchanged",
        "tmp": "excluded",
        "tmp new": "excluded",
        "kept": "excluded",
    }
    assert dev.definition_files() == before
    dev.files.delete(PATH)
    assert statuses(service(dev).export()) == {
        "load": "unchanged",
        "tmp": "changed",
        "tmp new": "new",
        "kept": "deleted",
    }


def test_the_file_of_a_renamed_job_stays_whichever_name_is_excluded(dev):
    job_id = dev.jobs.add(job("tmp"))
    service(dev).export()
    dev.jobs.reset_job(job_id, job("load"))
    before = dev.definition_files()
    for pattern in ("tmp", "load"):
        assert statuses(service(dev, exclude=[pattern]).export()) == {"load": "excluded"}
    assert dev.definition_files() == before


def test_the_file_of_a_gone_job_stays_when_its_creator_is_excluded(dev):
    first = dev.jobs.add(job("load"), creator="ana@x.org")
    second = dev.jobs.add(job("other"), creator="bob@x.org")
    service(dev).export()
    dev.jobs.delete_job(first)
    dev.jobs.delete_job(second)
    report = service(dev, exclude=["creator:ana@x.org"]).export()
    assert statuses(report) == {"load": "excluded", "other": "deleted"}
    assert set(dev.definition_files()) == {"load.json"}


def test_the_file_of_a_gone_job_stays_when_nobody_knows_who_created_it(dev):
    job_id = dev.jobs.add(job("load"), creator="ana@x.org")
    service(dev).export()
    dev.jobs.delete_job(job_id)
    (state,) = [path for path in dev.files.files if path.endswith("exported.json")]
    document = json.loads(dev.files.files[state])
    for entry in document["files"].values():
        del entry["creator"]
    dev.files.files[state] = json.dumps(document).encode()
    (row,) = service(dev, exclude=["creator:ana@x.org"]).export().rows
    assert row.status == "unmanaged"
    assert "whether it belonged here is unknown" in row.message
    dev.files.delete(PATH)
    assert statuses(service(dev).export()) == {"load": "deleted"}


def test_the_creator_of_an_excluded_job_is_learned_by_an_old_ledger(dev):
    job_id = dev.jobs.add(job("load"), creator="ana@x.org")
    service(dev).export()
    (state,) = [path for path in dev.files.files if path.endswith("exported.json")]
    document = json.loads(dev.files.files[state])
    for entry in document["files"].values():
        del entry["creator"]
    dev.files.files[state] = json.dumps(document).encode()
    excluded = service(dev, exclude=["creator:ana@x.org"])
    excluded.export()
    dev.jobs.delete_job(job_id)
    assert statuses(excluded.export()) == {"load": "excluded"}


def test_a_file_that_is_in_an_excluded_folder_stays_and_keeps_its_name_taken(dev):
    job_id = dev.jobs.add(job("load"))
    service(dev).export()
    content = dev.files.files.pop(f"{FOLDER}/load.json")
    dev.put_file("sandbox/load.json", content)
    excluded = service(dev, exclude=["folder:sandbox"])
    dev.jobs.reset_job(job_id, job("load", timeout_seconds=4))
    assert statuses(excluded.export()) == {"load": "excluded"}
    assert dev.definition_files() == {"sandbox/load.json": content}
    dev.files.delete(f"{FOLDER}/sandbox/load.json")
    dev.put_file("load.json", definition_text(job("LOAD", tags={"env": "old"}), job_id=None))
    report = service(dev, exclude=["tag:env=old"]).export()
    assert statuses(report) == {"load": "new", "LOAD": "excluded"}
    assert len(dev.definition_files()) == 2
    assert json.loads(dev.definition_files()["load.json"])["settings"]["name"] == "LOAD"


def test_no_new_file_is_written_into_an_excluded_folder(dev):
    dev.jobs.add(job("load"))
    assert statuses(service(dev, exclude=["folder:."]).export()) == {"load": "excluded"}
    assert dev.definition_files() == {}
    assert statuses(service(dev, include=["folder:."]).export()) == {"load": "new"}


def test_a_job_whose_exported_file_was_left_behind_keeps_it_while_it_is_excluded(dev):
    job_id = dev.jobs.add(job("load"))
    service(dev).export()
    dev.put_file("moved/load.json", dev.definition_files()["load.json"])
    service(dev).export()
    before = dev.definition_files()
    report = service(dev, exclude=["load"]).export()
    assert set(statuses(report).values()) == {"excluded"}
    assert dev.definition_files() == before
    assert dev.jobs.jobs[job_id]


def test_a_job_that_runs_one_that_is_not_exported_says_so(dev):
    dev.jobs.add(job("tmp"))
    dev.jobs.add(job("load", **runs("tmp", dev)))
    dev.jobs.add(job("alone"))
    excluded = service(dev, exclude=["tmp"])
    note = "Runs “tmp” (line 1 of the mapping file), which is excluded here, so it is not exported."
    for report in (excluded.export(dry_run=True), excluded.export(), excluded.export()):
        (row,) = [row for row in report.rows if row.job_name == "load"]
        assert [risk.code for risk in row.risks] == ["not_exported"]
        assert row.risks[0].message == note


def test_two_jobs_of_one_name_are_an_error_of_the_one_that_belongs_here(dev):
    dev.jobs.add(job("load"), creator="ana")
    service(dev).export()
    dev.jobs.add(job("load"), creator="bob")
    before = dev.definition_files()
    report = service(dev, exclude=["creator:bob"]).export()
    assert sorted(str(row.status) for row in report.rows) == ["error", "excluded"]
    dev.files.delete(f"{FOLDER}/load.json")
    dev.put_file("other.json", before["load.json"])
    report = service(dev, exclude=["creator:bob"]).export()
    assert sorted(str(row.status) for row in report.rows) == ["error", "excluded"]
    assert dev.definition_files() == {"other.json": before["load.json"]}


# Export mode


def test_a_workspace_that_only_exports_reads_which_jobs_belong_there(dev):
    dev.jobs.add(job("load"))
    dev.jobs.add(job("tmp"))
    exporting = dev.service(mapping_path=PATH, mode=AppMode.EXPORT)
    report = exporting.export(dry_run=True)
    assert statuses(report) == {"load": "new", "tmp": "new"}
    assert report.issues == ()
    write_selection(dev, exclude=["tmp"])
    assert statuses(exporting.export()) == {"load": "new", "tmp": "excluded"}


def test_a_workspace_that_only_exports_refuses_while_the_file_is_broken(dev):
    dev.jobs.add(job("load"))
    exporting = dev.service(mapping_path=PATH, mode=AppMode.EXPORT)
    dev.files.files[PATH] = b'{jobs: {exclude: ["tmp"}}'
    with pytest.raises(MappingFileError, match="line 1"):
        exporting.export()
    assert dev.definition_files() == {}


def test_info_of_a_workspace_that_only_exports_shows_the_file_and_what_is_wrong_with_it(dev):
    exporting = dev.service(mapping_path=PATH, mode=AppMode.EXPORT)
    assert exporting.info().issues == ()
    dev.files.files[PATH] = b"{"
    report = exporting.info()
    assert report.details.as_json()["mapping_text"] == "{"
    assert len(report.issues) == 1
    write_selection(dev, exclude=["tmp"])
    assert "mapping_entries" not in exporting.info().details.as_json()
    assert exporting.info().issues == ()


# Warnings


def test_a_pattern_that_matches_nothing_is_a_warning_of_both_plans(dev):
    dev.jobs.add(job("load"))
    selecting = service(dev, include=["load", "sales*"], exclude=["tag:env"])
    for report in (selecting.export(), selecting.validate()[1]):
        assert [issue.message for issue in report.issues] == [
            "“sales*” in jobs.include of the mapping file (line 1) matches no job and no "
            "definition.",
            "“tag:env” in jobs.exclude of the mapping file (line 1) matches no job and no "
            "definition.",
        ]


def test_of_many_patterns_that_match_nothing_some_are_named(dev):
    dev.jobs.add(job("load"))
    report = service(dev, exclude=[f"x{number}" for number in range(25)]).export()
    assert len(report.issues) == 21
    assert report.issues[-1].message.startswith("5 more patterns")


def test_unread_files_stay_what_they_are(prod):
    prod.put_file("sandbox/x.json", b'{"settings": ')
    report = service(prod, exclude=["folder:sandbox"]).validate()[1]
    assert statuses(report) == {"sandbox/x.json": "error"}


@pytest.mark.parametrize(
    "pattern", ["load", "tag:team=data", "folder:sales", "creator:ana@x.org", "folder:*"]
)
def test_a_job_and_its_file_belong_here_when_either_is_included(dev, pattern):
    dev.jobs.add(job("load", tags={"team": "data"}), creator="ana@x.org")
    service(dev).export()
    dev.put_file("sales/load.json", dev.files.files.pop(f"{FOLDER}/load.json"))
    selecting = service(dev, include=[pattern])
    assert statuses(selecting.export()) == {"load": "unchanged"}
    assert statuses(selecting.validate()[1]) == {"load": "unchanged"}
