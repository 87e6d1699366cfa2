"""The sample data keeps the promises that the local workspaces and the product rely on."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import json5
import pytest

from emulator.samples import (
    DEV_WORKSPACE_ID,
    MAPPING_FILE_PATH,
    PROD_WORKSPACE_ID,
    UNMAPPED,
    SeedDocument,
    sample_seeds,
)

JsonDict = dict[str, Any]

DEV: SeedDocument = sample_seeds()["DEV"]
PROD: SeedDocument = sample_seeds()["PROD"]
BOTH = pytest.mark.parametrize("seed", [DEV, PROD], ids=["DEV", "PROD"])

COMPUTE_KEYS = {"existing_cluster_id", "job_cluster_key", "new_cluster", "environment_key"}
KINDS_NEEDING_COMPUTE = {"spark_python_task", "python_wheel_task", "spark_jar_task", "dbt_task"}
KINDS_WITHOUT_COMPUTE = {"condition_task", "for_each_task", "run_job_task", "sql_task"}
PRINCIPAL_KINDS = ("user_name", "service_principal_name", "group_name")


def tasks_of(job: JsonDict) -> list[JsonDict]:
    """Return the tasks of a job, those inside loops too."""
    outer: list[JsonDict] = job["settings"]["tasks"]
    return outer + [task["for_each_task"]["task"] for task in outer if "for_each_task" in task]


def all_tasks(seed: SeedDocument) -> Iterator[tuple[JsonDict, JsonDict]]:
    return ((job, task) for job in seed["jobs"] for task in tasks_of(job))


def kind_of(task: JsonDict) -> str:
    (kind,) = [key for key in task if key.endswith("_task")]
    return kind


def warehouse_ids(seed: SeedDocument) -> set[str]:
    return {
        task[kind_of(task)]["warehouse_id"]
        for _, task in all_tasks(seed)
        if "warehouse_id" in task[kind_of(task)]
    }


def cluster_ids(seed: SeedDocument) -> set[str]:
    return {
        task["existing_cluster_id"] for _, task in all_tasks(seed) if "existing_cluster_id" in task
    }


def run_by(job: JsonDict) -> set[int]:
    """Return the ids of the jobs that this job runs."""
    return {t["run_job_task"]["job_id"] for t in tasks_of(job) if "run_job_task" in t}


def edges() -> dict[int, set[int]]:
    return {job["job_id"]: run_by(job) for job in DEV["jobs"]}


def jobs_named(seed: SeedDocument) -> dict[str, JsonDict]:
    return {job["settings"]["name"]: job for job in seed["jobs"]}


def mapping() -> JsonDict:
    (file,) = [file for file in PROD["files"] if file["path"] == MAPPING_FILE_PATH]
    parsed: JsonDict = json5.loads(file["content"], allow_duplicate_keys=False)
    return parsed


def cluster_names(seed: SeedDocument) -> dict[str, str]:
    return {
        cluster["cluster_id"]: cluster["cluster_name"]
        for cluster in seed["clusters"]
        if cluster["cluster_source"] != "JOB"
    }


def warehouse_names(seed: SeedDocument) -> dict[str, str]:
    return {warehouse["id"]: warehouse["name"] for warehouse in seed["warehouses"]}


def principal_of(job: JsonDict) -> str:
    run_as = job["settings"].get("run_as")
    return str(next(iter(run_as.values())) if run_as else job["creator_user_name"])


def active_principals(seed: SeedDocument) -> dict[str, set[str]]:
    return {
        "user_name": {user["userName"] for user in seed["users"] if user["active"]},
        "service_principal_name": {
            principal["applicationId"]
            for principal in seed["service_principals"]
            if principal["active"]
        },
        "group_name": {group["displayName"] for group in seed["groups"]},
    }


def map_cluster(cluster_id: str) -> str:
    """Return the id in PROD. Raises KeyError when the mapping file has a gap."""
    name = cluster_names(DEV).get(cluster_id, "unknown")
    target = mapping()["compute_name_mappings"]["cluster_name_mappings"].get(name, name)
    return {name: key for key, name in cluster_names(PROD).items()}[target]


def map_warehouse(warehouse_id: str) -> str:
    name = warehouse_names(DEV)[warehouse_id]
    target = mapping()["compute_name_mappings"]["warehouse_name_mappings"].get(name, name)
    return {name: key for key, name in warehouse_names(PROD).items()}[target]


def map_run_as(job: JsonDict) -> JsonDict:
    entries = mapping()["run_as_mappings"]
    chosen: JsonDict = entries.get(principal_of(job), entries["default"])
    return chosen


def mapped_settings(value: Any) -> Any:
    """Return a copy of JSON with every cluster and warehouse id replaced by the one in PROD."""
    replace: dict[str, Callable[[str], str]] = {
        "existing_cluster_id": map_cluster,
        "warehouse_id": map_warehouse,
    }
    if isinstance(value, dict):
        return {
            key: replace[key](item) if key in replace else mapped_settings(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mapped_settings(item) for item in value]
    return value


def as_imported(job: JsonDict) -> JsonDict:
    """Return the settings that an import of this DEV job would send to PROD."""
    settings: JsonDict = mapped_settings(job["settings"])
    return settings | {"run_as": map_run_as(job)}


# Both documents


def test_each_call_returns_equal_but_separate_documents() -> None:
    first, second = sample_seeds(), sample_seeds()
    assert first == second
    first["DEV"]["jobs"][0]["settings"]["tasks"].clear()
    assert second["DEV"]["jobs"][0]["settings"]["tasks"]


def test_job_ids_are_unique_and_have_15_or_16_digits() -> None:
    ids = [job["job_id"] for job in DEV["jobs"] + PROD["jobs"]]
    assert len(set(ids)) == len(ids)
    assert {len(str(job_id)) for job_id in ids} == {15, 16}
    assert any(job_id > 2**53 for job_id in ids)


@BOTH
def test_names_are_distinct(seed: SeedDocument) -> None:
    assert len(jobs_named(seed)) == len(seed["jobs"])


@BOTH
def test_creation_times_are_distinct(seed: SeedDocument) -> None:
    times = [job["created_time"] for job in seed["jobs"]]
    assert len(set(times)) == len(times)


@BOTH
def test_task_keys_are_unique_and_dependencies_exist(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        keys = [task["task_key"] for task in tasks_of(job)]
        assert len(set(keys)) == len(keys)
        for task in job["settings"]["tasks"]:
            assert {item["task_key"] for item in task.get("depends_on", [])} < set(keys)


@BOTH
def test_outcomes_are_asked_of_condition_tasks_only(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        by_key = {task["task_key"]: task for task in tasks_of(job)}
        for task in by_key.values():
            for item in task.get("depends_on", []):
                is_condition = kind_of(by_key[item["task_key"]]) == "condition_task"
                assert ("outcome" in item) == is_condition


@BOTH
def test_every_task_has_the_compute_that_its_kind_needs(seed: SeedDocument) -> None:
    for _, task in all_tasks(seed):
        kind = kind_of(task)
        on_warehouse = kind == "notebook_task" and "warehouse_id" in task[kind]
        without = kind in KINDS_WITHOUT_COMPUTE or on_warehouse
        assert without or kind in KINDS_NEEDING_COMPUTE | {"notebook_task"}
        assert len(COMPUTE_KEYS & task.keys()) == (0 if without else 1)


@BOTH
def test_job_clusters_and_environments_exist_and_are_used(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        settings, tasks = job["settings"], tasks_of(job)
        for listed, key in (
            ("job_clusters", "job_cluster_key"),
            ("environments", "environment_key"),
        ):
            declared = {item[key] for item in settings.get(listed, [])}
            assert declared == {task[key] for task in tasks if key in task}


@BOTH
def test_git_sources_and_tasks_from_git_go_together(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        from_git = any(
            "GIT" in (body.get("source"), body.get("file", {}).get("source"))
            for body in (task[kind_of(task)] for task in tasks_of(job))
        )
        assert from_git == ("git_source" in job["settings"])


@BOTH
def test_api_limits_are_kept(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        settings = job["settings"]
        assert len(settings["name"].encode()) <= 4096
        assert len(settings.get("tags", {})) <= 25
        assert len({"schedule", "trigger", "continuous"} & settings.keys()) <= 1


@BOTH
def test_single_node_clusters_say_so_three_times(seed: SeedDocument) -> None:
    for job in seed["jobs"]:
        for cluster in (item["new_cluster"] for item in job["settings"].get("job_clusters", [])):
            if cluster.get("num_workers") == 0:
                profile = cluster["spark_conf"]["spark.databricks.cluster.profile"]
                assert profile == "singleNode"
                assert cluster["custom_tags"] == {"ResourceClass": "SingleNode"}


@BOTH
def test_warehouses_principals_and_creators_exist(seed: SeedDocument) -> None:
    principals = {user["userName"] for user in seed["users"]}
    principals |= {principal["applicationId"] for principal in seed["service_principals"]}
    assert warehouse_ids(seed) <= warehouse_names(seed).keys()
    assert {principal_of(job) for job in seed["jobs"]} <= principals
    assert {job["creator_user_name"] for job in seed["jobs"]} <= principals


@BOTH
def test_groups_of_members_exist_and_there_is_an_admin(seed: SeedDocument) -> None:
    members = seed["users"] + seed["service_principals"]
    used = {group for member in members for group in member["groups"]}
    assert used <= {group["displayName"] for group in seed["groups"]}
    assert "admins" in used


def test_no_id_of_compute_or_principal_is_the_same_in_both_workspaces() -> None:
    assert not cluster_names(DEV).keys() & cluster_names(PROD).keys()
    assert not warehouse_names(DEV).keys() & warehouse_names(PROD).keys()
    dev, prod = active_principals(DEV), active_principals(PROD)
    assert not any(dev[kind] & prod[kind] for kind in PRINCIPAL_KINDS[:2])


# What a newcomer should meet in DEV


def test_one_job_uses_a_cluster_that_was_deleted() -> None:
    missing = cluster_ids(DEV) - cluster_names(DEV).keys()
    users = [j for j, task in all_tasks(DEV) if task.get("existing_cluster_id") in missing]
    assert len(missing) == len(users) == 1
    assert cluster_ids(PROD) <= cluster_names(PROD).keys()


def test_jobs_run_existing_jobs() -> None:
    graph = edges()
    assert set().union(*graph.values()) <= graph.keys()
    assert all(isinstance(target, int) for targets in graph.values() for target in targets)


def test_jobs_run_jobs_at_least_three_levels_deep() -> None:
    graph = edges()

    def depth(job_id: int, seen: frozenset[int]) -> int:
        inner = [depth(t, seen | {t}) for t in graph[job_id] - seen]
        return 1 + max(inner) if inner else 0

    nightly = jobs_named(DEV)["Nightly · everything"]["job_id"]
    assert depth(nightly, frozenset({nightly})) >= 3


def test_three_jobs_run_each_other_in_a_circle() -> None:
    graph = edges()
    start = jobs_named(DEV)["Replenishment · 1 plan orders"]["job_id"]
    path = [start]
    for _ in range(3):
        (following,) = graph[path[-1]]
        path.append(following)
    assert path[3] == start
    assert len(set(path)) == 3


def test_the_circle_is_guarded_by_a_condition() -> None:
    tasks = tasks_of(jobs_named(DEV)["Replenishment · 3 reconcile deliveries"])
    (again,) = [task for task in tasks if "run_job_task" in task]
    assert again["depends_on"] == [{"task_key": "goods_missing", "outcome": "true"}]


def test_loops_hold_every_kind_of_reference() -> None:
    inner = [task["for_each_task"]["task"] for _, task in all_tasks(DEV) if "for_each_task" in task]
    assert any("existing_cluster_id" in task for task in inner)
    assert any("run_job_task" in task for task in inner)
    assert any("warehouse_id" in task[kind_of(task)] for task in inner)


def test_a_job_completion_trigger_names_an_existing_job_as_text() -> None:
    triggers = [job["settings"].get("trigger", {}) for job in DEV["jobs"]]
    (completion,) = [t["job_completion"] for t in triggers if "job_completion" in t]
    (source,) = completion["jobs"]
    assert source["workspace_id"] == DEV["workspace_id"] == DEV_WORKSPACE_ID
    assert PROD["workspace_id"] == PROD_WORKSPACE_ID != DEV_WORKSPACE_ID
    assert source["job_id"] in {str(job["job_id"]) for job in DEV["jobs"]}


def test_one_job_has_140_tasks() -> None:
    sizes = Counter(len(job["settings"]["tasks"]) for job in DEV["jobs"])
    assert sizes[140] == 1
    assert max(sizes) == 140


def test_every_kind_of_task_trigger_and_run_condition_is_shown() -> None:
    settings = [job["settings"] for job in DEV["jobs"]]
    tasks = [task for _, task in all_tasks(DEV)]
    known = KINDS_NEEDING_COMPUTE | KINDS_WITHOUT_COMPUTE | {"notebook_task"}
    assert {kind_of(task) for task in tasks} == known
    triggers = {kind for item in settings for kind in item.get("trigger", {})} - {"pause_status"}
    assert triggers == {"file_arrival", "periodic", "table_update", "job_completion"}
    assert any("continuous" in item for item in settings)
    assert {i["schedule"]["pause_status"] for i in settings if "schedule" in i} == {
        "PAUSED",
        "UNPAUSED",
    }
    assert len({task["run_if"] for task in tasks}) >= 5
    assert any(task.get("disabled") for task in tasks)


@pytest.mark.parametrize(
    "name",
    [
        "Finance/AP/Invoice matching",
        "load__orders__v2",
        ".sandbox refresh",
        "Refresh loyalty tiers, coupons etc.",
        "aux",
        "Customer 360",
        "CUSTOMER 360",
        "../../etc/passwd",
        "<img src=x onerror=alert(1)>",
        "Sales overview.lvdash",
        "在庫スナップショット · inventory snapshot",
        "Prévision de la demande – scoring quotidien",
        "🥕 Fresh produce shrinkage",
        "Supplier \"A-list\" & 'B-list' rating",
    ],
)
def test_difficult_names_are_there(name: str) -> None:
    assert name in jobs_named(DEV)


def test_one_name_is_longer_than_200_characters() -> None:
    assert len([name for name in jobs_named(DEV) if len(name) > 200]) == 1


@BOTH
def test_one_job_is_managed_by_a_bundle(seed: SeedDocument) -> None:
    managed = [job["settings"] for job in seed["jobs"] if "deployment" in job["settings"]]
    assert len(managed) == 1
    assert managed[0]["deployment"]["kind"] == "BUNDLE"
    assert managed[0]["edit_mode"] == "UI_LOCKED"


# From DEV to PROD


def test_the_mapping_file_has_the_documented_shape() -> None:
    assert mapping().keys() == {
        "compute_name_mappings",
        "run_as_mappings",
        "pause_status",
        "value_mappings",
        "jobs",
    }
    assert mapping()["compute_name_mappings"].keys() == {
        "cluster_name_mappings",
        "warehouse_name_mappings",
    }
    assert mapping()["pause_status"] == "from_git"


def test_a_mapping_file_can_lack_names() -> None:
    (file,) = sample_seeds(unmapped=UNMAPPED)["PROD"]["files"]
    parsed = json5.loads(file["content"], allow_duplicate_keys=False)
    compute = parsed["compute_name_mappings"]
    assert "bi-users-dev" not in compute["cluster_name_mappings"]
    assert "analytics-dev" not in compute["warehouse_name_mappings"]
    assert "etl-dev" in compute["cluster_name_mappings"]


def test_every_run_as_entry_names_one_active_principal_of_prod() -> None:
    principals = active_principals(PROD)
    for target in mapping()["run_as_mappings"].values():
        ((kind, name),) = target.items()
        assert name in principals[kind]


def test_every_source_in_the_mapping_file_exists_in_dev() -> None:
    compute = mapping()["compute_name_mappings"]
    principals = active_principals(DEV)
    known = principals["user_name"] | principals["service_principal_name"] | {"default"}
    assert mapping()["run_as_mappings"].keys() <= known
    assert compute["cluster_name_mappings"].keys() - {"unknown"} <= {*cluster_names(DEV).values()}
    assert compute["warehouse_name_mappings"].keys() <= {*warehouse_names(DEV).values()}


def test_every_cluster_and_warehouse_of_dev_has_a_counterpart_in_prod() -> None:
    assert {map_cluster(item) for item in cluster_ids(DEV)} == cluster_names(PROD).keys()
    assert {map_warehouse(item) for item in warehouse_ids(DEV)} == warehouse_names(PROD).keys()


def test_principals_map_by_exact_entry_and_by_default() -> None:
    principals = {principal_of(job) for job in DEV["jobs"]}
    entries = mapping()["run_as_mappings"].keys()
    assert principals & entries
    assert principals - entries


def test_one_job_is_equal_in_both_workspaces_and_one_has_drifted() -> None:
    dev, prod = jobs_named(DEV), jobs_named(PROD)
    equal = {
        name: as_imported(dev[name]) == prod[name]["settings"] for name in dev.keys() & prod.keys()
    }
    assert equal == {
        "Calendar · fiscal dates": True,
        "Vacuum · weekly table maintenance": False,
    }


def test_the_other_prod_jobs_exist_only_there_in_any_case_of_letters() -> None:
    dev = {name.casefold() for name in jobs_named(DEV)}
    assert len([name for name in jobs_named(PROD) if name.casefold() not in dev]) == 4
