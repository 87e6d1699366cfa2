"""Users, service principals and groups over SCIM. Implements `core.ports.Principals`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from core.errors import WorkspaceError
from core.gateways.databricks.answers import list_in, read_answer, whole_in
from core.gateways.databricks.rest import RestClient
from core.identity_names import fold_identity
from core.jobsettings.principals import Principal, PrincipalField
from core.json_text import JsonDict
from core.ports import CurrentPrincipal, FoundPrincipal

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

    def _described(self, field: PrincipalField, filters: Sequence[str]) -> Iterator[FoundPrincipal]:
        path, attribute = _LOOKUPS[field]
        wanted = ",".join(dict.fromkeys((attribute, "displayName", "active")))
        remaining = iter(filters)
        seen: set[Principal] = set()
        while batch := list(islice(remaining, _BATCH)):
            query = {"filter": " or ".join(batch), "attributes": wanted}
            for entry in self._pages(path, query):
                principal = Principal(field, str(entry.get(attribute) or ""))
                if principal.name and principal not in seen:
                    seen.add(principal)
                    display_name = str(entry.get("displayName") or "")
                    yield FoundPrincipal(
                        principal, display_name, is_active=bool(entry.get("active", True))
                    )

    def _find_batch(self, field: PrincipalField, batch: list[Principal]) -> set[Principal]:
        path, attribute = _LOOKUPS[field]
        filters = " or ".join(f"{attribute} eq {_quoted(principal.name)}" for principal in batch)
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


def _total(page: JsonDict) -> int:
    return whole_in(page, "totalResults")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wanted(attribute: str) -> str:
    return f"{attribute},active" if attribute != "displayName" else attribute
