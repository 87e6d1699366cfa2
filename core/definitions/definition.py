"""File content ↔ definition: what a job's JSON file holds."""

import re
from dataclasses import dataclass, replace
from typing import Any, cast

from core.errors import InvalidDefinitionError, InvalidJsonError
from core.json_text import JobSettings, JsonDict, Packed, is_deeper_than, parse_json, stable_bytes

# Source: Jobs API 2.2, `name`: at most 4096 bytes in UTF-8.
MAX_NAME_BYTES = 4096
_MAX_LEVELS = 100  # the API's own nest about 15; Python's recursion ends at 1000 frames

_MAPPING_KEY = re.compile(r"(compute_name|run_as|resource_name)_mappings[\"']?\s*:")
_SETTINGS_KEY = re.compile(r"settings[\"']?\s*:")
_CONFLICT_MARKERS = ("<<<<<<< ", ">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Definition:
    """One job as its file holds it; references in `settings` are placeholders.

    `source_job_id` is the id in the workspace that exported it, None in files written by hand.
    """

    job_name: str
    source_job_id: int | None
    run_as_user_name: str
    packed: Packed

    @classmethod
    def pack(
        cls,
        job_name: str,
        source_job_id: int | None,
        run_as_user_name: str,
        settings: JobSettings,
    ) -> "Definition":
        """Return the definition with its settings kept small."""
        return cls(job_name, source_job_id, run_as_user_name, Packed(settings))

    def unpack_settings(self) -> JobSettings:
        """Return a copy of the settings. It is parsed anew each time."""
        return cast(JobSettings, self.packed.unpack())


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


def encode_definition(definition: Definition) -> bytes:
    """Return the content of the definition's file: sorted keys, one newline at the end."""
    document: JsonDict = {
        "job_id": definition.source_job_id,
        "settings": definition.unpack_settings(),
    }
    if definition.run_as_user_name:
        document["run_as_user_name"] = definition.run_as_user_name
    return stable_bytes(document)


def parse_definition(content: bytes) -> Definition | OtherJson:
    """Read a file.

    Raises:
        InvalidDefinitionError: it is not JSON, or a definition that cannot be used.
    """
    text = _decode(content)
    if _is_mapping_file(text):
        return _MAPPING_FILE
    document = _parse(text)
    if not isinstance(document, dict) or not isinstance(document.get("settings"), dict):
        return _other_json(document)
    settings = document["settings"]
    if is_deeper_than(settings, _MAX_LEVELS):
        raise InvalidDefinitionError(
            "The settings are nested too deeply to be those of a job.",
            fix="Correct the file in the Git folder, or export the job again.",
        )
    run_as_user_name = document.get("run_as_user_name")
    return Definition.pack(
        job_name=_job_name(settings),
        source_job_id=_job_id(document.get("job_id")),
        run_as_user_name=run_as_user_name if isinstance(run_as_user_name, str) else "",
        settings=settings,
    )


_MAPPING_FILE = OtherJson("The file is a mapping file, not a job definition.")
_EMPTY = OtherJson("The file is an empty object.", is_blank=True)
_NO_SETTINGS = OtherJson("The file has no “settings”.")  # one for all the files of other tools


def _other_json(document: Any) -> OtherJson:
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
    return name[:MAX_NAME_BYTES] if isinstance(name, str) else ""


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


def _is_mapping_file(text: str) -> bool:
    """Whether this is a mapping file, which is JSON5 and may lie in the same folder."""
    may_be = "_mappings" in text  # much faster than the pattern, which few files need
    return may_be and bool(_MAPPING_KEY.search(text)) and not _SETTINGS_KEY.search(text)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDefinitionError(
            f"The file is not UTF-8 text (byte {error.start}).",
            fix="Save it as UTF-8, or export the job again.",
        ) from error


def _parse(text: str) -> Any:
    if _has_conflict_markers(text):
        raise InvalidDefinitionError(
            "The file contains Git merge-conflict markers.",
            fix="Resolve the conflict in the Git folder, commit, push and pull again.",
        )
    if not text.strip():
        raise InvalidDefinitionError(
            "The file is empty.", fix="Delete it if the job is gone, or export the job again."
        )
    try:
        return parse_json(text)
    except InvalidJsonError as error:
        raise InvalidDefinitionError(
            f"The file is not valid JSON. {error.message}",
            fix="Correct it in the Git folder, or export the job again.",
        ) from error


def _has_conflict_markers(text: str) -> bool:
    # JSON strings may hold the other line ends that `splitlines` knows, but no newline.
    return any(text.startswith(mark) or f"\n{mark}" in text for mark in _CONFLICT_MARKERS)


def _job_name(settings: JobSettings) -> str:
    name = settings.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InvalidDefinitionError(
            "The definition has no job name.", fix="Give settings.name the name of the job."
        )
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        raise InvalidDefinitionError(
            f"The job name is longer than {MAX_NAME_BYTES} bytes.", fix="Shorten settings.name."
        )
    return name


def _job_id(value: Any) -> int | None:
    """Accept whole numbers and texts of digits; anything else is not an id."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) else None
