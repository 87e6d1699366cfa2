"""The whole way over HTTP: export in DEV, commit, push, pull, validate and import in PROD."""

import difflib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import LockedError
from core.planning.review import Review
from core.reporting.report import Report
from emulator import WorkspaceOptions
from emulator.samples import MAPPING_FILE_PATH, sample_seeds
from tests.builders import job, notebook_task, run_job_task
from tests.emulated import (
    CREATE,
    IMPORT_FILE,
    Emulated,
    issues_of,
    promote,
    push_and_pull,
    row_of,
    statuses,
)
from tests.integration.conftest import Pair

MAPPING = f"/Workspace{MAPPING_FILE_PATH}"
EVERYBODY_HERE = b"""{
  // Jobs of anybody run as the administrator of PROD.
  run_as_mappings: {default: {user_name: "%s"}},
  compute_name_mappings: {cluster_name_mappings: {"etl-dev": "etl-prod"}},
}"""


@pytest.fixture
def mapping(prod: Emulated) -> str:
    return map_everybody(prod)


def map_everybody(prod: Emulated) -> str:
    """Write a mapping file beside the Git folder and return its path."""
    path = "/Workspace/Shared/config/mappings.json"
    prod.put(path, EVERYBODY_HERE % admin_of(prod).encode())
    return path


def admin_of(workspace: Emulated) -> str:
    return workspace.connect().ports.principals.current().name


def runs(workspace: Emulated, name: str) -> int:
    """Return the id of the job that the first task of this job runs."""
    job_id: int = workspace.settings_of(name)["tasks"][0]["run_job_task"]["job_id"]
    return job_id


# The sample data


@pytest.fixture
def samples(start: Callable[..., Pair]) -> Pair:
    return start(seeds=sample_seeds())


@pytest.mark.slow
def test_the_sample_data_arrives_in_one_import(samples: Pair) -> None:
    dev, prod = samples
    local = {one["job_id"]: one for one in prod.stored_jobs()}
    report = promote(dev, prod, mapping_path=MAPPING)
    assert report.status == "completed", issues_of(report)

    _, again = prod.service(mapping_path=MAPPING).validate()
    assert set(again.counts()) == {"unchanged", "unmanaged", "skipped", "excluded"}
    bundles = {name for name, status in statuses(again).items() if status == "skipped"}
    assert not bundles & {row.job_name for row in again.rows if row.file_name}
    for name, status in statuses(again).items():
        if status in {"unmanaged", "skipped", "excluded"}:  # jobs of PROD alone
            before = local[prod.job_id(name)]
            assert before["settings"] == prod.settings_of(name)

    unknown = prod.settings_of("Migrate · old loyalty points")["tasks"][0]["existing_cluster_id"]
    names = {c["cluster_id"]: c["cluster_name"] for c in prod.control("GET", "state")["clusters"]}
    assert names[unknown] == "etl-prod"
    [longest] = [j for j in prod.stored_jobs() if len(j["settings"].get("tasks", [])) > 100]
    name = longest["settings"]["name"]
    keys = [task["task_key"] for task in dev.settings_of(name)["tasks"]]
    assert [task["task_key"] for task in longest["settings"]["tasks"]] == keys
    assert len(keys) == 140


def test_the_bundle_job_of_the_sample_data_has_no_file(samples: Pair) -> None:
    dev, _ = samples
    report = dev.service().export()
    [bundle] = [row for row in report.rows if row.status == "skipped"]
    assert "Asset Bundle" in bundle.message
    assert not any("basket_analysis" in path for path in dev.files())


@pytest.mark.slow
def test_a_second_export_of_the_sample_data_writes_nothing(samples: Pair) -> None:
    dev, _ = samples
    dev.service().export()
    assert dev.commit()
    before = dev.files()
    dev.clear_calls()
    report = dev.service().export()
    assert set(report.counts()) == {"skipped", "unchanged"}
    assert dev.calls()[IMPORT_FILE] == 2  # the lock is taken and given back
    assert dev.files() == before
    assert dev.commit() is None


