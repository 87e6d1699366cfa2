"""Definitions as people write them settle after one import, whatever the workspace fills in.

They are those of `test_real_definitions`: no export has ever touched these files.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from core.jobsettings.kinds import Kind, placeholder
from core.jobsettings.references import Reference, replace_references
from core.json_text import JobSettings
from tests.emulated import Emulated, issues_of, row_of, statuses
from tests.integration.test_real_definitions import (
    READY,
    TARGET,
    Loaded,
    read_definitions,
    seed_both,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not READY.is_dir(), reason="the folder ../shared/jobs/ready is not there"),
]

POLICY = {
    "spark_version": {"type": "fixed", "value": "16.4.x-scala2.12"},
    "runtime_engine": {"type": "fixed", "value": "PHOTON"},
    "custom_tags.team": {"type": "fixed", "value": "prod"},
    "spark_conf.spark.x.y": {"type": "fixed", "value": "1"},
    "autotermination_minutes": {"type": "fixed", "value": 30},
    "aws_attributes.zone_id": {"type": "unlimited", "defaultValue": "eu-1b"},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "aws": {"cloud": "aws"},
    "azure": {"cloud": "azure"},
    "gcp": {"cloud": "gcp"},
    "policy": {"cloud": "azure", "policies_refuse": False},
    "list without parameters": {"cloud": "aws", "list_leaves_out": ["parameters"]},
}


def by_name(settings: JobSettings, jobs: set[str]) -> JobSettings:
    """Write references as a person would: by the names that the objects have."""

    def name(reference: Reference) -> Any:
        if reference.kind is Kind.JOB:
            jobs.add(f"{TARGET}{reference.value}")
            return placeholder(Kind.JOB, f"{TARGET}{reference.value}")
        return placeholder(reference.kind, f"{reference.kind} {reference.value}")

    return replace_references(settings, name)


def with_policy(node: Any) -> Any:
    """Put every cluster under the policy."""
    if isinstance(node, list):
        return [with_policy(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: with_policy(value) for key, value in node.items()}
    cluster = result.get("new_cluster")
    if isinstance(cluster, dict):
        policy = placeholder(Kind.CLUSTER_POLICY, "team")
        result["new_cluster"] = {**cluster, "policy_id": policy}
    return result


def write_definitions(dev: Emulated, prod: Emulated, change: Callable[[Any], Any]) -> int:
    definitions = read_definitions()
    seed_both(Loaded(dev, prod), definitions.values())
    [me] = [prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]]
    jobs: set[str] = set()
    for file, settings in definitions.items():
        document = {"run_as_user_name": me, "settings": change(by_name(settings, jobs))}
        prod.put(file, json.dumps(document, indent=4).encode())
    for number, name in enumerate(sorted(jobs)):
        document = {"run_as_user_name": me, "settings": {"name": name, "tasks": []}}
        prod.put(f"needed-{number}.json", json.dumps(document).encode())
    return len(definitions) + len(jobs)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_second_import_changes_nothing(dev: Emulated, prod: Emulated, variant: str) -> None:
    prod.option(**VARIANTS[variant])
    policy = {"policy_id": "team-1", "name": "team", "definition": json.dumps(POLICY)}
    total = write_definitions(dev, prod, with_policy if variant == "policy" else lambda node: node)
    prod.seed(cluster_policies=[policy])
    first = prod.service(threads=8).import_jobs()
    counts = Counter(statuses(first).values())
    assert sum(counts.values()) == total
    assert counts["new"] > 240, issues_of(first)
    assert set(counts) <= {"new", "error"}
    validated = prod.service(threads=8).validate()[1]
    changed = {
        row.job_name: [change.path for change in row.changes]
        for row in validated.rows
        if row.status == "changed"
    }
    assert changed == {}
    prod.clear_calls()
    second = prod.service(threads=8).import_jobs()
    after = Counter(statuses(second).values())
    assert after["unchanged"] == counts["new"]
    done = [name for name, status in statuses(first).items() if status == "new"]
    assert not [name for name in done if "differs" in row_of(first, name).message]
