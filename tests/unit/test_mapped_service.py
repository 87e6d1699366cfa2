"""Importing and exporting in a workspace whose mapping file makes jobs different from Git."""

import json
from typing import Any

import pytest

from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.report import Report, ReportRow
from tests.builders import job
from tests.fakes import FOLDER, FakeWorkspace

PATH = "/Workspace/mappings.json"
ROBOT = "0f8fad5b-d9cb-469f-a165-70867728950e"
MAPPING = """{
  value_mappings: {
    parameters: {env: "prod"},
    emails: {"a@dev.x": "ops@x", "b@dev.x": null},
    paths: {"/Workspace/dev": "/Workspace/prod"},
    fields: {"max_concurrent_runs": 5, "description": {from: "dev", to: null}},
  },
  compute_name_mappings: {cluster_name_mappings: {"dev-etl": "prod-etl"}},
  run_as_mappings: {default: {service_principal_name: "0f8fad5b-d9cb-469f-a165-70867728950e"}},
}"""
ENV = "tasks[main].notebook_task.base_parameters.env"
SETTINGS = {
    "description": "dev",
    "email_notifications": {"on_failure": ["a@dev.x", "b@dev.x", "c@x"]},
    "tasks": [
        {
            "task_key": "main",
            "existing_cluster_id": "d-1",
            "notebook_task": {
                "notebook_path": "/Workspace/dev/load",
                "base_parameters": {"env": "dev", "password": "s3cret"},
            },
        }
    ],
}


@pytest.fixture
def prod() -> FakeWorkspace:
    """A workspace with a definition of another one, imported through its mapping file."""
    dev, prod = FakeWorkspace(), FakeWorkspace()
    dev.add_resource(Kind.CLUSTER, "d-1", "dev-etl")
    prod.add_resource(Kind.CLUSTER, "p-1", "prod-etl")
    dev.jobs.add(job("load", **SETTINGS), job_id=7)
    dev.service().export()
    dev.copy_definitions_to(prod)
    put_mapping(prod, MAPPING)
    assert service(prod).import_jobs().counts() == {"new": 1}
    return prod


def put_mapping(workspace: FakeWorkspace, text: str) -> None:
    workspace.files.files[PATH] = text.encode()


def service(workspace: FakeWorkspace):
    return workspace.service(mapping_path=PATH)


def change(workspace: FakeWorkspace, **fields: Any) -> None:
    """Change the job as somebody does in the workspace."""
    live = workspace.jobs.named("load")
    workspace.jobs.reset_job(live.job_id, {**live.unpack_settings(), **fields})


