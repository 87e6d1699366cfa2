"""The state folder in the workspace: ledgers and snapshots."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from core.errors import InvalidJsonError, Issue, NotFoundError, StateError, WorkspaceError
from core.json_text import JsonDict, Prints, parse_json, stable_bytes
from core.ports import WorkspaceFiles
from core.state.filled_in import filled_in_as_json, parse_filled_in
from core.state.ledger import (
    ExportedLedger,
    ImportedLedger,
    parse_exported_ledger,
    parse_imported_ledger,
)
from core.state.written import Written, parse_written, written_bytes

FOLDER_NAME = ".job-sync-state"
_IMPORTED = "imported.json"
_EXPORTED = "exported.json"
_FILLED_IN = "filled_in.json"
_WRITTEN = "written.jsonl.gz"
_MAPPINGS = "mappings"
_KEPT_MAPPINGS = 50
Document = TypeVar("Document")
_SNAPSHOT_BYTES = 5 * 1024 * 1024  # half of what one workspace file may hold


class StateFolder:
    """Reads and writes the documents of one workspace and Git folder."""

    def __init__(self, files: WorkspaceFiles, path: str) -> None:
        self._files = files
        self.path = path

    def prepare(self) -> None:
        """Create the folder. Raises StateError when it cannot be created."""
        try:
            self._files.make_folder(self.path)
        except WorkspaceError as error:
            raise StateError(
                f"The state folder {self.path} cannot be created. {error.message}",
                fix="Grant the principal CAN MANAGE on its parent, or set STATE_FOLDER_PATH.",
            ) from error

    def imported(self) -> ImportedLedger:
        """Return the ledger of imported jobs; empty when there is none yet."""
        return self._read(_IMPORTED, parse_imported_ledger, ImportedLedger())

    def exported(self) -> ExportedLedger:
        """Return the ledger of exported files; empty when there is none yet."""
        return self._read(_EXPORTED, parse_exported_ledger, ExportedLedger())

    def find_imported(self) -> ImportedLedger:
        """Return the ledger of imported jobs of a workspace that hardly ever has one.

        One call shows that there is none, where `imported` needs two.
        """
        return self.imported() if self._has(_IMPORTED) else ImportedLedger()

    def find_exported(self) -> ExportedLedger:
        """Return the ledger of exported files of a workspace that hardly ever has one."""
        return self.exported() if self._has(_EXPORTED) else ExportedLedger()

    def find_filled_in(self) -> dict[int, Prints]:
        """Return what the workspace made of the jobs that were written, by job id."""
        return self._read(_FILLED_IN, parse_filled_in, {}) if self._has(_FILLED_IN) else {}

    def save_filled_in(self, filled_in: Mapping[int, Prints]) -> None:
        """Replace what the workspace made of the jobs that were written."""
        self._write(_FILLED_IN, filled_in_as_json(filled_in))

    def find_written(self) -> Written:
        """Return what was written into each job last, in one call; nothing where that is unknown.

        It decides no more than which side a difference is put down to, so a damaged file stops
        nothing: an issue says that.
        """
        path = f"{self.path}/{_WRITTEN}"
        try:
            return parse_written(self._files.read(path))
        except NotFoundError:
            return Written()
        except InvalidJsonError:
            issue = Issue(
                f"{path} cannot be read, so it is unknown which jobs were changed here. "
                "The next import or adoption writes it anew."
            )
            return Written(issues=(issue,))

    def save_written(self, written: Written) -> None:
        """Replace what was written into each job last."""
        self._put(_WRITTEN, written_bytes(written))

    def save_imported(self, ledger: ImportedLedger) -> None:
        """Replace the ledger of imported jobs."""
        self._write(_IMPORTED, ledger.as_json())

    def save_exported(self, ledger: ExportedLedger) -> None:
        """Replace the ledger of exported files."""
        self._write(_EXPORTED, ledger.as_json())

    def save_snapshot(self, name: str, header: JsonDict, items: Sequence[JsonDict]) -> str:
        """Save what is about to be changed, in files of bounded size. Returns the folder's path.

        Raises:
            StateError: the snapshot could not be saved; nothing may be changed then.
        """
        folder = f"{self.path}/snapshots/{name}"
        try:
            self._files.make_folder(folder)
            for number, part in enumerate(_parts(items), start=1):
                content = stable_bytes({**header, "items": part})
                self._files.create(f"{folder}/part-{number:04}.json", content)
        except WorkspaceError as error:
            raise StateError(
                f"The previous state could not be saved, so nothing was changed. {error.message}",
                fix=error.fix,
            ) from error
        return folder

    def keep_mappings(self, name: str, content: bytes) -> str:
        """Keep a mapping file before it is replaced, and forget the oldest. Returns the path.

        Raises:
            StateError: it could not be kept; the file may not be replaced then.
        """
        folder = f"{self.path}/{_MAPPINGS}"
        try:
            self._files.make_folder(folder)
            self._files.create(f"{folder}/{name}", content)
            kept = sorted(entry.path for entry in self._files.list_folder(folder) if entry.is_file)
            for path in kept[:-_KEPT_MAPPINGS]:
                self._files.delete(path)
        except WorkspaceError as error:
            raise StateError(
                f"The mapping file as it was could not be kept, so nothing was saved. "
                f"{error.message}",
                fix=error.fix,
            ) from error
        return f"{folder}/{name}"

    def _read(self, name: str, parse: Callable[[Any], Document], empty: Document) -> Document:
        """Return a document as `parse` takes it; `empty` only when there is no such file.

        An editor may have put a byte order mark in front of it.
        """
        path = f"{self.path}/{name}"
        try:
            return parse(parse_json(self._files.read(path).decode("utf-8-sig")))
        except NotFoundError as error:
            self._make_sure_it_is_missing(path, error)
            return empty
        except (InvalidJsonError, UnicodeDecodeError) as error:
            raise StateError(
                f"{path} is not valid JSON.",
                fix="Restore it, or move it away: the next operation offers to adopt the jobs.",
            ) from error

    def _has(self, name: str) -> bool:
        try:
            self._files.status(f"{self.path}/{name}")
        except NotFoundError:
            return False
        return True

    def _make_sure_it_is_missing(self, path: str, error: NotFoundError) -> None:
        """Raise if the ledger is listed after all: it must not be taken for an empty one."""
        try:
            entries = self._files.list_folder(self.path)
        except NotFoundError:
            return
        if any(entry.path == path for entry in entries):
            raise StateError(f"{path} exists but cannot be read.", fix="Try again.") from error

    def _write(self, name: str, document: JsonDict) -> None:
        self._put(name, stable_bytes(document))

    def _put(self, name: str, content: bytes) -> None:
        path = f"{self.path}/{name}"
        try:
            self._files.write(path, content)
        except WorkspaceError as error:
            raise StateError(f"{path} cannot be written. {error.message}", fix=error.fix) from error


def _parts(items: Iterable[JsonDict]) -> Iterable[list[JsonDict]]:
    part: list[JsonDict] = []
    size = 0
    for item in items:
        item_size = len(stable_bytes(item))
        if part and size + item_size > _SNAPSHOT_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += item_size
    if part:
        yield part
