"""Who may write the places that decide what the app does: values for the page and `info`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.json_fields import Fields
from core.json_text import JsonDict


class Place(StrEnum):
    """A place in the workspace that the app trusts, in words for users."""

    STATE = "State folder"
    MAPPING = "Mapping file"
    GIT = "Git folder"


_REACH = {
    Place.STATE: "make jobs removable and remove what can be restored",
    Place.MAPPING: "choose who jobs run as and which jobs are written",
    Place.GIT: "choose what jobs do",
}


@dataclass(frozen=True, slots=True)
class PlaceAccess:
    """Who may write one place.

    `path` is what was asked about: the nearest folder above where the place does not exist yet.
    `writers` are in words. `problem` says why nobody knows, empty otherwise.
    """

    place: Place | str
    path: str = ""
    writers: tuple[str, ...] = ()
    is_everybody: bool = False
    problem: str = ""

    @property
    def warning(self) -> str:
        """Return what is wrong with that, empty for nothing."""
        if not self.is_everybody:
            return ""
        reach = _REACH[Place(self.place)] if self.place in _REACH else "change what the app does"
        return (
            f"{self.place}: all users may write {self.path}, so anybody can {reach}. Move it to a "
            "folder that only the app and admins can write, such as /Workspace/job-sync."
        )

    @property
    def words(self) -> str:
        """Return who may write it, or why nobody knows."""
        if self.problem:
            return f"unknown: {self.problem}"
        return ", ".join(self.writers) or "nobody"

    def as_json(self) -> JsonDict:
        """Return it for `--json` and the page."""
        return {
            "place": self.place,
            "path": self.path,
            "writers": list(self.writers),
            "is_everybody": self.is_everybody,
            "problem": self.problem,
            "warning": self.warning,
        }

    @classmethod
    def from_json(cls, document: Any) -> "PlaceAccess":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "who may write a place")
        return cls(
            fields.known_word("place", Place),
            fields.text("path"),
            fields.texts("writers"),
            fields.flag("is_everybody"),
            fields.text("problem"),
        )
