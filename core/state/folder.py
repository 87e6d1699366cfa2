"""The state folder in the workspace: ledgers and snapshots."""

from collections.abc import Callable, Mapping
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
from core.state.recreated import Recreated, parse_recreated
from core.state.seals import NO_SEALS, Seals
from core.state.snapshots import Snapshots
from core.state.written import Written, parse_written, written_bytes

FOLDER_NAME = ".job-sync-state"
_IMPORTED = "imported.json"
_EXPORTED = "exported.json"
_FILLED_IN = "filled_in.json"
_RECREATED = "recreated.json"
_WRITTEN = "written.jsonl.gz"
_MAPPINGS = "mappings"
_KEPT_MAPPINGS = 50
Document = TypeVar("Document")


class StateFolder:
    """Reads and writes the documents of one workspace and Git folder."""

    def __init__(
        self,
        files: WorkspaceFiles,
        path: str,
        seals: Seals = NO_SEALS,
        workspace_id: str = "",
    ) -> None:
        """Take where it is, what proves that we wrote an entry, and for which workspace."""
        self._files = files
        self.path = path
        self.seals = seals
        self._workspace_id = workspace_id

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

        def parse(document: Any) -> ImportedLedger:
            return parse_imported_ledger(document, self.seals, self._workspace_id)

        return self._read(_IMPORTED, parse, self._no_imports())

    def exported(self) -> ExportedLedger:
        """Return the ledger of exported files; empty when there is none yet."""
        return self._read(_EXPORTED, parse_exported_ledger, ExportedLedger())

    def find_imported(self) -> ImportedLedger:
        """Return the ledger of imported jobs of a workspace that hardly ever has one.

        One call shows that there is none, where `imported` needs two.
        """
        return self.imported() if self._has(_IMPORTED) else self._no_imports()

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
        self._write(_IMPORTED, ledger.as_json(self.seals, self._workspace_id))

    def save_exported(self, ledger: ExportedLedger) -> None:
        """Replace the ledger of exported files."""
        self._write(_EXPORTED, ledger.as_json())

    def snapshots(self) -> Snapshots:
        """Return what keeps the state before each change."""
        return Snapshots(self._files, self.path, self.seals, self._workspace_id)

    def find_recreated(self) -> Recreated:
        """Return which jobs were created again; none as long as there is no such file."""
        if not self._has(_RECREATED):
            return Recreated()
        return self._read(_RECREATED, parse_recreated, Recreated())

    def save_recreated(self, recreated: Recreated) -> None:
        """Replace what is known of jobs that were created again."""
        self._write(_RECREATED, recreated.as_json())

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

    def _no_imports(self) -> ImportedLedger:
        return ImportedLedger(needs_proof=self.seals.has_key)

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
