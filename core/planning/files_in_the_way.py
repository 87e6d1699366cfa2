"""Files that keep a job from getting a new one: they may be its own, and cannot be read as such."""

from collections.abc import Mapping, Sequence

from core.definitions.file_names import fold_file_name, possible_file_names
from core.definitions.folder import GitContents, OtherFile
from core.errors import Issue
from core.ports import LiveJob
from core.state.ledger import ImportedLedger


class FilesInTheWay:
    """Finds them by the names that a job's file may have, and by where the ledgers saw it last."""

    def __init__(
        self,
        contents: GitContents,
        exported_to: Mapping[int, Sequence[str]],
        imported: ImportedLedger,
    ) -> None:
        """Take what is in the folder, and the paths that each job was exported to, by its id."""
        self._exported_to = exported_to
        self._imported = imported
        self._unread = {fold_file_name(file.path): file.path for file in contents.unread}
        self._unread_folders = tuple(path for path in self._unread if path.endswith("/"))
        self._other = {fold_file_name(file.path): file for file in contents.other}

    def find_unread(self, job: LiveJob) -> str:
        """Return where the job's file is or may be, if it cannot be read there; else nothing."""
        imported = self._imported.jobs.get(job.job_id)
        noted = imported.file_path if imported else ""
        names = possible_file_names(job.name)
        for path in (*names, *self._exported_to.get(job.job_id, ()), noted):
            folded = fold_file_name(path)
            if folded in self._unread or folded.startswith(self._unread_folders):
                return path
        if imported and not noted:  # an old ledger: its file may be anywhere
            folded_names = {fold_file_name(name) for name in names}
            for folded, path in self._unread.items():
                if folded.rpartition("/")[2] in folded_names:
                    return path
        return ""

    def find_other(self, job: LiveJob) -> OtherFile | None:
        """Return the file that has the job's name, holds other JSON, and was meant for the job."""
        for name in possible_file_names(job.name):
            other = self._other.get(fold_file_name(name))
            if other and (other.json.is_blank or other.json.job_name == job.name):
                return other
        return None


def explain_other(other: OtherFile) -> Issue:
    """Say why a job gets no second file beside one that has its name and was meant for it."""
    message = (
        f"{other.path} is not a definition and is not overwritten. "
        f"{other.json.problem} Correct it, move it out of the folder, or delete it, and export "
        "again."
    )
    return Issue(message, other.path)
