"""What a bundle deploys to PROD is what an import makes there, for each kind at each place."""

import json
from typing import Any

import pytest

from core.bundling.plan import BundleRequest
from core.comparing.canonical import canonicalize
from core.jobsettings.kinds import Kind
from tests.bundle_reading import Bundle, Created, Found, Missing
from tests.bundles import KINDS
from tests.emulated import Emulated, issues_of
from tests.integration.test_every_reference import NAME, exported, resources
from tests.kinds import SEEDED

__all__ = ["exported"]  # a fixture

OTHER = f"{NAME} in PROD"
PATH = "/Workspace/Shared/map.json"
# What a bundle cannot look up, by the beginning of the variable's name.
BY_HAND = {"alert": Kind.ALERT, "dashboard": Kind.DASHBOARD}


def deployed(value: Any, prod: Emulated, workspace_id: str, names: dict[str, str]) -> Any:
    """The value with the ids that PROD has, as the vendor's client finds them there."""
    match value:
        case dict():
            return {k: deployed(v, prod, workspace_id, names) for k, v in value.items()}
        case list():
            return [deployed(item, prod, workspace_id, names) for item in value]
        case Created():
            return str(prod.job_id(names[value.key]))
        case Found():
            assert value.name == OTHER
            return f"prod-{KINDS[value.word]}"
        case Missing() if value.variable.startswith("workspace"):
            return workspace_id
        case Missing():
            return f"prod-{BY_HAND[value.variable.split('_')[0]]}"
        case _:
            return value


def with_text_ids(value: Any) -> Any:
    """The settings with the ids of jobs as text: a reference is text until it is deployed."""
    if isinstance(value, dict):
        return {k: str(v) if k == "job_id" else with_text_ids(v) for k, v in value.items()}
    return [with_text_ids(item) for item in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_a_bundle_deploys_what_an_import_writes(exported: tuple[Emulated, Emulated]) -> None:
    _, prod = exported
    prod.seed(**resources("prod", OTHER))
    sections: dict[str, Any] = {}
    for kind in SEEDED:
        if kind is not Kind.DASHBOARD and kind.section:
            sections.setdefault(kind.section.group, {})[kind.section.key] = {NAME: OTHER}
    sections["value_mappings"] = {
        "paths": {"/Shared/t": "/Workspace/Shared/prod/t"},
        "fields": {"max_concurrent_runs": 2, "tasks[*].max_retries": 1},
    }
    sections["run_as_mappings"] = {"default": {"user_name": "admin@prod.example"}}
    prod.put(PATH, json.dumps(sections).encode())
    service = prod.service(mapping_path=PATH)
    report = service.import_jobs()
    assert report.status == "completed", issues_of(report)
    planned = service.plan_bundle(BundleRequest())
    names = {key: name for name, key in planned.keys.items()}
    workspace_id = str(service.info().details.where.workspace_id)
    jobs = Bundle(planned.files, "prod").jobs
    stored = {job["settings"]["name"]: job["settings"] for job in prod.stored_jobs()}
    assert len(jobs) == len(stored) > 40
    for key, job in jobs.items():
        ours = deployed(job, prod, workspace_id, names)
        theirs = stored[names[key]]
        assert with_text_ids(canonicalize(ours).settings) == with_text_ids(
            canonicalize(theirs).settings
        ), names[key]