@pytest.mark.slow
def test_an_unchanged_validation_reads_few_things(samples: Pair) -> None:
    """The list proves most jobs equal; what it shows in part only is read one by one."""
    dev, prod = samples
    promote(dev, prod, mapping_path=MAPPING)
    prod.clear_calls()
    prod.service(mapping_path=MAPPING).validate()
    calls = prod.calls()
    assert calls["GET /api/2.2/jobs/list"] == 1
    assert not [call for call in calls if call.startswith("POST")]


# Chains, circles and renames


def chain_and_circle(dev: Emulated) -> None:
    previous = dev.create_job(job("chain 1"))
    for number in range(2, 6):
        step = job(f"chain {number}", tasks=[run_job_task("next", previous)])
        previous = dev.create_job(step)
    ids = [dev.create_job(job(f"circle {number}")) for number in range(3)]
    for number, job_id in enumerate(ids):
        settings = job(f"circle {number}", tasks=[run_job_task("next", ids[(number + 1) % 3])])
        dev.reset_job(job_id, settings)


def test_a_chain_and_a_circle_arrive_in_one_import(
    dev: Emulated, prod: Emulated, mapping: str
) -> None:
    chain_and_circle(dev)
    report = promote(dev, prod, mapping_path=mapping)
    assert report.counts() == {"new": 8}, issues_of(report)
    for number in range(2, 6):
        assert runs(prod, f"chain {number}") == prod.job_id(f"chain {number - 1}")
    for number in range(3):
        assert runs(prod, f"circle {number}") == prod.job_id(f"circle {(number + 1) % 3}")
    assert len(prod.stored_jobs()) == 8
    assert prod.calls()[CREATE] == 8
    assert prod.service(mapping_path=mapping).validate()[1].counts() == {"unchanged": 8}


def test_a_rename_keeps_the_job_of_the_target(dev: Emulated, prod: Emulated, mapping: str) -> None:
    source = dev.create_job(job("old name"))
    dev.create_job(job("caller", tasks=[run_job_task("run", source)]))
    promote(dev, prod, mapping_path=mapping)
    target = prod.job_id("old name")
    dev.reset_job(source, job("new name"))
    report = promote(dev, prod, mapping_path=mapping)
    assert statuses(report) == {"caller": "unchanged", "new name": "renamed"}
    assert prod.job_id("new name") == target == runs(prod, "caller")
    assert prod.names() == ["caller", "new name"]
    for workspace in (dev, prod):
        names = sorted(path for path in workspace.files() if path.endswith(".json"))
        assert names == ["caller.json", "old name.json"]


def test_pull_and_export_in_the_target_change_no_file(
    dev: Emulated, prod: Emulated, mapping: str
) -> None:
    dev.seed(clusters=[{"cluster_id": "d-1", "cluster_name": "etl-dev"}])
    prod.seed(clusters=[{"cluster_id": "p-1", "cluster_name": "etl-prod"}])
    dev.create_job(job("load", tasks=[notebook_task("main", existing_cluster_id="d-1")]))
    dev.create_job(job("other"))
    dev.service().export()
    push_and_pull(dev, prod)
    before = prod.files()
    service = prod.service(mapping_path=mapping)
    assert set(statuses(service.export()).values()) == {"unmanaged"}
    assert prod.files() == before
    service.import_jobs()
    assert prod.settings_of("load")["tasks"][0]["existing_cluster_id"] == "p-1"
    service.pull()
    assert service.export().counts() == {"unchanged": 2}
    assert prod.files() == before == dev.files()
    assert prod.commit() is None


