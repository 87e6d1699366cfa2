"""What the state folder remembers of earlier operations, as a reading needs it."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.definitions.folder import RememberedFile
from core.state.folder import StateFolder
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger, PendingCreate


@dataclass(frozen=True, slots=True)
class Memory:
    """Both ledgers as the state folder holds them."""

    imported: ImportedLedger
    exported: ExportedLedger

    def files(self) -> Iterator[RememberedFile]:
        """Yield the definitions that the ledgers know, those of announced jobs included."""
        yield from map(_recall, self.imported.jobs.values())
        yield from map(_recall, self.imported.pending)
        for path, file in self.exported.files.items():
            yield RememberedFile(file.job_name, file.job_id, path)


def read_memory_for_import(state: StateFolder) -> Memory:
    """Read the ledgers of a workspace that imports, and hardly ever exports."""
    return Memory(state.imported(), state.find_exported())


def read_memory_for_export(state: StateFolder) -> Memory:
    """Read the ledgers of a workspace that exports, and hardly ever imports."""
    exported = state.exported()
    return Memory(state.find_imported(), exported)


def _recall(entry: ImportedJob | PendingCreate) -> RememberedFile:
    return RememberedFile(entry.job_name, entry.source_job_id, entry.file_path)
