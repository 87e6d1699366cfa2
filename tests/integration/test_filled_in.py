"""What a workspace fills in, or keeps to itself, is no change for ever, over HTTP."""

import json
from typing import Any

import pytest

from core.json_text import JobSettings
from core.planning.review import Review
from emulator.jobs.fill_ins import FILL_INS
from tests.builders import definition_text, job, notebook_task
from tests.emulated import GET, LIST, Emulated, issues_of, push_and_pull, row_of, statuses
from tests.integration.conftest import Pair

CLOUDS = ["aws", "azure", "gcp"]
WAREHOUSE, PIPELINE = "1a2b3c4d5e6f7a8b", "6f1c0f0e-0000-4000-8000-000000000001"


def put(workspace: Emulated, settings: JobSettings) -> None:
    me = workspace.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    content = definition_text(settings, job_id=None, run_as=me)
    workspace.put(f"{settings['name']}.json", content)


def on_cluster(name: str, **cluster: Any) -> JobSettings:
    cluster = {"num_workers": 1, "spark_version": "15.4.x-scala2.12", **cluster}
    return job(name, tasks=[notebook_task("main", new_cluster=cluster)])


def hidden(workspace: Emulated, name: str) -> dict[str, str]:
    details = row_of(workspace.service().validate(details=True)[1], name).details
    assert details is not None
    return {one.path: one.reason for one in details.hidden}


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("lists", [(), ("tasks.new_cluster",)])
def test_a_definition_by_hand_is_unchanged_after_its_import(
    prod: Emulated, cloud: str, lists: tuple[str, ...]
) -> None:
    prod.option(cloud=cloud, list_leaves_out=lists)
    for number in range(12):
        put(prod, on_cluster(f"job {number:02}"))
    assert prod.service().import_jobs().counts() == {"new": 12}
    assert prod.service().validate()[1].counts() == {"unchanged": 12}
    assert "filled in by this workspace" in hidden(prod, "job 03").values()
    put(prod, {**on_cluster("job 03"), "description": "new"})
    assert statuses(prod.service().import_jobs())["job 03"] == "changed"
    assert prod.service().validate()[1].counts() == {"unchanged": 12}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_job_that_we_never_wrote_is_compared_by_what_clouds_fill_in(
    prod: Emulated, cloud: str
) -> None:
    prod.option(cloud=cloud)
    prod.create_job({**on_cluster("a"), "run_as": {"user_name": "admin@prod.example"}})
    put(prod, on_cluster("a"))
    assert statuses(prod.service().validate()[1]) == {"a": "unchanged"}


def of_every_kind(name: str) -> JobSettings:
    """Return a job with each kind of task that some workspaces fill values in to."""
    bodies: dict[str, Any] = {
        "python": {"spark_python_task": {"python_file": "/Workspace/a.py"}, "max_retries": 1},
        "dbt": {"dbt_task": {"commands": ["dbt run"], "project_directory": "/Workspace/dbt"}},
        "sql": {"sql_task": {"file": {"path": "/Workspace/a.sql"}, "warehouse_id": WAREHOUSE}},
        "pipeline": {"pipeline_task": {"pipeline_id": PIPELINE}},
        "jar": {"spark_jar_task": {"main_class_name": "A"}},
    }
    cluster = {"num_workers": 1, "spark_version": "15.4.x-scala2.12", "node_type_id": "m5.large"}
    tasks = [
        {
            "task_key": key,
            **body,
            **({} if key in ("sql", "pipeline") else {"new_cluster": cluster}),
        }
        for key, body in bodies.items()
    ]
    return job(name, tasks=tasks)


@pytest.mark.parametrize("name", FILL_INS)
def test_what_only_some_workspaces_fill_in_is_no_change(prod: Emulated, name: str) -> None:
    prod.seed(
        warehouses=[{"id": WAREHOUSE, "name": "w"}],
        pipelines=[{"pipeline_id": PIPELINE, "name": "p"}],
    )
    prod.option(also_fills_in=[name])
    live = {**of_every_kind("theirs"), "run_as": {"user_name": "admin@prod.example"}}
    prod.create_job(live)
    put(prod, of_every_kind("theirs"))
    put(prod, of_every_kind("ours"))
    assert statuses(prod.service().validate()[1]) == {"theirs": "unchanged", "ours": "new"}
    prod.service().import_jobs()
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def change_cluster(workspace: Emulated, name: str, **cluster: Any) -> None:
    settings = workspace.settings_of(name)
    task = settings["tasks"][0]
    changed = {**task, "new_cluster": {**task["new_cluster"], **cluster}}
    workspace.reset_job(workspace.job_id(name), {**settings, "tasks": [changed]})


