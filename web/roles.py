"""Who may do what at the page: two roles, and the lists of people that the configuration names."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from core.errors import SettingsError
from core.identity_names import fold_identity

ADMINS = "admins"
_GROUP = "group:"
_EVERYBODY = "*"
_MOST_CHARACTERS = 200


class Role(StrEnum):
    """What somebody may do. An operator looks as well."""

    NONE = "none"
    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class People:
    """Some people: users and service principals by name, and the members of groups.

    Names are as somebody wrote them; case and form of letters do not matter.
    """

    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    everybody: bool = False

    def lists(self, name: str) -> bool:
        """Whether somebody is among them by name."""
        return fold_identity(name) in set(map(fold_identity, self.names))

    def has_one_of(self, groups: Collection[str]) -> bool:
        """Whether somebody is among them who is in these groups."""
        mine = set(map(fold_identity, self.groups))
        return not mine.isdisjoint(map(fold_identity, groups))

    @property
    def is_one_person(self) -> bool:
        """Whether there can be no second one."""
        count = len(set(map(fold_identity, self.names)))
        return count < 2 and not self.groups and not self.everybody


DEFAULT_OPERATORS = People(groups=(ADMINS,))
NOBODY_ELSE = People()


def read_people(variable: str, text: str, *, allows_everybody: bool) -> People:
    """Read a list of users, application ids and `group:NAME`, separated by commas.

    Raises:
        SettingsError: something in it is none of these.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if text.strip() and not parts:
        raise _wrong(variable, text, "holds no name")
    if _EVERYBODY in parts:
        if not allows_everybody:
            raise _wrong(variable, text, "would let everybody change jobs")
        if len(parts) > 1:
            raise _wrong(variable, text, "lists everybody and others")
        return People(everybody=True)
    names = [_name(variable, part) for part in parts if not _is_group(part)]
    groups = [_group(variable, part) for part in parts if _is_group(part)]
    return People(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(groups)))


def _is_group(part: str) -> bool:
    return part[: len(_GROUP)].lower() == _GROUP


def _group(variable: str, part: str) -> str:
    name = part[len(_GROUP) :].strip()
    if not name:
        raise _wrong(variable, part, "names no group")
    return _plain(variable, name)


def _name(variable: str, part: str) -> str:
    if ":" in part or ";" in part or part.count("@") > 1:
        raise _wrong(variable, part, "is not the name of a user")
    return _plain(variable, part)


def _plain(variable: str, name: str) -> str:
    if len(name) > _MOST_CHARACTERS or not name.isprintable() or _EVERYBODY in name:
        raise _wrong(variable, name, "is not a name")
    return name


def _wrong(variable: str, text: str, what: str) -> SettingsError:
    shown = text if text.isprintable() else ascii(text)
    return SettingsError(
        f"{variable} has “{shown[:_MOST_CHARACTERS]}”, which {what}.",
        fix="List users, application ids of service principals, and groups as group:NAME, "
        "separated by commas.",
    )
