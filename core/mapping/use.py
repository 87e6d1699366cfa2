"""Which entries of the mapping file the definitions use."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.definitions.definition import Definition
from core.errors import SyncError
from core.jobsettings.kinds import Kind, name_in
from core.jobsettings.principals import Principal, effective_run_as
from core.jobsettings.references import find_references
from core.json_fields import Fields
from core.json_text import JobSettings, JsonDict
from core.mapping.mapping_file import DEFAULT, RUN_AS_SECTION, Mappings, Target, section_of


class EntryState(StrEnum):
    """What there is to say of an entry.

    MISSING: what it maps to does not exist here. UNUSED: no definition needs it. SHADOWED: other
    entries decide wherever it would.
    """

    FINE = "fine"
    MISSING = "missing"
    UNUSED = "unused"
    SHADOWED = "shadowed"


@dataclass(frozen=True, slots=True)
class MappingEntry:
    """One entry; `jobs` is how many definitions it applies to, `job_names` the first of them.

    `target` is for people, `value` the JSON that the file has. `line` counts from 1, 0 is unknown.
    """

    section: str
    name: str
    target: str
    jobs: int
    value: Any = None
    job_names: tuple[str, ...] = ()
    state: EntryState = EntryState.FINE
    line: int = 0

    def as_json(self) -> JsonDict:
        """Return the entry for `--json` and the page."""
        return {
            "section": self.section,
            "name": self.name,
            "target": self.target,
            "jobs": self.jobs,
            "value": self.value,
            "job_names": list(self.job_names),
            "state": self.state,
            "line": self.line,
        }

    @classmethod
    def from_json(cls, document: Any) -> "MappingEntry":
        """Read what `as_json` gave, in this version or an older one. Raises InvalidJsonError."""
        fields = Fields(document, "an entry of the mapping file")
        return cls(
            fields.text("section"),
            fields.text("name"),
            fields.text("target"),
            fields.whole("jobs"),
            fields.value("value") if fields.has("value") else None,
            fields.texts("job_names"),
            fields.word("state", EntryState, EntryState.FINE),
            fields.whole("line"),
        )


def list_mapping_entries(
    mappings: Mappings, definitions: Iterable[Definition]
) -> tuple[MappingEntry, ...]:
    """Return every entry of the mapping file with its use, in the order of the file's sections."""
    uses: dict[tuple[Kind, str], int] = {}
    identities: dict[str, int] = {}
    for definition in definitions:
        settings = definition.unpack_settings()
        for key in _names(settings):
            uses[key] = uses.get(key, 0) + 1
        name = _identity(settings, definition.run_as_user_name, mappings)
        identities[name] = identities.get(name, 0) + 1
    return (
        *(
            MappingEntry(section_of(kind), name, _shown(target), uses.get((kind, name), 0))
            for kind, names in mappings.names.items()
            for name, target in names.items()
        ),
        *(
            MappingEntry(RUN_AS_SECTION, name, str(target), identities.get(name, 0))
            for name, target in mappings.run_as.items()
        ),
    )


def _shown(target: Target) -> str:
    return "(dropped)" if target is None else str(target)


def _names(settings: JobSettings) -> set[tuple[Kind, str]]:
    found = (
        (reference.kind, name_in(reference.kind, reference.value))
        for reference in find_references(settings)
    )
    return {(kind, name) for kind, name in found if name is not None}


def _identity(settings: JobSettings, run_as_user_name: str, mappings: Mappings) -> str:
    """Return the entry that decides who the job runs as; empty for none."""
    try:
        principal: Principal | None = effective_run_as(settings, run_as_user_name)
    except SyncError:
        return ""
    if principal and principal.name in mappings.run_as:
        return principal.name
    return DEFAULT if DEFAULT in mappings.run_as else ""