def test_what_somebody_changes_after_the_import_is_a_change(prod: Emulated) -> None:
    for name in ("a", "b", "c"):
        put(prod, on_cluster(name))
    prod.service().import_jobs()
    change_cluster(prod, "a", data_security_mode="NONE")
    change_cluster(prod, "b", custom_tags={"team": "x"})
    assert statuses(prod.service().validate()[1]) == {
        "a": "changed",
        "b": "changed",
        "c": "unchanged",
    }
    prod.service().import_jobs(Review(["a", "b"]))
    assert prod.service().validate()[1].counts() == {"unchanged": 3}


def test_a_value_taken_out_of_the_definition_is_taken_out_of_the_job(prod: Emulated) -> None:
    put(prod, on_cluster("a", aws_attributes={"zone_id": "eu-1a"}))
    prod.service().import_jobs()
    put(prod, on_cluster("a"))
    assert statuses(prod.service().import_jobs()) == {"a": "changed"}
    assert "aws_attributes" not in prod.settings_of("a")["tasks"][0]["new_cluster"]
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_what_the_api_does_not_return_is_written_and_no_change(prod: Emulated) -> None:
    prod.option(returns_update_condition=False)
    table = {"table_names": ["a.b.c"], "condition": "ALL_UPDATED"}
    settings = on_cluster("a", apply_policy_default_values=True)
    put(prod, {**settings, "trigger": {"table_update": table}})
    report = prod.service().import_jobs()
    assert "does not return" in row_of(report, "a").message
    assert "trigger.table_update.condition" in row_of(report, "a").message
    assert statuses(prod.service().validate()[1]) == {"a": "unchanged"}
    assert "cannot be compared" in hidden(prod, "a")["trigger.table_update.condition"]
    stored = prod.settings_of("a")
    assert stored["trigger"]["table_update"] == table
    put(prod, {**settings, "trigger": {"table_update": {**table, "condition": "ANY_UPDATED"}}})
    assert statuses(prod.service().import_jobs()) == {"a": "changed"}
    assert prod.settings_of("a")["trigger"]["table_update"]["condition"] == "ANY_UPDATED"
    assert statuses(prod.service().validate()[1]) == {"a": "unchanged"}


def test_an_export_keeps_in_the_file_what_the_api_does_not_return(dev: Emulated) -> None:
    table = {"table_names": ["a.b.c"], "condition": "ALL_UPDATED"}
    dev.option(returns_update_condition=False)
    settings = {**on_cluster("a"), "trigger": {"table_update": table}}
    dev.create_job(settings)
    dev.service().export()
    document = json.loads(dev.read("a.json"))
    assert "condition" not in document["settings"]["trigger"]["table_update"]
    document["settings"]["trigger"]["table_update"]["condition"] = "ALL_UPDATED"
    dev.put("a.json", json.dumps(document).encode())
    assert dev.service().export().counts() == {"unchanged": 1}
    change_cluster(dev, "a", num_workers=7)
    assert dev.service().export().counts() == {"changed": 1}
    written = json.loads(dev.read("a.json"))["settings"]
    assert written["trigger"]["table_update"] == table
    assert written["tasks"][0]["new_cluster"]["num_workers"] == 7


def policy(name: str, **values: Any) -> dict[str, str]:
    rules = {path.replace("__", "."): {"type": "fixed", "value": v} for path, v in values.items()}
    return {"policy_id": f"id-{name}", "name": "team", "definition": json.dumps(rules)}


@pytest.fixture
def ruled(pair: Pair) -> Pair:
    dev, prod = pair
    dev_values = {
        "spark_version": "15.4.x-scala2.12",
        "runtime_engine": "STANDARD",
        "custom_tags__team": "dev",
        "spark_conf__spark.x": "dev",
    }
    prod_values = {
        "spark_version": "16.4.x-scala2.12",
        "runtime_engine": "PHOTON",
        "custom_tags__team": "prod",
        "spark_conf__spark.x": "prod",
    }
    dev.seed(cluster_policies=[policy("dev", **dev_values)])
    dev.option(policies_refuse=False)
    prod.seed(
        cluster_policies=[policy("prod", **prod_values)], users=[{"userName": "admin@dev.example"}]
    )
    prod.option(policies_refuse=True, cloud="azure")
    return pair


