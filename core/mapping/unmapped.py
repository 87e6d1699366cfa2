"""A name that Git uses and this workspace lacks, and the row that shows it to users."""

from dataclasses import dataclass
from typing import Any

from core.jobsettings.kinds import Kind
from core.json_fields import Fields
from core.json_text import JsonDict


@dataclass(frozen=True, slots=True, order=True)
class MissingName:
    """A name that a definition needs and that no object, or more than one, has here.

    `section` is where the mapping file has an entry for it; empty for jobs, which are not mapped.
    `kind` is None for identities. `ids` are those of the objects that all have the name.
    """

    noun: str
    name: str
    section: str
    kind: Kind | None
    ids: tuple[str, ...] = ()


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
