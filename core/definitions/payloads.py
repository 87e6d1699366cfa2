"""The forms other than a definition in which JSON holds jobs: what is a form, and its jobs.

Requests and answers of the Jobs API, bundles and Terraform. A new form is a row of `PAYLOADS`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.definitions.job_fields import JOB_FIELDS, NOT_SETTINGS, is_of_a_job
from core.jobsettings.permissions import PERMISSIONS
from core.jobsettings.places import join_key, list_texts
from core.json_text import JsonDict

# Other tools have these as well: beside a name they prove nothing.
_WEAK_FIELDS = frozenset({"tasks", "trigger", "triggers", "continuous", "deployment"})
# Source: databricks-sdk service/jobs.py, SubmitRun and Run.
_OF_A_RUN = ("run_name", "run_id", "run_page_url", "original_attempt_run_id")
_ONE_RUN = "It describes one run, not a job: save the answer of jobs/get of its job."
_PARTIAL = "It holds only what changes of a job: save the answer of jobs/get."
_NO_JOB = "It is not a job."
# Source: Jobs API 2.2, `jobs/list`: tasks are included only with `expand_tasks=true`.
_WITHOUT_TASKS = "jobs/list left out its tasks: save the answer of jobs/get, or use expand_tasks."
_TERRAFORM = "Terraform has its own form: apply it, then export the job from the workspace."
_MOST_LISTED = 10
_VARIABLE = re.compile(r"\$\{[^{}]*\}?")


@dataclass(frozen=True, slots=True)
class JobPart:
    """One job inside other JSON, in the shape of a definition.

    `place` is where it was, empty for the whole. `is_answer` is True for what the API answered: it
    is spelled out as a live job, whereas a request leaves out what the API decides. `refusal` is
    why it cannot become a definition.
    """

    place: str
    document: JsonDict
    is_answer: bool = False
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """One form. `words` say what it is; `refusal` is why it cannot become a definition."""

    words: str
    matches: Callable[[Any], bool]
    parts: Callable[[Any], Iterable[JobPart]]
    refusal: str = ""


def find_payload(document: Any) -> Payload | None:
    """Return the form in which a document holds jobs, a definition's own included; else None."""
    return next((payload for payload in PAYLOADS if payload.matches(document)), None)


def holds_tasks(settings: JsonDict) -> bool:
    """Whether an object holds tasks as a job does."""
    tasks = settings.get("tasks")
    if isinstance(tasks, list) and (any(map(_is_task, tasks)) or _has_room_for_tasks(settings)):
        return True
    return any(key.endswith("_task") and isinstance(settings[key], dict) for key in settings)


def is_wrapped(document: Any) -> bool:
    """Whether this is a definition, or an answer that has its form."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("settings"), dict)
        and is_of_a_job(document)
    )


def _is_task(value: Any) -> bool:
    return isinstance(value, dict) and any(
        key == "task_key" or key.endswith("_task") for key in value
    )


def _has_room_for_tasks(settings: JsonDict) -> bool:
    # VS Code's .vscode/tasks.json is created with a version and no tasks.
    return not settings["tasks"] and "version" not in settings


def _is_run(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and "name" not in document
        and any(field in document for field in _OF_A_RUN)
        and holds_tasks(document)
    )


def _is_update(document: Any) -> bool:
    return _is_reset(document) and "fields_to_remove" in document


def _is_reset(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("new_settings"), dict)


def _is_create(document: Any) -> bool:
    if not isinstance(document, dict) or "task_key" in document or "settings" in document:
        return False
    return holds_tasks(document) or (
        isinstance(document.get("name"), str)
        and any(
            document.get(field) and check(document[field])
            for field, check in JOB_FIELDS.items()
            if field not in _WEAK_FIELDS
        )
    )


def _is_bundle(document: Any) -> bool:
    return any(isinstance(job, dict) for job in _bundle_jobs(document).values())


def _bundle_jobs(document: Any) -> JsonDict:
    resources = document.get("resources") if isinstance(document, dict) else None
    jobs = resources.get("jobs") if isinstance(resources, dict) else None
    return jobs if isinstance(jobs, dict) else {}


def _is_terraform(document: Any) -> bool:
    """Whether this is Terraform's JSON syntax, or a state. Source: developer.hashicorp.com."""
    if not isinstance(document, dict):
        return False
    blocks = document.get("resource")
    configured = any(
        isinstance(block, dict) and "databricks_job" in block
        for block in (blocks if isinstance(blocks, list) else [blocks])
    )
    kept = document.get("resources")
    return configured or any(
        isinstance(one, dict) and one.get("type") == "databricks_job"
        for one in (kept if isinstance(kept, list) else ())
    )


