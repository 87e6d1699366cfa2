"""Whether a definition may be in Git: what is secret in it, and what of that is allowed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from core.definitions.definition import Definition
from core.errors import Issue
from core.jobsettings.secrets import Finding, find_secrets
from core.json_text import Packed
from core.planning.export_rows import ChangedFile, ExportRow, NewFile, UnchangedFile
from core.planning.import_rows import Blocked, Changed, Excluded, New, Row, Skipped, Unchanged
from core.planning.risks import SecretNotes
from core.secrets.allowed import ALLOWED_FILE, AllowedSecret, AllowedSecrets

_MOST_LISTED = 20


@lru_cache(maxsize=16384)  # a definition is looked at in both passes, and again by the next plan
def _secrets_in(packed: Packed) -> tuple[Finding, ...]:
    return find_secrets(packed.unpack())


class SecretCheck:
    """Checks the definitions of one plan, and knows afterwards what was allowed."""

    def __init__(self, allowed: AllowedSecrets) -> None:
        self._allowed = allowed
        self._used: set[AllowedSecret] = set()

    def look_at(self, definition: Definition, path: str) -> SecretNotes:
        """Return what there is to say of a definition. `path` is that of its file."""
        found = _secrets_in(definition.packed)
        if not found:
            return SecretNotes()
        refused: list[str] = []
        allowed: list[str] = []
        likely: list[str] = []
        for one in found:
            entry = self._allowed.find(path, definition.job_name, one.path, one.kind)
            if entry:
                self._used.add(entry)
            words = f"{one.kind} ({one.path})"
            (allowed if entry else refused if one.certain else likely).append(words)
        return SecretNotes(tuple(refused), tuple(allowed), tuple(likely))

    def of_file(self, row: ExportRow) -> ExportRow:
        """Return a row of an export; one that would write a secret into Git is blocked.

        Jobs of the list form are left alone: they are read in full and planned again.
        """
        match row:
            case UnchangedFile():
                notes = self.look_at(row.file.definition, row.file.path)
            case NewFile() | ChangedFile() if row.job.complete:
                notes = self.look_at(row.definition, row.path)
                if notes.refused:
                    path = row.path if isinstance(row, ChangedFile) else ""
                    issues = explain_secrets(notes.refused)
                    return Blocked(row.job_name, path, issues, job=row.job)
            case _:
                return row
        return replace(row, notes=replace(row.notes, secrets=notes)) if notes else row

    def of_definition(self, row: Row) -> Row:
        """Return a row of an import with what is secret in its definition: it is in Git already."""
        match row:
            case New() | Changed() | Unchanged():
                notes = self.look_at(row.file.definition, row.file.path)
            case Skipped() | Excluded() if row.file:
                notes = self.look_at(row.file.definition, row.file.path)
            case Blocked() if row.definition:
                notes = self.look_at(row.definition, row.file_name)
            case _:
                return row
        return replace(row, secrets=notes) if notes else row

    def issues(self, *, is_complete: bool) -> tuple[Issue, ...]:
        """Return what is wrong with what is allowed.

        Args:
            is_complete: whether everything was looked at: only then an entry is known to be unused.
        """
        unused = self._allowed.list_unused(self._used) if is_complete else ()
        return (*self._allowed.issues(), *unused)


def explain_secrets(refused: Sequence[str]) -> tuple[Issue, ...]:
    """Return why a definition is not written. `refused` are kinds, each with its place."""
    issues = [
        Issue(
            f"Not written, because it holds a secret: {words}. Put it into a secret scope and "
            "refer to it as {{secrets/scope/key}}, or allow it in " + f"{ALLOWED_FILE}."
        )
        for words in refused[:_MOST_LISTED]
    ]
    if len(refused) > _MOST_LISTED:
        issues.append(Issue(f"{len(refused) - _MOST_LISTED:,} more secrets."))
    return tuple(issues)