def test_a_deletion_travels_all_the_way(dev: Emulated, prod: Emulated, mapping: str) -> None:
    gone = dev.create_job(job("gone", description="keep me in the snapshot"))
    dev.create_job(job("stays"))
    promote(dev, prod, mapping_path=mapping)
    prod.create_job(job("made by hand"))
    dev.delete_job(gone)
    assert statuses(dev.service().export()) == {"gone": "deleted", "stays": "unchanged"}
    push_and_pull(dev, prod)
    service = prod.service(mapping_path=mapping)
    assert statuses(service.import_jobs())["gone"] == "deleted"
    assert prod.names() == ["gone", "made by hand", "stays"]
    report = service.remove(Review(["gone"]))
    assert report.status == "completed", issues_of(report)
    assert prod.names() == ["made by hand", "stays"]
    [state] = [prod.files(path) for path in state_folders(prod, mapping)]
    snapshots = {path: text for path, text in state.items() if "snapshots/" in path}
    [snapshot] = [
        text for path, text in snapshots.items() if "/part-" in path and "-remove-" in path
    ]
    assert b"keep me in the snapshot" in snapshot
    assert b"IS_OWNER" in snapshot


def state_folders(workspace: Emulated, mapping: str) -> list[str]:
    return [f"{mapping.rpartition('/')[0]}/.job-sync-state"]


def test_a_small_change_gives_a_small_diff(dev: Emulated) -> None:
    """The workspace promises no order of these lists; the file keeps one all the same."""
    names = [f"task {number}" for number in range(6)]
    destinations = [{"id": f"{number}-destination"} for number in range(3)]
    dev.seed(notification_destinations=[{**one, "display_name": one["id"]} for one in destinations])
    last = {"depends_on": [{"task_key": name} for name in names]}
    settings = job(
        "load",
        tasks=[*map(notebook_task, names), notebook_task("last", **last)],
        webhook_notifications={"on_failure": destinations},
    )
    job_id = dev.create_job(settings)
    dev.service().export()
    before = dev.read("load.json").decode().splitlines()
    for description in ("one", "two", "three"):
        dev.reset_job(job_id, {**settings, "description": description})
        dev.service().export()
        after = dev.read("load.json").decode().splitlines()
        changed = [
            line
            for line in difflib.unified_diff(before, after, n=0, lineterm="")
            if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]
        assert len(changed) <= 2, changed
        before = after


# Workspaces that answer otherwise


