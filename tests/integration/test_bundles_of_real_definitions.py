"""Definitions that other people wrote, as a bundle and back again.

They are no part of this repository; without their folder the tests are skipped. The vendor's own
models check the jobs where its package `databricks-bundles` is installed: its licence is for users
of the vendor's services only, so the project does not install it.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.bundling.plan import BundledJob, BundlePlan, BundleRequest, NotBundled, plan_bundle
from core.definitions.definition import make_definition
from core.definitions.folder import DefinitionFile, GitContents
from core.errors import SyncError
from tests.bundle_reading import Bundle, Found
from tests.bundle_schema import find_faults
from tests.bundles import mappings_of, with_names

JOBS = Path(__file__).resolve().parents[2].parent / "shared" / "jobs"
FILES = sorted(JOBS.glob("*/*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="the folder ../shared/jobs is not there")

MAPPINGS = {
    "run_as_mappings": {"default": {"service_principal_name": "robot"}},
    "pause_status": "new_paused",
    "value_mappings": {
        "paths": {
            "/Workspace": "/Workspace/prod",
            "/Users": "/Workspace/Users",
            "dbfs:/": "s3://b/",
        },
        "catalogs": {"main": "prod", "dev": "prod"},
        "emails": {"default": None},
        "parameters": {"env": "prod", "environment": "prod", "catalog": "${prod}"},
        "git_branches": {"main": "release", "master": "release"},
        "node_types": {"i3.xlarge": "m5.large", "Standard_DS3_v2": "Standard_D4s_v5"},
        "fields": {"max_concurrent_runs": 3, "tags": None, "tasks[*].max_retries": 0},
    },
}
OF_THE_BUNDLE = {"format", "deployment", "edit_mode"}
STARTS = ("schedule", "trigger", "continuous")
OF_A_TASK = {
    *("existing_cluster_id", "new_cluster", "libraries", "max_retries"),
    *("min_retry_interval_millis", "retry_on_timeout"),
}


class Planned(NamedTuple):
    """A plan, and what each target reads of it: reading takes as long as all else together."""

    plan: BundlePlan
    dev: Bundle
    prod: Bundle


def planned_with(contents: GitContents, mappings: dict[str, Any] | None) -> Planned:
    plan = plan_bundle(contents, mappings_of(mappings), BundleRequest())
    return Planned(plan, Bundle(plan.files, "dev"), Bundle(plan.files, "prod"))


@pytest.fixture(scope="module")
def contents() -> GitContents:
    return GitContents("/jobs", tuple(_definitions()))


@pytest.fixture(scope="module")
def plain(contents: GitContents) -> Planned:
    return planned_with(contents, None)


@pytest.fixture(scope="module")
def mapped(contents: GitContents) -> Planned:
    return planned_with(contents, MAPPINGS)


def _definitions() -> Iterator[DefinitionFile]:
    seen: set[str] = set()
    for path in FILES:
        content = path.read_bytes()
        document = json.loads(content)
        name = document["settings"].get("name")
        if not isinstance(name, str) or name in seen:  # each name once: equal ones are an error
            document["settings"]["name"] = f"{name} {path.stem}"
        try:
            definition = make_definition(document)
        except SyncError:
            continue
        seen.add(definition.job_name)
        yield DefinitionFile(path.name, definition, zlib.compress(content))


def as_bundled(file: DefinitionFile) -> dict[str, Any]:
    """What a job of a bundle is to hold, told by plain rules."""
    settings = file.definition.unpack_settings()
    kept = {key: value for key, value in settings.items() if key not in OF_THE_BUNDLE}
    task_keys = {key for key in kept if key in OF_A_TASK or key.endswith("_task")}
    if "tasks" not in kept and any(isinstance(kept[k], dict) and k.endswith("_task") for k in kept):
        task = {"task_key": "main", **{key: kept.pop(key) for key in task_keys}}
        kept["tasks"] = [task]
    return kept


def test_they_come_back(contents: GitContents, plain: Planned) -> None:
    bundled = {row.job_name for row in plain.plan.rows if isinstance(row, BundledJob)}
    refused = [row for row in plain.plan.rows if isinstance(row, NotBundled)]
    assert all("holds a secret" in row.issues[0].message for row in refused)
    assert len(bundled) > 540
    assert len(bundled) + len(refused) == len(contents.files)
    files = {file.definition.job_name: file for file in contents.files}
    bundle, keys = plain.prod, plain.plan.keys
    assert len(bundle.jobs) == len(bundled)
    for name in bundled:
        job = with_names(bundle.jobs[keys[name]], plain.plan)
        assert job == as_bundled(files[name]), name


def test_dev_stays_as_it_is_with_a_mapping_file(contents: GitContents, mapped: Planned) -> None:
    bundle = mapped.dev
    for file in contents.files:
        key = mapped.plan.keys.get(file.definition.job_name)
        if key is not None:
            job, expected = with_names(bundle.jobs[key], mapped.plan), as_bundled(file)
            assert without_active(job) == without_active(expected)


def without_active(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without the pause status that a missing one means."""
    result = dict(settings)
    for block in STARTS:
        if isinstance(result.get(block), dict):
            inside = result[block].items()
            result[block] = {key: value for key, value in inside if value != "UNPAUSED"}
    return result