def tasks_with(workspace: FakeWorkspace, **parameters: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = workspace.jobs.named("load").unpack_settings()["tasks"]
    tasks[0]["notebook_task"]["base_parameters"] |= parameters
    return tasks


def row_of(report: Report) -> ReportRow:
    (row,) = report.rows
    return row


def test_an_import_writes_the_values_of_this_workspace(prod):
    settings: JobSettings = prod.jobs.named("load").unpack_settings()
    (task,) = settings["tasks"]
    assert task["notebook_task"]["base_parameters"]["env"] == "prod"
    assert task["notebook_task"]["notebook_path"] == "/Workspace/prod/load"
    assert task["existing_cluster_id"] == "p-1"
    assert settings["email_notifications"] == {"on_failure": ["ops@x", "c@x"]}
    assert settings["max_concurrent_runs"] == 5
    assert settings["run_as"] == {"service_principal_name": ROBOT}
    assert "description" not in settings


def test_a_row_says_what_was_mapped_by_which_line(prod):
    row = row_of(service(prod).validate()[1])
    assert row.status == "unchanged"
    found = {(value.path, value.section.rpartition(".")[2], value.line) for value in row.mapped}
    assert found == {
        (ENV, "parameters", 3),
        ("email_notifications.on_failure", "emails", 4),
        ("tasks[main].notebook_task.notebook_path", "paths", 5),
        ("max_concurrent_runs", "fields", 6),
        ("description", "fields", 6),
        ("tasks[main].existing_cluster_id", "cluster_name_mappings", 8),
        ("run_as", "run_as_mappings", 9),
    }
    assert "s3cret" not in str(row.as_json())


def test_what_was_mapped_is_not_copied_unchanged(prod):
    row = row_of(service(prod).validate(details=True)[1])
    assert row.details is not None
    copied = {item.path: item.value for item in row.details.not_mapped}
    assert ENV not in copied
    assert "tasks[main].notebook_task.notebook_path" not in copied
    assert copied["email_notifications.on_failure[2]"] == "c@x"
    assert not {"a@dev.x", "b@dev.x"} & set(map(str, copied.values()))


def test_an_export_after_an_import_writes_nothing(prod):
    before = prod.definition_files()
    writes: list[str] = []
    prod.files.before_write = writes.append
    assert service(prod).export().counts() == {"unchanged": 1}
    assert prod.definition_files() == before
    assert not [path for path in writes if path.endswith("load.json")]


def test_an_export_writes_only_what_was_changed_here(prod):
    [before] = prod.definition_files().values()
    change(prod, timeout_seconds=77)
    row = row_of(service(prod).export())
    assert [change.path for change in row.changes] == ["timeout_seconds"]
    [after] = prod.definition_files().values()
    added = set(after.decode().splitlines()) - set(before.decode().splitlines())
    assert {line.strip(" ,") for line in added} - {"]", "}"} == {'"timeout_seconds": 77'}
    assert service(prod).export().counts() == {"unchanged": 1}
    assert service(prod).validate()[1].counts() == {"unchanged": 1}


def test_a_definition_stays_that_of_the_workspace_it_comes_from(prod):
    change(prod, timeout_seconds=77)
    service(prod).export()
    prod.jobs.delete_job(prod.jobs.named("load").job_id)
    assert service(prod).export().counts() == {"unmanaged": 1}
    assert list(prod.definition_files()) == ["load.json"]


def test_a_job_that_was_renamed_here_is_renamed_in_git(prod):
    change(prod, name="loads")
    assert service(prod).export().counts() == {"renamed": 1}
    [content] = prod.definition_files().values()
    assert b'"name": "loads"' in content
    assert b'"env": "dev"' in content


def test_a_mapped_value_that_was_changed_here_is_left_to_a_person(prod):
    before = prod.definition_files()
    change(prod, timeout_seconds=77, tasks=tasks_with(prod, env="test"))
    row = row_of(service(prod).export())
    assert row.status == "error"
    assert [(issue.path, issue.message) for issue in row.issues] == [
        (
            ENV,
            'Mapped from "dev" to "prod" (line 3), and "test" here. Change the definition or the '
            "mapping.",
        )
    ]
    assert {value.path for value in row.mapped} > {ENV}
    assert prod.definition_files() == before


def test_a_value_that_is_here_as_in_git_is_nothing_to_write(prod):
    before = prod.definition_files()
    change(prod, tasks=tasks_with(prod, env="dev"))
    assert service(prod).export().counts() == {"unchanged": 1}
    change(prod, timeout_seconds=77)
    row = row_of(service(prod).export())
    assert [change.path for change in row.changes] == ["timeout_seconds"]
    assert b'"env": "dev"' in prod.definition_files()["load.json"]
    assert before != prod.definition_files()


def test_a_cluster_that_was_changed_here_is_left_to_a_person(prod):
    prod.add_resource(Kind.CLUSTER, "p-2", "other")
    tasks = tasks_with(prod)
    tasks[0]["existing_cluster_id"] = "p-2"
    change(prod, tasks=tasks)
    (issue,) = row_of(service(prod).export()).issues
    assert issue.path == "tasks[main].existing_cluster_id"
    assert issue.message.startswith(
        'Mapped from "__CLUSTER__dev-etl__" to "__CLUSTER__prod-etl__" (line 8), and '
        '"__CLUSTER__other__" here.'
    )


def test_what_would_become_another_job_by_mapping_is_left_to_a_person(prod):
    """A new parameter of a name that is mapped: no value in Git becomes this one here."""
    tasks = tasks_with(prod)
    extra = {"task_key": "extra", "notebook_task": {"notebook_path": "/x", "base_parameters": {}}}
    extra["notebook_task"]["base_parameters"]["env"] = "test"
    change(prod, tasks=[*tasks, extra])
    (issue,) = row_of(service(prod).export()).issues
    assert "tasks[extra].notebook_task.base_parameters.env" in issue.message
    assert "not turn the exported definition into this job again" in issue.message


def test_a_job_that_was_made_here_is_written_as_it_is(prod):
    prod.jobs.add(job("own", tags={"env": "prod"}))
    report = service(prod).export()
    assert report.counts() == {"new": 1, "unchanged": 1}
    assert service(prod).export().counts() == {"unchanged": 2}


def test_without_the_mapping_a_job_is_exported_as_it_is(prod):
    change(prod, timeout_seconds=77)
    assert prod.service().export().counts() == {"changed": 1}
    assert b'"env": "prod"' in prod.definition_files()["load.json"]


def test_a_policy_for_schedules_is_not_written_into_git(prod):
    """New schedules are paused here; Git's are active."""
    put_mapping(
        prod, MAPPING.replace("value_mappings", 'pause_status: "new_paused", value_mappings')
    )
    schedule = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}
    dev = FakeWorkspace()
    dev.add_resource(Kind.CLUSTER, "d-1", "dev-etl")
    dev.jobs.add(
        job("load", **SETTINGS, schedule={**schedule, "pause_status": "UNPAUSED"}), job_id=7
    )
    dev.service().export()
    dev.copy_definitions_to(prod)
    service(prod).import_jobs()
    assert prod.jobs.named("load").unpack_settings()["schedule"]["pause_status"] == "PAUSED"
    change(prod, timeout_seconds=77)
    row = row_of(service(prod).export())
    assert [change.path for change in row.changes] == ["timeout_seconds"]
    assert b'"pause_status": "UNPAUSED"' in prod.definition_files()["load.json"]


