"""Users, service principals and groups over SCIM. Implements `core.ports.Principals`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from core.errors import WorkspaceError
from core.gateways.databricks.answers import list_in, read_answer, whole_in
from core.gateways.databricks.members import read_members
from core.gateways.databricks.rest import RestClient
from core.identity_names import fold_identity
from core.jobsettings.principals import Principal, PrincipalField
from core.json_text import JsonDict
from core.ports import CurrentPrincipal, FoundPrincipal, Member

_SCIM = "/api/2.0/preview/scim/v2"
_ADMINS = "admins"
_BATCH = 20  # filters joined by `or` in one request; the URL stays below 4 kB
_MAX_PAGES = 100
_MAX_SIMILAR = 300  # of one kind

# Where each kind of identity is found, and under which attribute.
_LOOKUPS: Mapping[PrincipalField, tuple[str, str]] = {
    "user_name": (f"{_SCIM}/Users", "userName"),
    "service_principal_name": (f"{_SCIM}/ServicePrincipals", "applicationId"),
    "group_name": (f"{_SCIM}/Groups", "displayName"),
}
# The attributes that hold words. Application ids hold none.
_WORDED: Mapping[PrincipalField, tuple[str, ...]] = {
    "user_name": ("userName", "displayName"),
    "service_principal_name": ("displayName",),
    "group_name": ("displayName",),
}


class RestPrincipals:
    """Principals over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def current(self) -> CurrentPrincipal:
        """Source: SCIM `Me`; its header `X-Databricks-Org-Id` is the workspace id.

        A group that is nested in “admins” may not be listed here, so False means “not confirmed”.
        """
        me, workspace_id = self._rest.get_with_header(f"{_SCIM}/Me", "X-Databricks-Org-Id")
        groups = list_in(me, "groups")
        return CurrentPrincipal(
            name=str(me.get("userName") or ""),
            display_name=str(me.get("displayName") or me.get("userName") or ""),
            is_admin=any(
                isinstance(group, dict) and group.get("display") == _ADMINS for group in groups
            ),
            workspace_id=workspace_id,
        )

    def find_active(self, principals: Iterable[Principal]) -> set[Principal]:
        """Return those that exist and are active; a group is always active."""
        found: set[Principal] = set()
        by_field: dict[PrincipalField, list[Principal]] = {}
        for principal in sorted(set(principals)):
            by_field.setdefault(principal.field, []).append(principal)
        for field, members in by_field.items():
            remaining = iter(members)
            while batch := list(islice(remaining, _BATCH)):
                found |= self._find_batch(field, batch)
        return found

    def find_service_principals(self, display_names: Collection[str]) -> Sequence[FoundPrincipal]:
        """Source: a display name is not unique, so all pages are read."""
        filters = [f"displayName eq {_quoted(name)}" for name in sorted(set(display_names))]
        return list(self._described("service_principal_name", filters))

    def display_names(self, principals: Collection[Principal]) -> Mapping[Principal, str]:
        """Source: SCIM; both kinds have a `displayName`, which may be empty."""
        found: dict[Principal, str] = {}
        for field in ("user_name", "service_principal_name"):
            wanted = {fold_identity(one.name): one for one in principals if one.field == field}
            attribute = _LOOKUPS[field][1]
            filters = [f"{attribute} eq {_quoted(one.name)}" for one in sorted(wanted.values())]
            for one in self._described(field, filters):
                asked = wanted.get(fold_identity(one.principal.name))
                if asked and one.display_name:
                    found[asked] = one.display_name
        return found

    def find_similar(
        self, field: PrincipalField, words: Collection[str]
    ) -> Sequence[FoundPrincipal]:
        """Source: databricks-sdk iam.py: a filter may say `co`, contains."""
        filters = [
            f"{attribute} co {_quoted(word)}"
            for word in sorted(set(words))
            for attribute in _WORDED[field]
        ]
        return list(islice(self._described(field, filters), _MAX_SIMILAR))

    def list_principals(self, field: PrincipalField, most: int) -> Sequence[FoundPrincipal]:
        """Source: databricks-sdk iam.py: without a filter, a list has all; 100 on each page."""
        path, attribute = _LOOKUPS[field]
        found = _found(field, self._pages(path, {"attributes": _attributes(attribute)}))
        return list(islice((one for one in found if one.is_active), most))

    def find_members(self, names: Collection[str], enough: Collection[str]) -> Mapping[str, Member]:
        """Source: SCIM; `groups` of a principal and of a group hold who contains it, `members` of
        a group whom it contains.

        The docs of limits: ten levels of groups. Without admin rights `groups` is missing:
        databrickslabs/ontos#44.
        """
        return read_members(
            lambda field, asked: self._pages(
                _LOOKUPS[field][0],
                {
                    "filter": _any_of(_LOOKUPS[field][1], asked),
                    "attributes": f"id,{_LOOKUPS[field][1]},active,groups,members",
                },
            ),
            names,
            enough,
        )

    def _described(self, field: PrincipalField, filters: Sequence[str]) -> Iterator[FoundPrincipal]:
        path, attribute = _LOOKUPS[field]
        queries = (
            {
                "filter": " or ".join(filters[start : start + _BATCH]),
                "attributes": _attributes(attribute),
            }
            for start in range(0, len(filters), _BATCH)
        )
        yield from _found(field, chain.from_iterable(self._pages(path, query) for query in queries))

    def _find_batch(self, field: PrincipalField, batch: list[Principal]) -> set[Principal]:
        path, attribute = _LOOKUPS[field]
        filters = _any_of(attribute, [principal.name for principal in batch])
        active = {
            fold_identity(str(entry.get(attribute)))
            for entry in self._pages(path, {"filter": filters, "attributes": _wanted(attribute)})
            if entry.get("active", True)
        }
        return {principal for principal in batch if fold_identity(principal.name) in active}

    def _pages(self, path: str, query: JsonDict) -> Iterator[JsonDict]:
        """Source: databricks-sdk iam.py: pages by `startIndex`, counted from 1, up to the total."""
        start = 1
        for _ in range(_MAX_PAGES):
            page = self._rest.get(path, {**query, "startIndex": start, "count": 100})
            entries = list_in(page, "Resources")
            yield from entries
            start += len(entries)
            if not entries or start > read_answer(_total, page):
                return
        raise WorkspaceError(f"The workspace returned too many pages of {path}.")


def _found(field: PrincipalField, entries: Iterable[JsonDict]) -> Iterator[FoundPrincipal]:
    """Yield each principal of an answer once."""
    attribute = _LOOKUPS[field][1]
    seen: set[Principal] = set()
    for entry in entries:
        principal = Principal(field, str(entry.get(attribute) or ""))
        if principal.name and principal not in seen:
            seen.add(principal)
            display_name = str(entry.get("displayName") or "")
            yield FoundPrincipal(principal, display_name, bool(entry.get("active", True)))


def _attributes(attribute: str) -> str:
    return ",".join(dict.fromkeys((attribute, "displayName", "active")))


def _total(page: JsonDict) -> int:
    return whole_in(page, "totalResults")


def _any_of(attribute: str, names: Iterable[str]) -> str:
    return " or ".join(f"{attribute} eq {_quoted(name)}" for name in names)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wanted(attribute: str) -> str:
    return f"{attribute},active" if attribute != "displayName" else attribute
