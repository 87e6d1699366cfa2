"""JSON that is not a definition: what is wrong with it, and whether it was meant as one."""

from dataclasses import dataclass, replace
from typing import Any

from core.json_text import JsonDict

_MOST_OF_A_NAME = 4096  # characters; more is not a name


@dataclass(frozen=True, slots=True)
class OtherJson:
    """JSON that is not a definition: what a definition would need, and what speaks for one.

    `is_job_like` is True when it holds what only jobs have. `is_blank` is True when it holds
    nothing that another tool could need. `job_name` is the name in it that may be a job's, or
    empty.
    """

    problem: str
    is_job_like: bool = False
    is_blank: bool = False
    job_name: str = ""


MAPPING_FILE = OtherJson("The file is a mapping file, not a job definition.")
NOT_OF_A_JOB = OtherJson("“settings” has no field that only a job has.")
_EMPTY = OtherJson("The file is an empty object.", is_blank=True)
_NO_SETTINGS = OtherJson("The file has no “settings”.")  # one for all the files of other tools


def examine_other_json(document: Any) -> OtherJson:
    """Say what is wrong with a document as a definition, and whether it was meant as one."""
    if not isinstance(document, dict):
        return OtherJson(
            f"The file is {_kind(document)}, not an object.",
            is_job_like=_is_wrapped_in_a_list(document),
            is_blank=not isinstance(document, list) or not document,
        )
    if not document:
        return _EMPTY
    if "settings" in document:
        kind = _kind(document["settings"])
        return OtherJson(f"“settings” is {kind}, not an object.", is_job_like=True)
    key = _key_of_settings(document)
    if key:
        problem = f"The settings are inside “{key[:40]}”, not “settings”."
        return OtherJson(problem, is_job_like=True, job_name=_name_in(document[key]))
    if _name_in(document) or _holds_tasks(document):
        return OtherJson(
            "The settings are not inside “settings”.",
            is_job_like=_is_job_like(document),
            job_name=_name_in(document),
        )
    return replace(_NO_SETTINGS, is_job_like=True) if _is_job_like(document) else _NO_SETTINGS


def _is_job_like(document: JsonDict) -> bool:
    return "job_id" in document or "new_settings" in document or _holds_tasks(document)


def _is_wrapped_in_a_list(document: Any) -> bool:
    """Whether this is a list around one definition; longer ones are tables of something else."""
    if not isinstance(document, list) or len(document) != 1 or not isinstance(document[0], dict):
        return False
    [inner] = document
    return _is_job_like(inner) or isinstance(inner.get("settings"), dict)


def _key_of_settings(document: JsonDict) -> str:
    """Return the key that the settings are under by mistake; empty when there is none."""
    of_a_job = "job_id" in document or "new_settings" in document
    for key, value in document.items():
        if isinstance(value, dict) and (_holds_tasks(value) or (of_a_job and _name_in(value))):
            return key
    return ""


def _holds_tasks(settings: JsonDict) -> bool:
    tasks = settings.get("tasks")
    if isinstance(tasks, list) and (any(map(_is_task, tasks)) or _has_room_for_tasks(settings)):
        return True
    return any(key.endswith("_task") and isinstance(settings[key], dict) for key in settings)


def _is_task(value: Any) -> bool:
    return isinstance(value, dict) and any(
        key == "task_key" or key.endswith("_task") for key in value
    )


def _has_room_for_tasks(settings: JsonDict) -> bool:
    # VS Code's .vscode/tasks.json is created with a version and no tasks.
    return not settings["tasks"] and "version" not in settings


def _name_in(settings: JsonDict) -> str:
    name = settings.get("name")
    return name[:_MOST_OF_A_NAME] if isinstance(name, str) else ""


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "a number"
