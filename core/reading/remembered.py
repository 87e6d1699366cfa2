"""What the state folder remembers of earlier operations, as a reading needs it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.definitions.folder import RememberedFile
from core.json_text import Prints
from core.state.folder import StateFolder
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger, PendingCreate
from core.state.written import Written


@dataclass(frozen=True, slots=True)
class Memory:
    """Both ledgers as the state folder holds them, what the workspace filled in, by job id, and
    what was written into the jobs last; an export does not need the latter."""

    imported: ImportedLedger
    exported: ExportedLedger
    filled_in: Mapping[int, Prints] = field(default_factory=dict)
    written: Written = field(default_factory=Written)

    def files(self) -> Iterator[RememberedFile]:
        """Yield the definitions that the ledgers know, those of announced jobs included."""
        yield from map(_recall, self.imported.jobs.values())
        yield from map(_recall, self.imported.pending)
        for path, file in self.exported.files.items():
            if not file.removed:
                yield RememberedFile(file.job_name, file.job_id, path)


def read_memory_for_import(state: StateFolder) -> Memory:
    """Read the ledgers of a workspace that imports, and hardly ever exports."""
    return Memory(
        state.imported(), state.find_exported(), state.find_filled_in(), state.find_written()
    )


def read_memory_for_export(state: StateFolder) -> Memory:
    """Read the ledgers of a workspace that exports, and hardly ever imports."""
    exported, imported = state.exported(), state.find_imported()
    return Memory(imported, exported, state.find_filled_in() if imported.jobs else {})


def _recall(entry: ImportedJob | PendingCreate) -> RememberedFile:
    return RememberedFile(entry.job_name, entry.source_job_id, entry.file_path)
