"""The secrets that a team allows in Git: an optional file beside the definitions."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.errors import InvalidJsonError, Issue
from core.json_fields import Fields
from core.json_text import JsonDict, parse_json

ALLOWED_FILE = ".job-sync-allowed-secrets.json"
_VERSION = 1
_MOST_LISTED = 20
_ENTRIES = re.compile(r'"allowed"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class AllowedSecret:
    """One entry: a kind of secret at one place of one definition, by its file or its job.

    `line` counts from 1.
    """

    path: str
    kind: str
    file: str = ""
    job: str = ""
    line: int = 0

    def fits(self, file: str, job: str, path: str, kind: str) -> bool:
        """Whether the entry allows this."""
        is_there = self.file == file if self.file else self.job == job
        return is_there and (self.path, self.kind) == (path, kind)


@dataclass(frozen=True, slots=True)
class AllowedSecrets:
    """What is allowed. Of a file that cannot be used, nothing is: `problem` says why."""

    entries: tuple[AllowedSecret, ...] = ()
    problem: str = ""

    def find(self, file: str, job: str, path: str, kind: str) -> AllowedSecret | None:
        """Return the entry that allows a secret."""
        return next((one for one in self.entries if one.fits(file, job, path, kind)), None)

    def issues(self) -> tuple[Issue, ...]:
        """Return what is wrong with the file."""
        if not self.problem:
            return ()
        message = f"{ALLOWED_FILE} cannot be used, so no secret is allowed. {self.problem}"
        return (Issue(message, ALLOWED_FILE),)

    def list_unused(self, used: Iterable[AllowedSecret]) -> tuple[Issue, ...]:
        """Return a note for each entry that allows nothing that is there."""
        unused = [one for one in self.entries if one not in set(used)]
        notes = [
            Issue(
                f"Line {one.line} of {ALLOWED_FILE} allows nothing: {one.file or one.job} has no "
                f"{one.kind} at {one.path}. Remove the entry.",
                ALLOWED_FILE,
            )
            for one in unused[:_MOST_LISTED]
        ]
        if len(unused) > _MOST_LISTED:
            more = len(unused) - _MOST_LISTED
            notes.append(Issue(f"{more:,} more entries of {ALLOWED_FILE} allow nothing."))
        return tuple(notes)


NOTHING_ALLOWED = AllowedSecrets()


def parse_allowed(content: bytes) -> AllowedSecrets:
    """Read the file. One that is broken in any way allows nothing."""
    try:
        text = content.decode("utf-8-sig")
        return AllowedSecrets(tuple(_entries(text)))
    except UnicodeDecodeError:
        return AllowedSecrets(problem="It is not UTF-8.")
    except InvalidJsonError as error:
        return AllowedSecrets(problem=str(error))


def _entries(text: str) -> Iterator[AllowedSecret]:
    document = Fields(parse_json(text), "the file")
    document.refuse_others("version", "allowed")
    document.require_version(_VERSION)
    offsets = _offsets(text)
    for number, entry in enumerate(document.values("allowed", lambda one: one)):
        at = offsets[number] if number < len(offsets) else 0
        line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
        try:
            yield _entry(entry, line)
        except InvalidJsonError as error:
            message = f"Line {line}, column {column}: {error}"
            raise InvalidJsonError(message, line=line, column=column) from error


def _entry(document: JsonDict, line: int) -> AllowedSecret:
    fields = Fields(document, "an entry")
    fields.refuse_others("file", "job", "path", "kind", "reason")
    fields.require("path", "kind")
    entry = AllowedSecret(
        fields.text("path"), fields.text("kind"), fields.text("file"), fields.text("job"), line
    )
    if bool(entry.file) == bool(entry.job):
        raise InvalidJsonError("An entry needs either “file” or “job”.")
    return entry


def _offsets(text: str) -> list[int]:
    """Return where each entry begins in a text that is known to be JSON."""
    found = _ENTRIES.search(text)
    at, decoder = found.end() if found else len(text), json.JSONDecoder()
    offsets: list[int] = []
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        if at >= len(text) or text[at] == "]":
            return offsets
        offsets.append(at)
        _, at = decoder.raw_decode(text, at)
