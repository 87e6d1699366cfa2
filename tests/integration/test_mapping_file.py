"""The mapping file read, tested and saved beside a workspace that answers over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli
from core.errors import MappingFileError, StateError
from core.mapping.editing import REMOVED, Edit, apply_edits
from core.mapping.use import EntryState
from core.reporting.mapping_details import MappingsInformation, MappingTest, SavedMappings
from core.reporting.report import Report
from core.service import JobSync
from tests.builders import definition_text, job, notebook_task
from tests.emulated import IMPORT_FILE, Emulated, statuses

CLUSTERS = "compute_name_mappings.cluster_name_mappings"
PATH = "/Workspace/Shared/config/mappings.json"
TEXT = """{
  // Who runs what.\r
  run_as_mappings: {default: {user_name: "%s"}},
  compute_name_mappings: {
    cluster_name_mappings: {
      "etl-dev": "etl-prod", // the big one
      'adhoc-dev': "not here",
    },
  },
}"""


@pytest.fixture
def service(prod: Emulated) -> JobSync:
    me = prod.connect().ports.principals.current().name
    prod.seed(
        clusters=[
            {"cluster_id": str(n), "cluster_name": name}
            for n, name in enumerate(("etl-prod", "adhoc-prod"), start=1)
        ]
    )
    for name in ("etl-dev", "adhoc-dev"):
        task = notebook_task("main", existing_cluster_id=f"__CLUSTER__{name}__")
        prod.put(f"{name}.json", definition_text(job(name, tasks=[task])))
    prod.put(PATH, (TEXT % me).encode())
    return prod.service(mapping_path=PATH)


def read(service: JobSync) -> MappingsInformation:
    details = service.read_mappings().details
    assert isinstance(details, MappingsInformation)
    return details


def saved(report: Report) -> SavedMappings:
    assert isinstance(report.details, SavedMappings)
    return report.details


def mend(text: str) -> str:
    return apply_edits(text, [Edit(CLUSTERS, "adhoc-dev", "adhoc-prod")])


def test_what_a_validation_lacks_is_mapped_tested_saved_validated_and_imported(prod, service):
    _, before = service.validate()
    [lacks] = before.unmapped
    assert (lacks.name, lacks.candidates[0], lacks.section) == (
        "adhoc-dev",
        "adhoc-prod",
        CLUSTERS,
    )
    file = read(service)
    states = {entry.name: entry.state for entry in file.entries}
    assert states["adhoc-dev"] is EntryState.MISSING
    assert "adhoc-prod" in {choice.value for choice in file.choices[CLUSTERS] if choice.label}

    text = apply_edits(file.text, [Edit(lacks.section, lacks.name, lacks.candidates[0])])
    test = service.test_mappings(text).details
    assert isinstance(test, MappingTest)
    assert [(row.job_name, row.before, row.after) for row in test.changes] == [
        ("adhoc-dev", "error", "new")
    ]
    old = prod.read(PATH)
    report = service.save_mappings(text, file.version)
    assert prod.read(PATH) == old.replace(b'"not here"', b'"adhoc-prod"')
    assert prod.read(saved(report).kept) == old
    _, after = service.validate()
    assert after.counts() == {"new": 2}
    assert service.import_jobs().status == "completed"
    assert prod.names() == ["adhoc-dev", "etl-dev"]


def test_the_tab_is_read_in_few_calls(prod, service):
    prod.clear_calls()
    read(service)
    calls = prod.calls()
    assert sum(calls.values()) < 30, calls
    assert "GET /api/2.2/jobs/list" not in calls


def test_two_people_saving_and_the_second_is_refused(prod, service):
    file = read(service)
    first, second = prod.service(mapping_path=PATH), prod.service(mapping_path=PATH)
    first.save_mappings(mend(file.text), file.version)
    with pytest.raises(MappingFileError, match=r"has changed since you opened it \(at 20\d\d-"):
        second.save_mappings(apply_edits(file.text, [Edit(CLUSTERS, "x", "y")]), file.version)
    assert b"adhoc-prod" in prod.read(PATH)
    again = read(second)
    second.save_mappings(apply_edits(again.text, [Edit(CLUSTERS, "x", "y")]), again.version)
    entries = {entry.name: entry.target for entry in read(first).entries}
    assert (entries["adhoc-dev"], entries["x"]) == ("adhoc-prod", "y")


def test_a_file_that_changed_in_the_workspace_stays(prod, service):
    file = read(service)
    prod.put(PATH, b"{} // by hand")
    with pytest.raises(MappingFileError, match="edited in the workspace"):
        service.save_mappings(mend(file.text), file.version)
    assert prod.read(PATH) == b"{} // by hand"


def test_a_read_only_file_is_a_clear_error_and_everything_stays(prod, service):
    file = read(service)
    state = {"state_path": "/Workspace/Shared/state"}
    prod.seed(read_only=["/Shared/config"])
    with pytest.raises(MappingFileError, match="cannot be written") as refused:
        prod.service(mapping_path=PATH, **state).save_mappings(mend(file.text), file.version)
    assert "CAN EDIT" in str(refused.value)
    assert "Nothing was saved" in str(refused.value)
    with pytest.raises(StateError):
        prod.service(mapping_path=PATH).save_mappings(mend(file.text), file.version)
    assert read(service) == file


def test_a_broken_file_is_mended(prod, service):
    prod.put(PATH, b"{\n  run_as_mappings: {,\n}")
    file = read(service)
    assert (file.problem.line, bool(file.problem)) == (2, True)
    service.save_mappings(file.text.replace("{,", "{}"), file.version)
    assert not read(service).problem


def test_a_file_is_created_with_its_folder(prod, service):
    path = "/Workspace/Shared/new folder/mappings.json"
    here = prod.service(mapping_path=path)
    assert not read(here).exists
    here.save_mappings(apply_edits("", [Edit(CLUSTERS, "adhoc-dev", "adhoc-prod")]), "")
    assert json.loads(prod.read(path))
    assert [entry.target for entry in read(here).entries] == ["adhoc-prod"]


def test_a_write_that_fails_leaves_the_file_and_says_so(prod, service):
    file = read(service)
    service.save_mappings(file.text + "// first", file.version)  # makes the folders
    file = read(service)
    prod.fault(IMPORT_FILE, call=3, status=400, body={"message": "disk full"})  # lock, old text
    with pytest.raises(MappingFileError, match="disk full") as refused:
        service.save_mappings(mend(file.text), file.version)
    assert "Nothing was saved" in str(refused.value)
    assert read(service) == file


def test_removing_an_entry_of_a_file_in_a_git_folder_leads_to_its_commit_page(prod, service):
    path = f"{prod.folder}/mappings.json"
    prod.put("mappings.json", mend(prod.read(PATH).decode()).encode())
    here = prod.service(mapping_path=path)
    file = read(here)
    report = here.save_mappings(
        apply_edits(file.text, [Edit(CLUSTERS, "adhoc-dev", REMOVED)]), file.version
    )
    assert saved(report).folder_id == file.folder_id is not None
    assert saved(report).workspace_id == file.workspace_id
    assert statuses(report) == {f"adhoc-dev ({CLUSTERS})": "deleted"}


# The command


@pytest.fixture
def command(
    prod: Emulated, service: JobSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Callable[..., tuple[int, str]]:
    variables = {
        "DATABRICKS_HOST": prod.url,
        "DATABRICKS_TOKEN": prod.token,
        "WORKSPACE_GIT_FOLDER_PATH": prod.folder,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": PATH,
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "COLUMNS": "200",
    }
    monkeypatch.chdir(tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("APP_MODE", raising=False)

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["mappings", *arguments])
        return code, str(capsys.readouterr().out)

    return run


def test_the_command_lists_what_is_missing_with_candidates(command):
    code, shown = command()
    assert code == 0
    assert "adhoc-dev" in shown and '"adhoc-dev": "adhoc-prod"' in shown
    assert "missing" in shown and "1 fine" not in shown.splitlines()[0]


def test_the_command_checks(prod, command):
    assert command("--check")[0] == 1
    prod.put(PATH, mend(prod.read(PATH).decode()).encode())
    assert command("--check")[0] == 0
    prod.put(PATH, b"{")
    code, shown = command("--check")
    assert code == 1
    assert "line 1, column 2" in shown


def test_the_command_suggests_lines_that_can_be_pasted(prod, command):
    prod.put(PATH, prod.read(PATH).replace(b"'adhoc-dev': \"not here\",", b""))
    code, shown = command("--suggest")
    assert code == 0
    pasted = [line for line in shown.splitlines() if line.startswith('"adhoc-dev"')]
    assert pasted[0].startswith('"adhoc-dev": "adhoc-prod", // needed by "adhoc-dev"')
    assert f"// {CLUSTERS}" in shown


def test_the_command_gives_one_json_document(command):
    code, shown = command("--json", "--check")
    document = json.loads(shown)
    assert code == 1
    assert document["operation"] == "mappings"
    assert document["details"]["is_fine"] is False
    assert [name["name"] for name in document["unmapped"]] == ["adhoc-dev"]
    assert {entry["state"] for entry in document["details"]["entries"]} == {"fine", "missing"}


def test_a_wrong_option_is_wrong_usage(command):
    with pytest.raises(SystemExit) as ended:
        command("--nonsense")
    assert ended.value.code == 2
