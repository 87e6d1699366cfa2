"""Values that are copied unchanged, and the ids of the source workspace in them, over HTTP."""

import json
from typing import Any

from core.jobsettings.kinds import Kind
from core.reporting.report import Report
from tests.builders import job, notebook_task
from tests.emulated import Emulated, promote, push_and_pull, row_of
from tests.integration.conftest import Pair
from tests.kinds import SEEDED, seed_entry

CLUSTER, WAREHOUSE = "0123-456789-abcdefgh", "1a2b3c4d5e6f7a8b"
MAPPING = "/Workspace/Shared/map.json"


def seed(workspace: Emulated, prefix: str = "") -> None:
    workspace.seed(
        **{
            SEEDED[kind].seed_key: [seed_entry(kind, f"{prefix}{resource_id}", name)]
            for kind, resource_id, name in (
                (Kind.CLUSTER, CLUSTER, "etl"),
                (Kind.WAREHOUSE, WAREHOUSE, "bi"),
            )
        }
    )


def settings_with_ids(other: int) -> dict[str, Any]:
    parameters = {
        "pwd": f"--cluster={CLUSTER} hush",
        "config": json.dumps({"warehouse": [WAREHOUSE]}),
        "run": "{{job.run_id}}",
    }
    sql = {"warehouse_id": WAREHOUSE, "file": {"path": "/x.sql", "source": "WORKSPACE"}}
    run_job = {"job_id": other, "job_parameters": {"next": f"--job={other}"}}
    notebook = {"notebook_path": "/x", "base_parameters": parameters}
    tasks = [
        notebook_task("a", existing_cluster_id=CLUSTER),
        {"task_key": "b", "sql_task": sql},
        {"task_key": "c", "run_job_task": run_job},
        {"task_key": "d", "notebook_task": notebook},
    ]
    return job("ids", tasks=tasks, tags={"parent": str(other)})


def marked(report: Report, name: str) -> dict[str, tuple[str, ...]]:
    details = row_of(report, name).details
    assert details is not None
    return {item.path: item.ids for item in details.not_mapped if item.ids}


def test_ids_of_the_source_are_marked_by_its_export_and_before_the_import(pair: Pair) -> None:
    dev, prod = pair
    seed(dev)
    seed(prod, "9")
    other = dev.create_job(job("other"))
    dev.create_job(settings_with_ids(other))
    job_ids = {
        "tasks[c].run_job_task.job_parameters.next": ("job “other”",),
        "tags.parent": ("job “other”",),
    }
    of_compute = {
        "tasks[d].notebook_task.base_parameters.pwd": ("cluster “etl”",),
        "tasks[d].notebook_task.base_parameters.config": ("SQL warehouse “bi”",),
    }
    for report in (dev.service().export(dry_run=True), dev.service().export()):
        assert marked(report, "ids") == {**job_ids, **of_compute}
        shown = row_of(report, "ids").message_with_risks
        assert "Holds ids that only this workspace knows: " in shown
        assert "hush" not in json.dumps(report.as_json({}))
        assert row_of(report, "other").details is None
    push_and_pull(dev, prod)
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    mapping = {"run_as_mappings": {"default": {"user_name": me}}}
    prod.put(MAPPING, json.dumps(mapping).encode())
    service = prod.service(mapping_path=MAPPING)
    report = service.validate(details=True)[1]
    assert marked(report, "ids") == job_ids
    assert "Holds ids of the source workspace: " in row_of(report, "ids").message_with_risks
    details = row_of(report, "ids").details
    assert details is not None
    listed = {item.path for item in details.not_mapped}
    assert "tasks[d].notebook_task.base_parameters.pwd" in listed
    assert "tasks[d].notebook_task.base_parameters.run" not in listed
    assert service.import_jobs().counts() == {"new": 2}
    prod.remove_file("other.json")  # the ledger still knows where it came from
    assert marked(service.validate(details=True)[1], "ids") == job_ids
    assert prod.settings_of("ids")["tags"] == {"parent": str(other)}


def test_a_workspace_that_imports_its_own_files_marks_none_of_its_own_ids(dev: Emulated) -> None:
    other = dev.create_job(job("other"))
    dev.create_job(job("ids", tags={"job": str(other)}))
    dev.service().export()
    report = dev.service().validate(details=True)[1]
    assert marked(report, "ids") == {}
    assert promote(dev, dev).counts() == {"unchanged": 2}