@pytest.mark.parametrize("explicit", [False, True])
def test_what_a_policy_fixes_is_left_to_the_policy_of_the_target(
    ruled: Pair, explicit: bool
) -> None:
    dev, prod = ruled
    cluster: dict[str, Any] = {"policy_id": "id-dev", "num_workers": 1, "custom_tags": {"own": "1"}}
    if explicit:
        cluster |= {"spark_version": "15.4.x-scala2.12", "runtime_engine": "STANDARD"}
        cluster["custom_tags"] = {"own": "1", "team": "dev"}
    dev.create_job(job("a", tasks=[notebook_task("main", new_cluster=cluster)]))
    exported = dev.service().export()
    assert "tasks[main].new_cluster.spark_version" in row_of(exported, "a").message_with_risks
    written = json.loads(dev.read("a.json"))["settings"]["tasks"][0]["new_cluster"]
    assert "spark_version" not in written
    assert written["custom_tags"] == {"own": "1"}
    assert dev.service().export().counts() == {"unchanged": 1}
    push_and_pull(dev, prod)
    report = prod.service().import_jobs()
    assert report.counts() == {"new": 1}, issues_of(report)
    assert prod.service().validate()[1].counts() == {"unchanged": 1}
    assert "fixed by the cluster policy" in hidden(prod, "a").values() or (
        "filled in by this workspace" in hidden(prod, "a").values()
    )
    change_cluster(prod, "a", custom_tags={"own": "2", "team": "prod"})
    assert prod.service().validate()[1].counts() == {"changed": 1}
    prod.service().import_jobs(Review(["a"]))
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_an_export_leaves_a_file_whose_import_is_equal_as_it_is(ruled: Pair) -> None:
    """The definition says what the policy here fixes; its author's workspace has no such policy."""
    _, prod = ruled
    values = {"spark_version": "16.4.x-scala2.12", "runtime_engine": "PHOTON"}
    put(prod, on_cluster("a", policy_id="__CLUSTER_POLICY__team__", **values))
    before = prod.read("a.json")
    assert prod.service().import_jobs().counts() == {"new": 1}
    assert prod.service().validate()[1].counts() == {"unchanged": 1}
    mapped = prod.service(mapping_path="/Workspace/Shared/mappings.json")
    assert mapped.export().counts() == {"unchanged": 1}
    assert prod.read("a.json") == before


def test_a_value_that_the_source_s_policy_does_not_fix_travels(ruled: Pair) -> None:
    dev, prod = ruled
    cluster = {"policy_id": "id-dev", "num_workers": 1, "spark_version": "14.3.x-scala2.12"}
    dev.create_job(job("a", tasks=[notebook_task("main", new_cluster=cluster)]))
    dev.service().export()
    push_and_pull(dev, prod)
    report = prod.service().import_jobs()
    assert statuses(report) == {"a": "error"}
    assert "spark_version" in issues_of(report)


def test_an_import_says_when_a_job_differs_all_the_same(prod: Emulated) -> None:
    """A workspace that turns what was written into something else."""
    put(prod, {**on_cluster("a"), "max_concurrent_runs": 3})
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    changed = {**on_cluster("a"), "max_concurrent_runs": 7}
    other = {"job_id": 1, "run_as_user_name": me, "settings": changed}
    prod.fault(GET, status=200, times=1, body=other)
    report = prod.service().import_jobs()
    assert "max_concurrent_runs" in row_of(report, "a").message
    assert prod.service().import_jobs().counts() == {"changed": 1}
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_an_import_says_when_it_could_not_look_again(prod: Emulated) -> None:
    put(prod, on_cluster("a"))
    prod.fault(GET, status=403, times=0, body={"message": "no"})
    report = prod.service().import_jobs()
    assert statuses(report) == {"a": "new"}
    assert "could not be read again" in row_of(report, "a").message
    prod.clear_faults()
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_looking_again_reads_only_the_pages_of_new_jobs(prod: Emulated) -> None:
    long_ago = 1_700_000_000_000
    prod.seed(
        jobs=[
            {"settings": job(f"old {number:03}"), "created_time": long_ago + number}
            for number in range(450)
        ]
    )
    for number in range(12):
        put(prod, job(f"new {number:02}"))
    prod.clear_calls()
    prod.service().validate()
    before = prod.calls()[LIST]
    prod.clear_calls()
    assert prod.service().import_jobs().counts()["new"] == 12
    assert prod.calls()[LIST] == before + 1


@pytest.mark.slow
def test_looking_again_at_a_thousand_jobs_takes_few_calls(prod: Emulated) -> None:
    for number in range(300):
        put(prod, on_cluster(f"job {number:03}"))
    prod.clear_calls()
    assert prod.service(threads=8).import_jobs().counts() == {"new": 300}
    calls = prod.calls()
    assert calls[LIST] <= 1 + 3
    assert calls[GET] <= 3
    assert prod.service().validate()[1].counts() == {"unchanged": 300}