VARIANTS: dict[str, dict[str, Any]] = {
    "missing job is 404": {"options": WorkspaceOptions(missing_job_status=404)},
    "missing job is 400": {"options": WorkspaceOptions(missing_job_status=400)},
    "lists tell no identity": {"options": WorkspaceOptions(list_has_run_as_user_name=False)},
    "get never tells run_as": {"options": WorkspaceOptions(get_returns_run_as="never")},
    "neither tells an identity": {
        "options": WorkspaceOptions(list_has_run_as_user_name=False, get_returns_run_as="never")
    },
    "reset fills in no queue": {"options": WorkspaceOptions(reset_defaults_queue=False)},
    "old jobs say they are not queued": {
        "options": WorkspaceOptions(queue_on_get_for_old_jobs="false")
    },
    "files have no times": {"options": WorkspaceOptions(timestamps_on_files=False)},
    "files have no sizes": {"options": WorkspaceOptions(size_on_files=False)},
    "existing files answer 409": {
        "options": WorkspaceOptions(existing_file_error="already_exists")
    },
    "folders are no zip": {"options": WorkspaceOptions(folder_zip=False)},
    "zips have a top folder": {"options": WorkspaceOptions(zip_layout="with_top_folder")},
    "Git-CLI folder": {"git_folder_kind": "cli"},
    "no OAuth metadata": {"options": WorkspaceOptions(no_databricks_config=True)},
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_kind_of_workspace_gives_the_same_result(
    start: Callable[..., Pair], variant: str
) -> None:
    dev, prod = start(**VARIANTS[variant])
    mapping = map_everybody(prod)
    chain_and_circle(dev)
    ana = "ana@dev.example"
    dev.seed(users=[{"userName": ana}])
    explicit = dev.create_job(job("explicit", run_as={"user_name": ana}))
    old = dev.api("POST", "2.1/jobs/create", json={"name": "old", "tasks": [notebook_task("a")]})
    assert old.ok
    gone = dev.create_job(job("gone"))

    assert promote(dev, prod, mapping_path=mapping).counts() == {"new": 11}
    service = prod.service(mapping_path=mapping)
    assert service.validate()[1].counts() == {"unchanged": 11}
    assert dev.service().export().counts() == {"unchanged": 11}
    assert dev.commit() is None
    assert prod.settings_of("old")["queue"] == {"enabled": False}
    assert prod.settings_of("explicit")["run_as"] == {"user_name": admin_of(prod)}
    assert ana.encode() in dev.read("explicit.json")

    dev.reset_job(explicit, job("explicit", run_as={"user_name": ana}, max_concurrent_runs=9))
    dev.delete_job(gone)
    report = promote(dev, prod, mapping_path=mapping)
    expected = {"changed": 1, "deleted": 1, "unchanged": 9}
    assert report.counts() == expected, issues_of(report)
    prod.delete_job(prod.job_id("gone"))  # by somebody else, in the meantime
    service.remove()
    assert service.validate()[1].counts() == {"unchanged": 10}


# Answers that get lost


@pytest.mark.parametrize(
    ("fault", "made_at_once"),
    [
        ({"status": 504, "when": "after", "body": "<html>timeout</html>"}, True),
        ({"kind": "cut", "when": "after"}, True),
        ({"kind": "cut", "when": "after", "cut_after_bytes": 3}, True),
        ({"kind": "cut", "when": "before"}, False),
        ({"status": 500, "when": "before"}, False),
    ],
    ids=["answer lost", "cut after", "cut in the answer", "cut before", "refused by a proxy"],
)
def test_a_create_whose_answer_is_lost_makes_one_job(
    dev: Emulated, prod: Emulated, mapping: str, fault: dict[str, Any], made_at_once: bool
) -> None:
    dev.create_job(job("load"))
    dev.service().export()
    push_and_pull(dev, prod)
    prod.fault(CREATE, **fault)
    service = prod.service(mapping_path=mapping)
    report = service.import_jobs()
    assert prod.names() == ["load"] * made_at_once
    assert statuses(report) == {"load": "new" if made_at_once else "error"}
    assert prod.calls()[CREATE] == 1
    again = service.import_jobs()
    assert statuses(again) == {"load": "unchanged" if made_at_once else "new"}
    assert prod.names() == ["load"]
    prod.remove_file("load.json")
    assert statuses(service.validate()[1]) == {"load": "deleted"}


def test_a_lost_answer_in_a_circle_makes_no_job_twice(
    dev: Emulated, prod: Emulated, mapping: str
) -> None:
    chain_and_circle(dev)
    dev.service().export()
    push_and_pull(dev, prod)
    prod.fault(CREATE, kind="cut", when="after", times=3)
    service = prod.service(mapping_path=mapping)
    service.import_jobs()
    service.import_jobs()
    assert service.validate()[1].counts() == {"unchanged": 8}
    assert len(prod.names()) == 8


# One at a time


@pytest.mark.slow
def test_two_exports_never_run_at_once(dev: Emulated) -> None:
    for number in range(4):
        dev.create_job(job(f"job {number}"))
    for round_number in range(10):
        if round_number:
            dev.remove_file("job 0.json")
        outcomes = at_the_same_instant([dev.service(), dev.service()])
        done = [one for one in outcomes if isinstance(one, Report)]
        refused = [one for one in outcomes if isinstance(one, LockedError)]
        assert len(done) + len(refused) == 2
        assert done, outcomes
        written = [row_of(one, "job 0").status for one in done]
        assert sorted(written) in (["new"], ["new", "unchanged"])
        for one in refused:
            assert "busy: export" in str(one) or "another operation" in str(one)
    assert dev.service().export().counts() == {"unchanged": 4}


def at_the_same_instant(services: list[Any]) -> list[Any]:
    """Export with every service; return reports and errors."""
    barrier = threading.Barrier(len(services))
    outcomes: list[Any] = []

    def export(service: Any) -> None:
        barrier.wait()
        try:
            outcomes.append(service.export())
        except LockedError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=export, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
