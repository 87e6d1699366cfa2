"""What the mapping file did to one value of a definition."""

from dataclasses import dataclass
from typing import Any

from core.jobsettings.secrets import MASK, MASK_OF_OTHER, is_hidden_entry, mask_sides, mask_text
from core.json_fields import Fields
from core.json_text import JsonDict


class Missing:
    """Stands for a value that is not there: on this side the place is empty."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class MappedValue:
    """A place, its value in Git, its value here, and the entry of the mapping file that decided.

    `path` is written as the page shows it. Where elements of a list were dropped, the place is the
    list. `source` or `target` is MISSING where a side has no value. `section` and `name` are the
    entry, `line` its line in the file, 0 when unknown.
    """

    path: str
    source: Any
    target: Any
    section: str
    name: str
    line: int = 0

    def as_json(self) -> JsonDict:
        """Return it for `--json` and the page; secrets are masked, a missing side is left out."""
        known = {"git": self.source, "here": self.target}
        values = [None if side is MISSING else side for side in known.values()]
        masked = mask_sides(self.path, *values)
        if is_hidden_entry(self.section, self.name):  # the path may lack the name of an argument
            masked = MASK, MASK_OF_OTHER
        sides = zip(known, masked, strict=True)
        return {
            "path": mask_text(self.path),
            **{key: side for key, side in sides if known[key] is not MISSING},
            "section": self.section,
            "name": mask_text(self.name),
            "line": self.line,
        }

    @classmethod
    def from_json(cls, document: Any) -> "MappedValue":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a mapped value")
        git = fields.value("git") if fields.has("git") else MISSING
        here = fields.value("here") if fields.has("here") else MISSING
        section, name = fields.text("section"), fields.text("name")
        return cls(fields.text("path"), git, here, section, name, fields.whole("line"))
