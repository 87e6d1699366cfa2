"""Users, service principals and groups of a workspace, and who a token belongs to."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from emulator import tokens
from emulator.json_values import JsonDict
from emulator.options import WorkspaceOptions
from emulator.storage import Storage, Table

ADMINS = "admins"
USERS = "users"

PrincipalKind = Literal["user", "service_principal"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or service principal; `name` is its userName or applicationId."""

    kind: PrincipalKind
    id: str
    name: str
    display_name: str
    active: bool = True
    groups: tuple[str, ...] = ()
    token: str = ""
    secret: str = ""

    @property
    def field(self) -> str:
        """The field that holds this principal in ACLs and in `run_as`."""
        return "user_name" if self.kind == "user" else "service_principal_name"

    @property
    def signing_key(self) -> str:
        """What the OAuth tokens of this principal are signed with; changing it ends them."""
        return self.secret or self.token


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `groups` are the groups that contain it."""

    id: str
    display_name: str
    groups: tuple[str, ...] = ()


class PrincipalDirectory:
    """Finds principals by name, token or OAuth client; knows who is an admin."""

    def __init__(self, storage: Storage, options: Callable[[], WorkspaceOptions]) -> None:
        self._options = options
        self._principals = Table(
            storage, "principal", to_json=asdict, from_json=_principal_from_json
        )
        self._groups = Table(storage, "group", to_json=asdict, from_json=_group_from_json)
        self._revoked = 0  # how often all access tokens were revoked
        self._by_token = {item.token: item.name for item in self._principals.values()}

    def add(self, principal: Principal) -> None:
        """Add or replace a principal, and create the groups that it lists."""
        self._principals.put(principal.name, principal)
        if principal.token:
            self._by_token[principal.token] = principal.name

    def add_group(self, group: Group) -> None:
        self._groups.put(group.display_name, group)

    def get(self, kind: PrincipalKind, name: str) -> Principal | None:
        """Return the principal of this kind; user names match in any case."""
        principal = self._principals.get(name)
        if principal is None and kind == "user":
            folded = name.casefold()
            matches = (one for one in self.users() if one.name.casefold() == folded)
            principal = next(matches, None)
        return principal if principal is not None and principal.kind == kind else None

    def group(self, name: str) -> Group | None:
        return self._groups.get(name)

    def users(self) -> list[Principal]:
        return [one for one in self._principals.values() if one.kind == "user"]

    def service_principals(self) -> list[Principal]:
        return [one for one in self._principals.values() if one.kind == "service_principal"]

    def groups(self) -> list[Group]:
        return self._groups.values()

    def groups_of(self, principal: Principal) -> frozenset[str]:
        """Return the names of all groups, also those that contain a group of the principal."""
        found: set[str] = set()
        waiting = list(principal.groups)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                group = self.group(name)
                waiting.extend(group.groups if group else ())
        return frozenset(found)

    def is_admin(self, principal: Principal) -> bool:
        return ADMINS in principal.groups or ADMINS in self.groups_of(principal)

    def authenticate(self, token: str) -> Principal | None:
        """Return the active principal of a personal or OAuth access token."""
        name = self._by_token.get(token) if token else None
        principal = self._principals.get(name) if name else self._of_signed(token, "access")
        return principal if principal is not None and principal.active else None

    def issue_access_token(self, client_id: str, client_secret: str) -> str | None:
        """Return an OAuth token for a client, or None for a wrong id or secret."""
        client = self.get("service_principal", client_id)
        if client is None or not client.active or not client.secret:
            return None
        if not hmac.compare_digest(client.secret.encode(), client_secret.encode()):
            return None
        return self.issue_token("access", client)

    def issue_token(self, purpose: tokens.Purpose, owner: Principal) -> str:
        valid_s = self._options().access_token_s if purpose == "access" else tokens.REFRESH_S
        expires = int(self._now()) + valid_s
        return tokens.issue(purpose, owner.name, self._key_of(purpose, owner), expires)

    def by_refresh_token(self, token: str) -> Principal | None:
        """Return the active principal that a refresh token was issued for."""
        principal = self._of_signed(token, "refresh")
        return principal if principal is not None and principal.active else None

    def named(self, name: str) -> Principal | None:
        return self._principals.get(name)

    def revoke_access_tokens(self) -> None:
        """Make all OAuth access tokens useless; their clients can get new ones."""
        self._revoked += 1

    def clear(self) -> None:
        self._principals.clear()
        self._groups.clear()
        self._by_token = {}

    def _of_signed(self, token: str, purpose: tokens.Purpose) -> Principal | None:
        claim = tokens.read(token)
        owner = self._principals.get(claim.owner) if claim else None
        if claim is None or owner is None or not owner.signing_key:
            return None
        is_genuine = claim.is_genuine(purpose, self._key_of(purpose, owner), self._now())
        return owner if is_genuine else None

    def _now(self) -> float:
        return time.time() + self._options().clock_ahead_s

    def _key_of(self, purpose: tokens.Purpose, owner: Principal) -> str:
        """Return what a token is signed with; once access tokens are revoked it is another."""
        return f"{owner.signing_key}:{self._revoked if purpose == 'access' else ''}"


def _principal_from_json(document: JsonDict) -> Principal:
    return Principal(**{**document, "groups": tuple(document["groups"])})


def _group_from_json(document: JsonDict) -> Group:
    return Group(**{**document, "groups": tuple(document["groups"])})
