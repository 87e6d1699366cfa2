"""The kinds of references as tests need them: seeds for the emulator, settings that refer to one.

All of it follows from the tables of the product and of the emulator, so that a new kind is tested
wherever the others are.
"""

from collections.abc import Mapping
from typing import Any

from core.gateways.databricks.resources import ENDPOINTS
from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from emulator.resources import KINDS, ResourceKind
from tests.builders import notebook_task

SEEDED: Mapping[Kind, ResourceKind] = {
    kind: emulated
    for kind, endpoint in ENDPOINTS.items()
    for emulated in KINDS
    if emulated.list_path == endpoint.list_path
}


def seed_entry(kind: Kind, resource_id: str, name: str) -> dict[str, Any]:
    """An object as a seed lists it."""
    entry = {SEEDED[kind].id_field: resource_id, SEEDED[kind].name_field: name}
    return entry | ({"path": name_in_git(kind, name)} if kind is Kind.DASHBOARD else {})


def name_in_git(kind: Kind, name: str) -> str:
    """What a definition calls the object: a dashboard's name is no name of its own."""
    return f"/Workspace/Shared/{name}.lvdash.json" if kind is Kind.DASHBOARD else name


def nested(pattern: str, value: Any) -> Any:
    """Build the JSON in which `value` stands at a pattern."""
    for step in reversed(pattern.replace("[]", ".[]").split(".")):
        value = [value] if step == "[]" else {step: value}
    return value


def settings_with(kind: Kind, identifiers: Mapping[str, str | int]) -> JobSettings:
    """Settings with a task for each identifier; of a kind that no task refers to, the last one.

    Args:
        identifiers: by the key of the task.
    """
    if all(path.level == "job" for path in kind.paths):
        *_, identifier = identifiers.values()
        return {"tasks": [notebook_task("t")], **nested(kind.paths[0].pattern, identifier)}
    return {"tasks": [_task_with(kind, key, value) for key, value in identifiers.items()]}


def _task_with(kind: Kind, key: str, identifier: str | int) -> dict[str, Any]:
    """A task that refers to one object of this kind."""
    path = next(path for path in kind.paths if path.level != "job")
    part = nested(path.pattern, identifier)
    if path.level == "cluster":
        return notebook_task(key, new_cluster={"num_workers": 1, **part})
    if "_task." in path.pattern:
        return {"task_key": key, **part}
    return notebook_task(key, **part)
