"""Which entries of the mapping file the definitions use."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from core.definitions.definition import Definition
from core.errors import SyncError
from core.jobsettings.kinds import Kind, name_in
from core.jobsettings.permissions import PERMISSIONS
from core.jobsettings.principals import Principal, effective_run_as
from core.jobsettings.references import find_references
from core.jobsettings.secrets import mask_entry, mask_text
from core.json_fields import Fields
from core.json_text import JobSettings, JsonDict
from core.mapping.job_selection import JOBS, PatternKind
from core.mapping.mapping_file import (
    DEFAULT,
    RUN_AS_SECTION,
    Mappings,
    Target,
    TargetId,
    section_of,
)
from core.mapping.permission_policy import FROM_GIT
from core.mapping.values.mapper import RuleState
from core.mapping.values.uses import find_value_uses, raw_entries

MOST_JOB_NAMES = 200
"""How many jobs an entry lists by name."""


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

    def masked(self) -> "MappingEntry":
        """Return the entry for the eyes of others, without secret values."""
        value = mask_entry(self.section, self.name, self.value)
        return replace(self, name=mask_text(self.name), value=value, target=mask_text(self.target))

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


@dataclass(frozen=True, slots=True)
class Use:
    """The names of the definitions that need each entry, by section and name of the entry."""

    jobs: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, section: str, name: str, job_name: str) -> None:
        self.jobs.setdefault((section, name), []).append(job_name)

    def of(self, section: str, name: str) -> list[str]:
        return self.jobs.get((section, name), [])


_STATES = {
    RuleState.FINE: EntryState.FINE,
    RuleState.UNUSED: EntryState.UNUSED,
    RuleState.SHADOWED: EntryState.SHADOWED,
}

IsMissing = Callable[[Kind | None, Target | Principal], bool]
"""Whether what an entry maps to is absent here; the kind is None for identities."""


def list_mapping_entries(
    mappings: Mappings,
    definitions: Iterable[Definition],
    is_missing: IsMissing = lambda _kind, _target: False,
    pattern_jobs: Mapping[tuple[str, str], Sequence[str]] | None = None,
) -> tuple[MappingEntry, ...]:
    """Return every entry of the mapping file with its use, in the order of the file's sections.

    Args:
        pattern_jobs: the names of the definitions that a pattern of `jobs` fits, by section and
            text; None when that is not known.
    """
    definitions = tuple(definitions)
    use = _use(mappings, definitions)
    return (
        *_entries(mappings, use, is_missing),
        *_value_entries(mappings, definitions),
        *_patterns(mappings, pattern_jobs),
        *_permission_entries(mappings, definitions, is_missing),
    )


def list_granted(mappings: Mappings) -> tuple[Principal, ...]:
    """Return who new jobs give permissions to here, as far as the mapping file alone knows."""
    named = (entry.principal for entry in mappings.permissions.new_jobs)
    return tuple(mappings.run_as.get(one.name, one) for one in named)


def _use(mappings: Mappings, definitions: Iterable[Definition]) -> Use:
    use = Use()
    for definition in definitions:
        settings = definition.unpack_settings()
        for kind, name in _names(settings):
            use.add(section_of(kind), name, definition.job_name)
        entry = _identity(settings, definition.run_as_user_name, mappings)
        use.add(RUN_AS_SECTION, entry, definition.job_name)
    return use


def _entries(mappings: Mappings, use: Use, is_missing: IsMissing) -> Iterator[MappingEntry]:
    for kind, names in mappings.names.items():
        for name, target in names.items():
            entry = _entry(mappings, use, section_of(kind), name)
            missing = is_missing(kind, target)
            yield replace(
                entry, target=_shown(target), value=_value(target), state=_state(entry, missing)
            )
    for name, principal in mappings.run_as.items():
        entry = _entry(mappings, use, RUN_AS_SECTION, name)
        missing = is_missing(None, principal)
        yield replace(
            entry,
            target=str(principal),
            value=principal.as_json(),
            state=_state(entry, missing),
        )


def _value_entries(mappings: Mappings, definitions: Iterable[Definition]) -> Iterator[MappingEntry]:
    found = find_value_uses(mappings.values, definitions)
    uses = {(use.section, use.name): use for use in found}
    for section, name, value in raw_entries(mappings.document):
        use = uses.get((section, name))
        jobs = use.jobs if use else ()
        yield MappingEntry(
            section,
            name,
            "(dropped)" if value is None else _plain(mask_entry(section, name, value)),
            len(jobs),
            value,
            jobs[:MOST_JOB_NAMES],
            _STATES[use.state] if use else EntryState.UNUSED,
            mappings.lines.get((section, name), 0),
        )


def _patterns(
    mappings: Mappings, known: Mapping[tuple[str, str], Sequence[str]] | None
) -> Iterator[MappingEntry]:
    selection = mappings.selection
    for key, patterns in (("include", selection.include), ("exclude", selection.exclude)):
        section = f"{JOBS}.{key}"
        for pattern in patterns:
            jobs = sorted((known or {}).get((section, pattern.text), ()))
            # No definition says who created its job.
            is_known = known is not None and pattern.kind is not PatternKind.CREATOR
            yield MappingEntry(
                section,
                pattern.text,
                "",
                len(jobs),
                job_names=tuple(jobs[:MOST_JOB_NAMES]),
                state=EntryState.FINE if jobs or not is_known else EntryState.UNUSED,
                line=pattern.line,
            )


def _permission_entries(
    mappings: Mappings, definitions: Iterable[Definition], is_missing: IsMissing
) -> Iterator[MappingEntry]:
    policy, lines = mappings.permissions, mappings.lines
    for entry, here in zip(policy.new_jobs, list_granted(mappings), strict=True):
        name = str(entry.principal)
        state = EntryState.MISSING if is_missing(None, here) else EntryState.FINE
        line = lines.get((PERMISSIONS, name), 0)
        yield MappingEntry(PERMISSIONS, name, entry.level, 0, entry.level, state=state, line=line)
    if policy.from_git:
        jobs = sorted(one.job_name for one in definitions if one.permissions is not None)
        yield MappingEntry(
            PERMISSIONS,
            FROM_GIT,
            policy.from_git,
            len(jobs),
            policy.from_git.value,
            tuple(jobs[:MOST_JOB_NAMES]),
            line=lines.get((PERMISSIONS, FROM_GIT), 0),
        )


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _entry(mappings: Mappings, use: Use, section: str, name: str) -> MappingEntry:
    jobs = sorted(use.of(section, name))
    line = mappings.lines.get((section, name), 0)
    return MappingEntry(
        section, name, "", len(jobs), job_names=tuple(jobs[:MOST_JOB_NAMES]), line=line
    )


def _state(entry: MappingEntry, missing: bool) -> EntryState:
    if missing:
        return EntryState.MISSING
    return EntryState.FINE if entry.jobs else EntryState.UNUSED


def _shown(target: Target) -> str:
    return "(dropped)" if target is None else str(target)


def _value(target: Target) -> Any:
    return {"id": target.resource_id} if isinstance(target, TargetId) else target


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
