"""Users, service principals and groups of a workspace, and who a token belongs to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import asdict, dataclass
from typing import Literal

from emulator.json_values import JsonDict
from emulator.storage import Storage, Table

ADMINS = "admins"
USERS = "users"
TOKEN_LIFETIME_S = 3600

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


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `groups` are the groups that contain it."""

    id: str
    display_name: str
    groups: tuple[str, ...] = ()


class PrincipalDirectory:
    """Finds principals by name, token or OAuth client; knows who is an admin."""

    def __init__(self, storage: Storage) -> None:
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
        principal = self._principals.get(name) if name else self._of_access_token(token)
        return principal if principal is not None and principal.active else None

    def issue_access_token(self, client_id: str, client_secret: str) -> str | None:
        """Return an OAuth token for a client, or None for a wrong id or secret.

        The token carries its own expiry and signature, so it outlives a restart.
        """
        client = self.get("service_principal", client_id)
        if client is None or not client.active or not client.secret:
            return None
        if not hmac.compare_digest(client.secret.encode(), client_secret.encode()):
            return None
        claim = f"{client_id}:{int(time.time()) + TOKEN_LIFETIME_S}"
        return _encode(claim, self._sign(claim, client.secret))

    def revoke_access_tokens(self) -> None:
        """Make all OAuth tokens useless; their clients can get new ones."""
        self._revoked += 1

    def clear(self) -> None:
        self._principals.clear()
        self._groups.clear()
        self._by_token = {}

    def _of_access_token(self, token: str) -> Principal | None:
        client_id, expires, signature = _decode(token)
        client = self.get("service_principal", client_id)
        if client is None or not client.secret or not expires.isdecimal():
            return None
        expected = self._sign(f"{client_id}:{expires}", client.secret)
        genuine = hmac.compare_digest(signature.encode(), expected.encode())
        return client if genuine and int(expires) > time.time() else None

    def _sign(self, claim: str, secret: str) -> str:
        text = f"{claim}:{self._revoked}".encode()
        return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _encode(claim: str, signature: str) -> str:
    return base64.urlsafe_b64encode(f"{claim}:{signature}".encode()).decode()


def _decode(token: str) -> tuple[str, str, str]:
    try:
        parts = base64.urlsafe_b64decode(token.encode()).decode().split(":")
    except ValueError:
        return "", "", ""
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def _principal_from_json(document: JsonDict) -> Principal:
    return Principal(**{**document, "groups": tuple(document["groups"])})


def _group_from_json(document: JsonDict) -> Group:
    return Group(**{**document, "groups": tuple(document["groups"])})
