"""What one process of the page has read of people's groups, for the others.

Without it each would show what it knows itself: while the workspace does not answer, a page whose
requests reach one process and then another would be shown and refused by turns.
"""

from dataclasses import dataclass

from core.errors import InvalidJsonError
from core.json_fields import Fields
from core.json_text import JsonDict
from core.ports import Member
from web.board import Board, Note


@dataclass(frozen=True, slots=True)
class Noted:
    """What was read of somebody.

    Args:
        member: None for who does not exist.
        at: when the reading was begun, by this machine's monotonic clock.
    """

    member: Member | None
    at: float


@dataclass(frozen=True, slots=True)
class MemberNotes:
    """Notes by how names are compared. Nothing raises: what is lost or damaged is not known."""

    board: Board

    def look(self, key: str) -> Noted | None:
        """Return what was noted last."""
        note = self.board.look(_name(key))
        if note.at is None:
            return None
        try:
            return Noted(_member(note.value), note.at)
        except InvalidJsonError:  # of another version of this app
            return None

    def put(self, key: str, noted: Noted) -> None:
        """Note what was read, unless something newer is noted: processes note in any order."""
        known = self.look(key)
        if known and known.at > noted.at:
            return
        self.board.put(_name(key), Note(_as_json(noted.member), noted.at, tried=noted.at))


def _name(key: str) -> str:
    return f"member {key}"


def _as_json(member: Member | None) -> JsonDict:
    if member is None:
        return {"exists": False}
    return {"exists": True, "is_active": member.is_active, "groups": sorted(member.groups)}


def _member(document: object) -> Member | None:
    fields = Fields(document, "a member")
    fields.require("exists")
    if not fields.flag("exists"):
        return None
    return Member(fields.flag("is_active"), frozenset(fields.texts("groups")))