def test_a_mapping_that_changes_after_the_validation_moves_the_row(prod):
    change(prod, timeout_seconds=77)
    plan, _ = service(prod).validate()
    review = Review(fingerprints=fingerprint_plan(plan))
    put_mapping(prod, MAPPING.replace('env: "prod"', 'env: "live"'))
    row = row_of(service(prod).import_jobs(review))
    assert "changed after validation" in row.issues[0].message


def test_entries_that_are_for_nothing_are_named_with_their_line(prod):
    put_mapping(prod, MAPPING.replace('env: "prod"', 'env: "prod", other: "x"'))
    texts = [str(issue) for issue in service(prod).validate()[1].issues]
    assert [text for text in texts if "parameters.other" in text and "line 3" in text]
    many = ", ".join(f'n{number}: "x"' for number in range(30))
    put_mapping(prod, MAPPING.replace('env: "prod"', f'env: "prod",\n{many}'))
    texts = [str(issue) for issue in service(prod).validate()[1].issues]
    assert [text for text in texts if "30 value mappings do not match any definition" in text]
    assert len(texts) == 1


def test_a_policy_alone_is_not_written_into_git_either(prod):
    put_mapping(prod, '{pause_status: "keep_target"}')
    trigger = {"periodic": {"interval": 1, "unit": "DAYS"}}
    dev = FakeWorkspace()
    dev.jobs.add(job("load", trigger={**trigger, "pause_status": "UNPAUSED"}), job_id=7)
    dev.service().export()
    dev.copy_definitions_to(prod)
    service(prod).import_jobs()
    change(prod, timeout_seconds=77, trigger={**trigger, "pause_status": "PAUSED"})
    row = row_of(service(prod).export())
    assert [change.path for change in row.changes] == ["timeout_seconds"]


def test_a_job_that_left_its_git_source_is_exported(prod):
    """Where a notebook is by default depends on whether the job has a Git source."""
    mapping = '{value_mappings: {git_branches: {dev: "prod"}, parameters: {env: "prod"}}}'
    put_mapping(prod, mapping)
    git = {"git_url": "https://git.example/x.git", "git_provider": "gitHub", "git_branch": "dev"}
    task = {
        "task_key": "main",
        "notebook_task": {
            "notebook_path": "a",
            "source": "GIT",
            "base_parameters": {"env": "dev"},
        },
    }
    path = f"{FOLDER}/load.json"
    document = json.loads(prod.files.files[path])
    document["settings"] = {"name": "load", "git_source": git, "tasks": [task]}
    prod.files.files[path] = json.dumps(document).encode()
    assert service(prod).import_jobs().counts() == {"changed": 1}
    live = prod.jobs.named("load")
    settings = live.unpack_settings()
    del settings["git_source"]
    settings["tasks"][0]["notebook_task"] |= {"source": "WORKSPACE", "notebook_path": "/x"}
    prod.jobs.reset_job(live.job_id, settings)
    row = row_of(service(prod).export())
    assert (row.status, row.issues) == ("changed", ())
    written = json.loads(prod.files.files[path])["settings"]
    assert "git_source" not in written
    assert written["tasks"][0]["notebook_task"] == {
        "notebook_path": "/x",
        "source": "WORKSPACE",
        "base_parameters": {"env": "dev"},
    }
    assert service(prod).validate()[1].counts() == {"unchanged": 1}


def test_what_an_import_would_undo_is_left_to_a_person(prod):
    """No value of the definition is mapped yet; the one that comes from here would be."""
    put_mapping(prod, '{value_mappings: {emails: {default: "ops@x"}}}')
    path = f"{FOLDER}/load.json"
    document = json.loads(prod.files.files[path])
    document["settings"] = {"name": "load", "tasks": [{"task_key": "main"}]}
    prod.files.files[path] = json.dumps(document).encode()
    service(prod).import_jobs()
    change(prod, email_notifications={"on_failure": ["ana@x"]})
    before = prod.files.files[path]
    row = row_of(service(prod).export())
    assert row.status == "error"
    assert "would not turn" in row.issues[0].message
    assert prod.files.files[path] == before
    change(prod, email_notifications={"on_failure": ["ops@x"]})
    assert service(prod).export().counts() == {"changed": 1}
    assert service(prod).validate()[1].counts() == {"unchanged": 1}


def test_a_new_file_says_what_the_next_import_would_map(prod):
    prod.jobs.add(job("own", email_notifications={"on_failure": ["ana@x"]}), job_id=70)
    put_mapping(prod, '{value_mappings: {emails: {default: "ops@x"}}}')
    [row] = [row for row in service(prod).export().rows if row.job_name == "own"]
    assert row.status == "new"
    assert row.risks[0].message == (
        "The next import will map email_notifications.on_failure to another value."
    )