def _elements(document: Any) -> list[Any]:
    found = document.get("jobs") if isinstance(document, dict) else document
    return found if isinstance(found, list) else []


def _is_list(document: Any) -> bool:
    found = map(_of_one_job, _elements(document))
    return any(payload and not payload.refusal for payload in found)


def _of_one_job(document: Any) -> Payload | None:
    return next((payload for payload in _OF_ONE_JOB if payload.matches(document)), None)


def _wrapped_part(document: JsonDict) -> Iterator[JobPart]:
    # Source: Jobs API 2.2, `jobs/get` and `jobs/list`: both always have it; our files have none.
    yield JobPart("", document, is_answer="created_time" in document)


def _reset_part(document: JsonDict) -> Iterator[JobPart]:
    beside = {key: value for key, value in document.items() if key != "new_settings"}
    yield JobPart("", {**beside, "settings": document["new_settings"]})


def _create_part(document: JsonDict) -> Iterator[JobPart]:
    # A bundle's `permissions` have another form than a definition's, and are left out.
    aside = NOT_SETTINGS - {PERMISSIONS}
    settings = {key: value for key, value in document.items() if key not in aside}
    beside = {key: value for key, value in document.items() if key in aside}
    yield JobPart("", {**beside, "settings": settings})


def _list_parts(document: Any) -> Iterator[JobPart]:
    before = "jobs" if isinstance(document, dict) else ""
    for index, element in enumerate(_elements(document)):
        place = f"{before}[{index}]"
        payload = _of_one_job(element)
        if payload is None or payload.refusal:
            refusal = payload.refusal if payload else _NO_JOB
            yield JobPart(place, {"settings": {}}, refusal=refusal)
            continue
        for part in payload.parts(element):
            bare = part.is_answer and not _has_tasks(part.document["settings"])
            yield replace(part, place=place, refusal=_WITHOUT_TASKS if bare else "")


def _has_tasks(settings: JsonDict) -> bool:
    return "tasks" in settings or any(key.endswith("_task") for key in settings)


def _bundle_parts(document: JsonDict) -> Iterator[JobPart]:
    for key, job in _bundle_jobs(document).items():
        place = join_key("resources.jobs", key)
        if not isinstance(job, dict):
            yield JobPart(place, {"settings": {}}, refusal=_NO_JOB)
            continue
        [part] = _create_part({name: job[name] for name in job.keys() - {"lifecycle"}})
        yield replace(part, place=place, refusal=_variables_in(part.document["settings"]))


def _variables_in(settings: JsonDict) -> str:
    """Return why a job cannot be taken out of its bundle: values that only the bundle knows."""
    found = [(place, _VARIABLE.findall(text)) for place, text in list_texts(settings)]
    listed = [f"{place} ({', '.join(names)})" for place, names in found if names]
    if not listed:
        return ""
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    return f"Only the bundle knows its variables: {', '.join(listed[:_MOST_LISTED])}{more}."


def _no_parts(_document: Any) -> tuple[JobPart, ...]:
    return ()


_OF_ONE_JOB: tuple[Payload, ...] = (
    Payload("a definition or an answer of jobs/get", is_wrapped, _wrapped_part),
    Payload("a request of jobs/update", _is_update, _reset_part, refusal=_PARTIAL),
    Payload("a request of jobs/reset", _is_reset, _reset_part),
    Payload("a run", _is_run, _no_parts, refusal=_ONE_RUN),
    Payload("a request of jobs/create", _is_create, _create_part),
)

PAYLOADS: tuple[Payload, ...] = (
    *_OF_ONE_JOB,
    Payload("a list of jobs", _is_list, _list_parts),
    Payload("a bundle", _is_bundle, _bundle_parts),
    Payload("Terraform", _is_terraform, _no_parts, refusal=_TERRAFORM),
)
