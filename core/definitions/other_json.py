"""JSON that is not a definition: what is wrong with it, and whether it was meant as one."""

from dataclasses import dataclass, replace
from typing import Any

from core.definitions.payloads import find_payload, holds_tasks
from core.json_fields import read_id
from core.json_text import JsonDict

_MOST_OF_A_NAME = 4096  # characters; more is not a name


@dataclass(frozen=True, slots=True)
class OtherJson:
    """JSON that is not a definition: what a definition would need, and what speaks for one.

    `is_job_like` is True when it looks like a damaged definition: it holds what only jobs have, in
    no form that anything writes. `form` are the words for the form in which it holds jobs, or
    empty. `is_blank` is True when it holds nothing that another tool could need. `job_name` is
    the name in it that may be a job's, or empty; `job_id` the id beside it.
    """

    problem: str
    is_job_like: bool = False
    is_blank: bool = False
    job_name: str = ""
    form: str = ""
    job_id: int | None = None


MAPPING_FILE = OtherJson("The file is a mapping file, not a job definition.")
NOT_OF_A_JOB = OtherJson("“settings” has no field that only a job has.")
_EMPTY = OtherJson("The file is an empty object.", is_blank=True)
_NO_SETTINGS = OtherJson("The file has no “settings”.")  # one for all the files of other tools


def examine_other_json(document: Any) -> OtherJson:
    """Say what is wrong with a document as a definition, and whether it was meant as one."""
    found = _examine(document)
    payload = find_payload(document)
    if payload is None:
        return found
    found = replace(found, is_job_like=False, form=payload.words)
    parts = tuple(payload.parts(document))
    if len(parts) != 1:
        return found
    inside = parts[0].document
    job_id = read_id(inside.get("job_id"))
    return replace(found, job_name=_name_in(inside["settings"]), job_id=job_id)


def _examine(document: Any) -> OtherJson:
    if not isinstance(document, dict):
        return OtherJson(
            f"The file is {_kind(document)}, not an object.",
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
    if _name_in(document) or holds_tasks(document):
        return OtherJson(
            "The settings are not inside “settings”.",
            is_job_like=_is_job_like(document),
            job_name=_name_in(document),
        )
    return replace(_NO_SETTINGS, is_job_like=True) if _is_job_like(document) else _NO_SETTINGS


def _is_job_like(document: JsonDict) -> bool:
    return "job_id" in document or "new_settings" in document or holds_tasks(document)


def _key_of_settings(document: JsonDict) -> str:
    """Return the key that the settings are under by mistake; empty when there is none."""
    of_a_job = "job_id" in document or "new_settings" in document
    for key, value in document.items():
        if isinstance(value, dict) and (holds_tasks(value) or (of_a_job and _name_in(value))):
            return key
    return ""


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
