"""The files of a bundle, as text by their paths."""

from collections.abc import Mapping
from typing import Any

from core.bundling.joining import Joined
from core.bundling.variables import DEV, PROD, VariableBook
from core.bundling.yaml_text import to_yaml
from core.json_text import JsonDict

ROOT_FILE = "databricks.yml"
VARIABLES_FILE = "variables.yml"
_FIRST = ("name", "description", "task_key", "job_cluster_key", "environment_key")
_WRITTEN_BY = "# Written by `cli.py bundle` of Databricks Job Sync.\n"


def make_documents(
    jobs: Mapping[str, tuple[Joined, int | None]],
    book: VariableBook,
    name: str,
    hosts: Mapping[str, str],
    oldest_client: str,
) -> dict[str, str]:
    """Return the content of each file.

    Args:
        jobs: by their keys, each with its id in the workspace that exported it.
        hosts: the addresses of the workspaces by target, as far as they are known.
        oldest_client: the version of the vendor's client that is needed, empty for any.
    """
    defined, overridden = book.as_documents()
    files = {ROOT_FILE: _WRITTEN_BY + to_yaml(_root(name, hosts, oldest_client, bool(defined)))}
    if defined:
        document: JsonDict = {"variables": defined}
        if overridden:
            document["targets"] = {
                target: {"variables": values} for target, values in overridden.items()
            }
        files[VARIABLES_FILE] = _WRITTEN_BY + to_yaml(document)
    for key, (joined, source_id) in jobs.items():
        comment = f"# Exported from job {source_id}.\n" if source_id is not None else ""
        text = _WRITTEN_BY + comment + to_yaml(_resource(key, joined))
        files[path_of_job(key)] = text
    return files


def path_of_job(key: str) -> str:
    """Return where the job of a key is."""
    return f"resources/{key}.job.yml"


def _root(name: str, hosts: Mapping[str, str], client: str, has_variables: bool) -> JsonDict:
    bundle = {"name": name}
    if client:
        bundle["databricks_cli_version"] = f">= {client}"
    variables = [VARIABLES_FILE] if has_variables else []
    return {
        "bundle": bundle,
        "include": [*variables, "resources/*.job.yml"],
        "targets": {
            DEV: {"default": True, **_workspace(hosts.get(DEV, ""))},
            PROD: _workspace(hosts.get(PROD, "")),
        },
    }


def _workspace(host: str) -> JsonDict:
    return {"workspace": {"host": host}} if host else {}


def _resource(key: str, joined: Joined) -> JsonDict:
    document: JsonDict = {"resources": {"jobs": {key: _in_order(joined.settings)}}}
    alone = {DEV: joined.dev_only, PROD: joined.prod_only}
    targets = {
        target: {"resources": {"jobs": {key: _in_order(fields)}}}
        for target, fields in alone.items()
        if fields
    }
    return {**document, "targets": targets} if targets else document


def _in_order(value: Any) -> Any:
    """Return the value with what names an object first, and everything else in its order."""
    if isinstance(value, dict):
        first = [key for key in _FIRST if key in value and isinstance(value[key], str)]
        rest = [key for key in value if key not in first]
        return {key: _in_order(value[key]) for key in (*first, *rest)}
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    return value