def test_prod_has_the_values_of_the_mapping_file(mapped: Planned) -> None:
    jobs = mapped.prod.jobs.values()
    assert {job["max_concurrent_runs"] for job in jobs} == {3}
    robot = {"service_principal_name": Found("service_principal", "robot")}
    others = [job["run_as"] for job in jobs if job["run_as"] != robot]
    assert len(others) < 7
    assert all(isinstance(one, list) or len(one) > 1 for one in others)  # nobody can read them
    assert not any("tags" in job for job in jobs)
    starts = [job[block] for job in jobs for block in STARTS if isinstance(job.get(block), dict)]
    assert {start["pause_status"] for start in starts} == {"PAUSED"}


def test_it_is_the_same_each_time(contents: GitContents, mapped: Planned) -> None:
    again = plan_bundle(contents, mappings_of(MAPPINGS), BundleRequest(keys=mapped.plan.keys))
    assert again.files == mapped.plan.files


def test_a_bundle_adds_no_fault_by_the_schema(
    contents: GitContents, plain: Planned, mapped: Planned
) -> None:
    without_fault = 0
    for planned in (plain, mapped):
        jobs = planned.dev.whole["resources"]["jobs"]
        for file in checked_files(contents, planned.plan):
            faults = set(find_faults(jobs[planned.plan.keys[file.definition.job_name]]))
            assert faults <= set(find_faults(as_bundled(file))), file.path
            without_fault += not faults
    assert without_fault > 500


def checked_files(contents: GitContents, planned: BundlePlan) -> Iterator[DefinitionFile]:
    """The definitions that are no templates of a bundle: the variables of those are plain text."""
    for file in contents.files:
        is_template = "${" in file.definition.packed.text()
        if file.definition.job_name in planned.keys and not is_template:
            yield file


def test_the_vendor_s_models_refuse_nothing_more(
    contents: GitContents, plain: Planned, mapped: Planned
) -> None:
    """Definitions have faults of their own; being in a bundle adds none."""
    models = pytest.importorskip(
        "databricks.bundles.jobs", reason="the package databricks-bundles is not installed"
    )

    def fault_of(job: dict[str, Any]) -> str:
        try:
            models.Job.from_dict(job)
        except (ValueError, TypeError) as error:
            return str(error)
        return ""

    without_fault = 0
    for planned in (plain, mapped):
        jobs = planned.dev.whole["resources"]["jobs"]
        for file in checked_files(contents, planned.plan):
            fault = fault_of(jobs[planned.plan.keys[file.definition.job_name]])
            assert not fault or fault_of(as_bundled(file)), file.path
            without_fault += not fault
    assert without_fault > 500
