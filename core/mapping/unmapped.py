"""Every name that Git uses and this workspace lacks, across all jobs, with a suggestion."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from core.jobsettings.kinds import Kind
from core.json_fields import Fields
from core.json_text import JsonDict

_MAX_CANDIDATES = 3
_SIMILAR = 0.4  # of 1: twins in DEV and PROD often share little more than their stem
_TO_FILL_IN = "…"


@dataclass(frozen=True, slots=True, order=True)
class MissingName:
    """A name that a definition needs and that no object, or more than one, has here.

    `section` is where the mapping file has an entry for it; empty for jobs, which are not mapped.
    `kind` is None for identities.
    """

    noun: str
    name: str
    section: str
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """One row of the report. `line` is what to add to the section, with the best candidate."""

    noun: str
    name: str
    jobs: tuple[str, ...]
    candidates: tuple[str, ...]
    section: str
    line: str

    def as_json(self) -> JsonDict:
        """Return the row for `--json`."""
        return {
            "kind": self.noun,
            "name": self.name,
            "jobs": list(self.jobs),
            "candidates": list(self.candidates),
            "section": self.section,
            "line": self.line,
        }

    @classmethod
    def from_json(cls, document: Any) -> "UnmappedName":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a name to map")
        return cls(
            fields.text("kind"),
            fields.text("name"),
            fields.texts("jobs"),
            fields.texts("candidates"),
            fields.text("section"),
            fields.text("line"),
        )


def gather_unmapped(
    missing: Iterable[tuple[str, MissingName]], names_of: Callable[[Kind], Collection[str]]
) -> tuple[UnmappedName, ...]:
    """Gather what all jobs lack into one row per name.

    Args:
        missing: pairs of a job's name and a name that it lacks.
        names_of: gives the names of a kind that exist in this workspace.
    """
    jobs: dict[MissingName, set[str]] = {}
    for job_name, name in missing:
        jobs.setdefault(name, set()).add(job_name)
    ordered = sorted(jobs, key=lambda name: (name.noun, name.name))
    return tuple(_row(name, jobs[name], names_of) for name in ordered)


def _row(
    missing: MissingName, jobs: Collection[str], names_of: Callable[[Kind], Collection[str]]
) -> UnmappedName:
    candidates: list[str] = []
    if missing.kind is not None:
        candidates = get_close_matches(
            missing.name, sorted(names_of(missing.kind)), _MAX_CANDIDATES, _SIMILAR
        )
    return UnmappedName(
        missing.noun,
        missing.name,
        tuple(sorted(jobs)),
        tuple(candidates),
        missing.section,
        _line(missing, candidates[0] if candidates else _TO_FILL_IN),
    )


def _line(missing: MissingName, target: str) -> str:
    if not missing.section:
        return ""
    value: object = target if missing.kind is not None else {"service_principal_name": target}
    name, written = (json.dumps(part, ensure_ascii=False) for part in (missing.name, value))
    return f"{name}: {written}"
