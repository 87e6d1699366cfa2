"""Object ids: the same for as long as an object exists, a new one when it is created again."""

from __future__ import annotations

from emulator.files.paths import WorkspacePath
from emulator.identifiers import number_for
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table


class ObjectIds:
    """Derives ids from paths; keeps only how often a path was deleted."""

    def __init__(self, storage: Storage, workspace_id: int) -> None:
        self._workspace_id = workspace_id
        self._paths: dict[int, WorkspacePath] = {}
        self._deletions: Table[JsonDict] = Table(storage, "deletion", to_json=dict, from_json=dict)

    def of(self, path: WorkspacePath) -> int:
        deleted = self._deletions.get(str(path))
        count = deleted["count"] if deleted else 0
        object_id = number_for(self._workspace_id, "object", path, count)
        self._paths[object_id] = path
        return object_id

    def path_of(self, object_id: int) -> WorkspacePath | None:
        """Return the path of an id that was handed out since the start."""
        path = self._paths.get(object_id)
        return path if path is not None and self.of(path) == object_id else None

    def retire(self, path: WorkspacePath) -> None:
        """Note that the object at this path was deleted."""
        deleted = self._deletions.get(str(path))
        self._deletions.put(str(path), {"count": (deleted["count"] if deleted else 0) + 1})
