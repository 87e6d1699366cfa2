"""Plans bundles of definitions and reads them back, for tests."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from core.bundling.plan import BundlePlan, BundleRequest, plan_bundle
from core.definitions.definition import Definition, parse_definition
from core.definitions.folder import DefinitionFile, GitContents
from core.jobsettings.kinds import Kind, placeholder
from core.json_text import JobSettings, JsonDict
from core.mapping.mapping_file import Mappings, parse_mappings
from core.secrets.allowed import NOTHING_ALLOWED, AllowedSecrets
from tests.bundle_reading import Bundle, Created, Found, Missing

KINDS = {
    "cluster": Kind.CLUSTER,
    "warehouse": Kind.WAREHOUSE,
    "job": Kind.JOB,
    "pipeline": Kind.PIPELINE,
    "cluster_policy": Kind.CLUSTER_POLICY,
    "instance_pool": Kind.INSTANCE_POOL,
    "notification_destination": Kind.NOTIFICATION_DESTINATION,
    "query": Kind.QUERY,
    "alert": Kind.LEGACY_ALERT,
    "dashboard": Kind.LEGACY_DASHBOARD,
}


def definition_file(path: str, content: bytes) -> DefinitionFile:
    definition = parse_definition(content)
    assert isinstance(definition, Definition), definition
    return DefinitionFile(path, definition, zlib.compress(content))


def contents_of(*documents: JsonDict, allowed: AllowedSecrets = NOTHING_ALLOWED) -> GitContents:
    files = tuple(
        definition_file(f"{number}.json", json.dumps(document).encode())
        for number, document in enumerate(documents)
    )
    return GitContents("/Workspace/jobs", files, allowed=allowed)


def document_of(settings: JobSettings, **beside: Any) -> JsonDict:
    return {"job_id": 7, "run_as_user_name": "ana@dev.example", "settings": settings, **beside}


def mappings_of(document: JsonDict | None) -> Mappings:
    if document is None:
        return Mappings()
    return parse_mappings(json.dumps(document).encode(), "/Workspace/mappings.json")


def plan(
    *settings: JobSettings, mappings: JsonDict | None = None, keys: Mapping[str, str] | None = None
) -> BundlePlan:
    contents = contents_of(*map(document_of, settings))
    return plan_bundle(contents, mappings_of(mappings), BundleRequest(keys=keys or {}))


def read_jobs(planned: BundlePlan, target: str) -> dict[str, Any]:
    """The jobs of a target by their names, with everything resolved."""
    bundle = Bundle(planned.files, target)
    names = {key: name for name, key in planned.keys.items()}
    return {names[key]: job for key, job in bundle.jobs.items()}


def with_names(value: Any, planned: BundlePlan) -> Any:
    """What a bundle resolves, with each reference as a definition writes it."""
    names = {key: name for name, key in planned.keys.items()}
    match value:
        case dict():
            return {key: with_names(inner, planned) for key, inner in value.items()}
        case list():
            return [with_names(item, planned) for item in value]
        case Created():
            return placeholder(Kind.JOB, names[value.key])
        case Found():
            return placeholder(KINDS[value.word], value.name)
        case Missing():
            return f"missing: {value.variable}"
        case _:
            return value
