"""Job definitions that other people wrote make the whole way from DEV to PROD.

They are no part of this repository; the tests are skipped where their folder is missing.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.references import Reference, find_references, replace_references
from emulator import start_environment
from tests.emulated import IMPORT_FILE, Emulated, issues_of, push_and_pull, statuses
from tests.kinds import SEEDED, seed_entry

READY = Path(__file__).resolve().parents[2].parent / "shared" / "jobs" / "ready"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not READY.is_dir(), reason="the folder ../shared/jobs/ready is not there"),
]

JsonDict = dict[str, Any]

# What the Jobs API refuses to create, by a part of what it says.
REFUSED: dict[str, tuple[str, ...]] = {
    "is not defined in job_clusters": (
        "ThomazRossito__data-agents__etl-job.json",
        "databrickslabs__dbx__mixed-mode-workflow.json",
        "databrickslabs__dbx__notebook-from-remote.json",
        "keerthimaddi__dq_framework__campaign-dq-framework-daily.json",
    ),
    "NumWorkers could be 0 only for SingleNode clusters": (
        "databricks-industry-solutions__many-model-forecasting__runme.json",
        "databricks__cli__sample-job.json",
        "databricks__databricks-agent-skills__zerobus-ingest.json",
        "databricks__terraform-provider-databricks__jobclustered.json",
        "jmholzer__pyspark-databricks__kedro-test-no-package.json",
        "jmholzer__pyspark-databricks__kedro-test.json",
    ),
    "Missing required field: settings.tasks.task_key": (
        "databricks__cli__a-multitask-job-2.json",
        "databricks__cli__jobsettings-test.json",
    ),
    "cannot be supplied when an instance pool ID is provided": (
        "databricks__cli__foo-2.json",
        "databricks__cli__foo-3.json",
        "databricks__cli__foo-8.json",
        "databricks__cli__trigger-job.json",
    ),
    "git_source.git_provider must be one of": ("databricks__cli__foo-5.json",),
    "One of job_cluster_key, new_cluster, or existing_cluster_id must be specified": (
        "databricks__cli__my-job-11.json",
        "databricks__cli__my-job-8.json",
    ),
    "Missing required field: settings.cluster_spec.new_cluster.size": (
        "databricks__cli__my-job-12.json",
        "databricks__cli__my-job-23.json",
        "databricks__terraform-provider-databricks__test-job-2.json",
        "databricks__terraform-provider-databricks__test-job.json",
        "databrickslabs__dbx__charming-aurora-sample-jvm-2.json",
        "databrickslabs__dbx__charming-aurora-sample-jvm.json",
        "databrickslabs__dbx__name.json",
        "databrickslabs__dbx__v2-1-inplace.json",
    ),
    "Shared job cluster feature is only supported in multi-task jobs": (
        "databricks__cli__my-job-7.json",
    ),
    "Exactly one of user_name, service_principal_name or group_name": (
        "databricks__terraform-provider-databricks__dummy.json",
    ),
    "depends on unknown task": ("databrickslabs__dbx__your-job-name-3.json",),
}

TARGET = "was job "  # how the jobs are called that others run

# The fields that hold ids, written down here independently of the product's catalogue.
ID_FIELDS = {
    "existing_cluster_id",
    "warehouse_id",
    "policy_id",
    "instance_pool_id",
    "driver_instance_pool_id",
    "pipeline_id",
    "query_id",
    "alert_id",
    "dashboard_id",
    "destination_id",
    "job_id",
}
# What a user puts into these is text, whatever it looks like.
FREE_MAPS = {"base_parameters", "job_parameters", "named_parameters", "spark_env_vars", "tags"}
# The server fills these in for a cluster from a pool, and refuses to get them back.
DECIDED_BY_POOL = (
    "aws_attributes",
    "azure_attributes",
    "gcp_attributes",
    "node_type_id",
    "driver_node_type_id",
    "enable_elastic_disk",
)
UNORDERED = {
    "depends_on",
    "on_start",
    "on_success",
    "on_failure",
    "on_duration_warning_threshold_exceeded",
    "on_streaming_backlog_exceeded",
}


@dataclass
class Loaded:
    """Both workspaces after everything was created in DEV."""

    dev: Emulated
    prod: Emulated
    created: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    used: dict[Kind, set[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    with start_environment(tmp_path_factory.mktemp("environment")) as environment:
        everything = Loaded(Emulated(environment["DEV"]), Emulated(environment["PROD"]))
        definitions = read_definitions()
        seed_both(everything, definitions.values())
        for file, settings in definitions.items():
            load(everything, file, settings)
        yield everything


def read_definitions() -> dict[str, JsonDict]:
    """Return the settings by file, each with a name of its own."""
    definitions: dict[str, JsonDict] = {}
    taken: Counter[str] = Counter()
    for path in sorted(READY.glob("*.json")):
        settings = json.loads(path.read_text("utf-8"))["settings"]
        name = settings.get("name") or path.stem
        taken[name] += 1
        settings["name"] = name if taken[name] == 1 else f"{name} ({taken[name]})"
        definitions[path.name] = settings
    return definitions


def target_id(kind: Kind, resource_id: str) -> str:
    return f"prod-{kind}-{resource_id}"


def seed_both(loaded: Loaded, definitions: Iterable[JsonDict]) -> None:
    """Make every object that is referred to: the same names in both workspaces, other ids."""
    loaded.used = used = {kind: set() for kind in SEEDED}
    principals: list[JsonDict] = []
    for settings in definitions:
        for reference in find_references(settings):
            if reference.kind in used:
                used[reference.kind].add(str(reference.value))
        for target in webhook_targets(settings):
            used[Kind.NOTIFICATION_DESTINATION].add(target)
        if isinstance(settings.get("run_as"), dict):
            principals.append(settings["run_as"])
    [admin] = [
        user["name"]
        for user in loaded.dev.control("GET", "state")["users"]
        if "admins" in user["groups"]
    ]
    people = {
        "users": [{"userName": one["user_name"]} for one in principals if one.get("user_name")]
        + [{"userName": admin}],
        "service_principals": [
            {"applicationId": one["service_principal_name"]}
            for one in principals
            if one.get("service_principal_name")
        ],
    }
    loaded.prod.seed(**people, **resources(used, target_id))
    people["users"].pop()  # the administrator of DEV is there, and keeps its rights
    loaded.dev.seed(**people, **resources(used, lambda _kind, resource_id: resource_id))


def resources(used: dict[Kind, set[str]], id_of: Callable[[Kind, str], str]) -> JsonDict:
    document: JsonDict = {}
    for kind, emulated in SEEDED.items():
        if used[kind]:
            document[emulated.seed_key] = [
                seed_entry(kind, id_of(kind, resource_id), f"{kind} {resource_id}")
                for resource_id in sorted(used[kind])
            ]
    return document


def webhook_targets(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from webhook_targets(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "webhook_notifications" and isinstance(value, dict):
                yield from (str(t["id"]) for targets in value.values() for t in targets)
            else:
                yield from webhook_targets(value)


def load(loaded: Loaded, file: str, settings: JsonDict) -> None:
    """Create a job in DEV as its author would; jobs that it runs are made when needed."""

    def real(reference: Reference) -> Any:
        if reference.kind is not Kind.JOB:
            return reference.value
        name = f"{TARGET}{reference.value}"
        if name not in loaded.created:
            loaded.created[name] = loaded.dev.create_job({"name": name, "tasks": []})
        return loaded.created[name]

    answer = loaded.dev.api("POST", "2.2/jobs/create", json=replace_references(settings, real))
    if answer.ok:
        loaded.created[settings["name"]] = answer.json()["job_id"]
    else:
        assert answer.status_code in {400, 404}, answer.text
        loaded.refused[file] = answer.json()["message"]


def test_what_the_api_refuses_is_known(loaded: Loaded) -> None:
    known = {file: reason for reason, files in REFUSED.items() for file in files}
    assert loaded.refused.keys() == known.keys()
    assert {f: r for f, r in known.items() if r not in loaded.refused[f]} == {}
    made = [name for name in loaded.created if not name.startswith(TARGET)]
    assert len(made) + len(loaded.refused) == len(list(READY.glob("*.json"))) > 280


def test_all_definitions_arrive_as_they_are(loaded: Loaded) -> None:
    dev, prod = loaded.dev, loaded.prod
    exported = dev.service().export()
    skipped = {name for name, status in statuses(exported).items() if status == "skipped"}
    assert exported.status == "completed", issues_of(exported)
    assert skipped == {name for name, job in jobs_by_name(dev).items() if is_managed(job)}
    push_and_pull(dev, prod)

    _, validated = prod.service().validate()
    assert validated.counts() == {"new": len(loaded.created) - len(skipped)}, issues_of(validated)
    imported = prod.service().import_jobs()
    assert imported.status == "completed", issues_of(imported)

    source, target = jobs_by_name(dev), jobs_by_name(prod)
    assert target.keys() == source.keys() - skipped
    source_names, target_names = names_of(loaded, dev), names_of(loaded, prod)
    different = {
        name: differences(
            comparable(source[name], source_names), comparable(target[name], target_names)
        )
        for name in target
    }
    assert {name: found for name, found in different.items() if found} == {}

    _, again = prod.service().validate()
    assert again.counts() == {"unchanged": len(target)}


def test_a_second_export_writes_no_file(loaded: Loaded) -> None:
    dev = loaded.dev
    dev.service().export()
    dev.commit()
    before = dev.files()
    dev.clear_calls()
    report = dev.service().export()
    assert set(report.counts()) == {"skipped", "unchanged"}
    assert dev.calls()[IMPORT_FILE] == 2  # the lock is taken and given back
    assert dev.files() == before
    assert dev.commit() is None


def is_managed(job: JsonDict) -> bool:
    deployment = job["settings"].get("deployment", {})
    return deployment.get("kind") == "BUNDLE" and job["settings"].get("edit_mode") == "UI_LOCKED"


def jobs_by_name(workspace: Emulated) -> dict[str, JsonDict]:
    """Return what jobs/get answers for every job, all pages."""
    found: dict[str, JsonDict] = {}
    for stored in workspace.stored_jobs():
        query = {"job_id": stored["job_id"]}
        job = workspace.api("GET", "2.2/jobs/get", params=query).json()
        page = job
        while page.get("next_page_token"):
            more = {**query, "page_token": page["next_page_token"]}
            page = workspace.api("GET", "2.2/jobs/get", params=more).json()
            for key, value in page["settings"].items():
                if isinstance(value, list):
                    job["settings"][key] += value
        found[job["settings"]["name"]] = job
    assert len(found) == len(workspace.stored_jobs())
    return found


def comparable(job: JsonDict, names: dict[str, str]) -> JsonDict:
    """Return the settings with names in place of ids and the identity in one form."""
    settings = copy.deepcopy(job["settings"])
    settings["run_as"] = settings.get("run_as") or {"user_name": job["run_as_user_name"]}
    # These two say which bundle of the source workspace deployed the job.
    settings.pop("deployment", None)
    settings.pop("edit_mode", None)
    named: JsonDict = with_names(settings, names)
    return named


def names_of(loaded: Loaded, workspace: Emulated) -> dict[str, str]:
    """Return the name behind each id that the workspace has."""
    names = {
        str(job["job_id"]): f"the job {job['settings']['name']}" for job in workspace.stored_jobs()
    }
    for kind, ids in loaded.used.items():
        for resource_id in ids:
            here = target_id(kind, resource_id) if workspace is loaded.prod else resource_id
            names[here] = f"the object {resource_id}"
    return names


def with_names(node: Any, names: dict[str, str], key: str = "") -> Any:
    if key in FREE_MAPS:
        return node
    if isinstance(node, dict):
        if "instance_pool_id" in node:
            profile = node.get("aws_attributes", {}).get("instance_profile_arn")
            node = {**node, **dict.fromkeys(DECIDED_BY_POOL), "aws_attributes": profile}
        return {name: with_names(value, names, name) for name, value in node.items()}
    if isinstance(node, list):
        items = [with_names(item, names, key) for item in node]
        if key.startswith("on_"):  # webhooks; mail addresses are texts
            items = [{"id": names.get(i["id"])} if isinstance(i, dict) else i for i in items]
        return sorted(items, key=json.dumps) if key in UNORDERED else items
    return names.get(str(node), node) if key in ID_FIELDS else node


def differences(source: Any, target: Any, path: str = "") -> list[str]:
    """Return where two JSON values differ, lists compared in order."""
    if isinstance(source, dict) and isinstance(target, dict):
        lost = [f"{path}.{key} lost" for key in sorted(source.keys() - target.keys())]
        invented = [f"{path}.{key} invented" for key in sorted(target.keys() - source.keys())]
        common = sorted(source.keys() & target.keys())
        inner = [
            d for key in common for d in differences(source[key], target[key], f"{path}.{key}")
        ]
        return [*lost, *invented, *inner]
    if isinstance(source, list) and isinstance(target, list) and len(source) == len(target):
        pairs = enumerate(zip(source, target, strict=True))
        return [d for index, (a, b) in pairs for d in differences(a, b, f"{path}[{index}]")]
    same = type(source) is type(target) and source == target
    return [] if same else [f"{path}: {source!r} became {target!r}"]
