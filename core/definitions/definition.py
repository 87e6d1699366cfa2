"""File content ↔ definition: what a job's JSON file holds."""

import re
from dataclasses import dataclass
from typing import Any, cast

from core.definitions.job_fields import (
    find_left_out,
    keep_settings,
    lacks_its_tasks,
)
from core.definitions.other_json import (
    MAPPING_FILE,
    NOT_OF_A_JOB,
    OtherJson,
    examine_other_json,
)
from core.definitions.payloads import is_wrapped
from core.definitions.stand_ins import find_stand_in
from core.errors import InvalidDefinitionError, InvalidJsonError
from core.jobsettings.permissions import PERMISSIONS, Permission, parse_permissions
from core.json_fields import read_id
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
    `left_out` are the fields of the file that no definition has; they are not in the settings.
    `permissions` are kept as the file has them, None where it says nothing of them.
    """

    job_name: str
    source_job_id: int | None
    run_as_user_name: str
    packed: Packed
    left_out: tuple[str, ...] = ()
    permissions: Packed | None = None

    @classmethod
    def pack(
        cls,
        job_name: str,
        source_job_id: int | None,
        run_as_user_name: str,
        settings: JobSettings,
        left_out: tuple[str, ...] = (),
        permissions: Packed | None = None,
    ) -> "Definition":
        """Return the definition with its settings kept small."""
        packed = Packed(settings)
        return cls(job_name, source_job_id, run_as_user_name, packed, left_out, permissions)

    def unpack_settings(self) -> JobSettings:
        """Return a copy of the settings. It is parsed anew each time."""
        return cast(JobSettings, self.packed.unpack())

    def list_permissions(self) -> tuple[Permission, ...] | None:
        """Return the entries of the job's permissions, None where the file says nothing of them."""
        return None if self.permissions is None else parse_permissions(self.permissions.unpack())


def encode_definition(definition: Definition) -> bytes:
    """Return the content of the definition's file: sorted keys, one newline at the end."""
    return stable_bytes(definition_as_json(definition))


def encode_over(definition: Definition, before: bytes) -> bytes:
    """Return the content that replaces a file, with that file's line ends.

    Git may be set to write CR LF into a checkout, and to refuse a file that has others.
    """
    content = encode_definition(definition)
    lines = before.count(b"\n")
    return content.replace(b"\n", b"\r\n") if lines and before.count(b"\r\n") == lines else content


def definition_as_json(definition: Definition) -> JsonDict:
    """Return the document that the definition's file holds."""
    document: JsonDict = {
        "job_id": definition.source_job_id,
        "settings": definition.unpack_settings(),
    }
    if definition.run_as_user_name:
        document["run_as_user_name"] = definition.run_as_user_name
    if definition.permissions is not None:
        document[PERMISSIONS] = definition.permissions.unpack()
    return document


def parse_definition(content: bytes) -> Definition | OtherJson:
    """Read a file.

    Raises:
        InvalidDefinitionError: it is not JSON, or a definition that cannot be used.
    """
    text = _decode(content)
    if _is_mapping_file(text):
        return MAPPING_FILE
    document = _parse(text)
    if is_wrapped(document):
        return make_definition(document)
    if isinstance(document, dict) and isinstance(document.get("settings"), dict):
        return NOT_OF_A_JOB
    return examine_other_json(document)


def parse_document(content: bytes) -> Any:
    """Read the JSON of a file, whatever it holds.

    Raises:
        InvalidDefinitionError: it is not JSON.
    """
    return _parse(_decode(content))


def make_definition(document: JsonDict) -> Definition:
    """Return the definition in an object that has its form.

    Raises:
        InvalidDefinitionError: it cannot be used.
    """
    _refuse_a_page(document)
    settings = document["settings"]
    if is_deeper_than(settings, _MAX_LEVELS):
        raise InvalidDefinitionError(
            "The settings are nested too deeply to be those of a job.",
            fix="Correct the file in the Git folder, or export the job again.",
        )
    run_as_user_name = document.get("run_as_user_name")
    return Definition.pack(
        job_name=_job_name(settings),
        source_job_id=read_id(document.get("job_id")),
        run_as_user_name=run_as_user_name if isinstance(run_as_user_name, str) else "",
        settings=keep_settings(settings),
        left_out=find_left_out(document),
        permissions=_permissions(document.get(PERMISSIONS)),
    )


def _permissions(value: Any) -> Packed | None:
    """Return what a file says of the permissions. Raises InvalidDefinitionError."""
    if value is None:
        return None
    parse_permissions(value)
    return Packed(value)


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
        stand_in = find_stand_in(text)
        if stand_in:
            raise InvalidDefinitionError(
                f"The file is {stand_in.words}.", fix=stand_in.fix
            ) from error
        raise InvalidDefinitionError(
            f"The file is not valid JSON. {error.message}",
            fix="Correct it in the Git folder, or export the job again.",
        ) from error


def _has_conflict_markers(text: str) -> bool:
    # JSON strings may hold the other line ends that `splitlines` knows, but no newline.
    return any(text.startswith(mark) or f"\n{mark}" in text for mark in _CONFLICT_MARKERS)


def _refuse_a_page(document: JsonDict) -> None:
    """Refuse a saved answer of the API that holds only the first elements of long lists.

    Source: Jobs API 2.2, `jobs/get`: `next_page_token`; `jobs/list`: `has_more`.
    """
    for part in (document, document["settings"]):
        if part.get("next_page_token") or part.get("has_more") is True:
            raise InvalidDefinitionError(
                "The file holds one page of a long job: tasks or other elements are missing.",
                fix="Export the job again, or save all pages of the answer as one.",
            )
    if lacks_its_tasks(document):
        raise InvalidDefinitionError(
            "The file holds a job of a list, which shows jobs without their tasks.",
            fix="Export the job again, or save the answer of jobs/get.",
        )


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
