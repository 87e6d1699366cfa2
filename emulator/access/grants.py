"""What was granted on objects other than jobs, and what their folders pass on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from emulator.access.kinds import CAN_MANAGE, KINDS, PermissionKind
from emulator.files.object_ids import ObjectIds
from emulator.files.paths import WorkspacePath
from emulator.jobs.model import Grant
from emulator.json_values import JsonDict
from emulator.principals import USERS
from emulator.storage import Storage, Table

DIRECTORIES = next(kind for kind in KINDS if kind.path == "directories")
HOMES = "Users"
SHARED = WorkspacePath(("Shared",))
# Docs, access control lists, special folders; terraform-provider-databricks#2269 and #5317.
_OF_EVERYBODY = Grant("group_name", USERS, CAN_MANAGE)


class GrantStore:
    """Direct grants by object. An object that was never asked about has none."""

    def __init__(self, storage: Storage, ids: ObjectIds) -> None:
        self._ids = ids
        self._grants: Table[JsonDict] = Table(storage, "grant", to_json=dict, from_json=dict)

    def of(self, kind: PermissionKind, object_id: str) -> tuple[Grant, ...]:
        if self.is_shared(kind, object_id):
            return (_OF_EVERYBODY,)
        stored = self._grants.get(_key(kind, object_id))
        return tuple(Grant(**one) for one in stored["grants"]) if stored else ()

    def is_shared(self, kind: PermissionKind, object_id: str) -> bool:
        """Return whether this is the folder of everybody, whose permissions are fixed."""
        return kind is DIRECTORIES and object_id == str(self._ids.of(SHARED))

    def replace(self, kind: PermissionKind, object_id: str, grants: tuple[Grant, ...]) -> None:
        self._grants.put(_key(kind, object_id), {"grants": [asdict(one) for one in grants]})

    def inherited(self, path: WorkspacePath) -> Iterator[tuple[Grant, str]]:
        """Return what the folders above a path pass on, each with the folder it comes from.

        Whoever has a home folder manages all that is in it: databricks/cli libs/testserver
        permissions.go, directoryHomeOwner.
        """
        for end in range(1, len(path.parts) + 1):
            folder = WorkspacePath(path.parts[:end])
            object_id = str(self._ids.of(folder))
            if end == 2 and path.parts[0] == HOMES:
                yield _of_owner(folder.name), f"/directories/{object_id}"
            if end < len(path.parts):
                for grant in self.of(DIRECTORIES, object_id):
                    yield grant, f"/directories/{object_id}"

    def clear(self) -> None:
        self._grants.clear()


def _of_owner(name: str) -> Grant:
    return Grant("user_name" if "@" in name else "service_principal_name", name, CAN_MANAGE)


def _key(kind: PermissionKind, object_id: str) -> str:
    """Warehouses have two addresses and one list."""
    return f"{kind.path.removeprefix('sql/')}/{object_id}"
