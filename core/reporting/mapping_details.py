"""What the Mappings tab and the command `mappings` read: the file, its entries, a test of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import Issue
from core.jobsettings.secrets import mask_text
from core.json_fields import Fields
from core.json_text import JsonDict
from core.mapping.check import MappingProblem
from core.mapping.text.masking import mask_source
from core.mapping.use import MappingEntry
from core.planning.statuses import RowStatus
from core.reporting.issues import issue_as_json, issue_from_json


@dataclass(frozen=True, slots=True)
class Choice:
    """Something of this workspace that an entry can map to.

    `label` is for people. `value` is what the file gets: a name, or an object such as
    {"id": "…"} where the name alone does not tell which one is meant.
    """

    label: str
    value: Any

    def as_json(self) -> Any:
        """Return the choice for the page: a text where the label is the value."""
        return self.label if self.label == self.value else [self.label, self.value]

    @classmethod
    def from_json(cls, document: Any) -> "Choice":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        if isinstance(document, str):
            return cls(document, document)
        pair = document if isinstance(document, list) and len(document) == 2 else [None, None]
        fields = Fields({"label": pair[0], "value": pair[1]}, "a choice")
        return cls(fields.text("label"), fields.value("value"))


@dataclass(frozen=True, slots=True)
class MappingsInformation:
    """The mapping file as it is, and what this workspace has that it could map to.

    `text` is empty and `version` too where there is no file. `choices` are by section, those of
    each bounded. `notes` say what could not be listed. `folder_id` is that of the Git folder that
    the file is in, None for none. `permissions` is the policy for them in a few words.
    """

    path: str = ""
    text: str = ""
    exists: bool = False
    version: str = ""
    problem: MappingProblem = field(default_factory=MappingProblem)
    entries: tuple[MappingEntry, ...] = ()
    pause_status: str = ""
    permissions: str = ""
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    warnings: tuple[Issue, ...] = ()
    notes: tuple[Issue, ...] = ()
    folder_id: int | None = None
    workspace_id: str = ""

    def as_json(self) -> JsonDict:
        """Return the information for `--json` and the page."""
        document: JsonDict = {
            "path": self.path,
            "text": self.text,
            "exists": self.exists,
            "version": self.version,
            "problem": self.problem.message,
            "problem_line": self.problem.line,
            "problem_column": self.problem.column,
            "entries": [entry.as_json() for entry in self.entries],
            "pause_status": self.pause_status,
            "permissions": self.permissions,
            "choices": {
                section: [choice.as_json() for choice in choices]
                for section, choices in self.choices.items()
            },
            "warnings": [issue_as_json(issue) for issue in self.warnings],
            "notes": [issue_as_json(issue) for issue in self.notes],
            "workspace_id": self.workspace_id,
        }
        if self.folder_id is not None:
            document["git_folder_id"] = self.folder_id
        return document

    def masked(self) -> "MappingsInformation":
        """Return the information for the eyes of those who may only look, without secrets."""
        return replace(
            self,
            text=mask_source(self.text),
            problem=replace(self.problem, message=mask_text(self.problem.message)),
            entries=tuple(entry.masked() for entry in self.entries),
        )

    @classmethod
    def from_json(cls, document: Any) -> "MappingsInformation":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the mapping file")
        choices = Fields(fields.value("choices") if fields.has("choices") else {}, "the choices")
        return cls(
            path=fields.text("path"),
            text=fields.text("text"),
            exists=fields.flag("exists"),
            version=fields.text("version"),
            problem=MappingProblem(
                fields.text("problem"), fields.whole("problem_line"), fields.whole("problem_column")
            ),
            entries=fields.values("entries", MappingEntry.from_json),
            pause_status=fields.text("pause_status"),
            permissions=fields.text("permissions"),
            choices={
                section: choices.values(section, Choice.from_json) for section in choices.names()
            },
            warnings=fields.values("warnings", issue_from_json),
            notes=fields.values("notes", issue_from_json),
            folder_id=fields.whole("git_folder_id") if fields.has("git_folder_id") else None,
            workspace_id=fields.text("workspace_id"),
        )


@dataclass(frozen=True, slots=True)
class MappingsReview:
    """The mapping file without its text, for the command line.

    `is_fine`: nothing in it is missing here, broken or doubtful, and no job needs a name that it
    lacks.
    """

    file: MappingsInformation = field(default_factory=MappingsInformation)
    is_fine: bool = True

    def as_json(self) -> JsonDict:
        """Return the review for `--json`, without secret values."""
        left_out = ("text", "choices")
        entries = tuple(entry.masked() for entry in self.file.entries)
        shown = replace(self.file, entries=entries).as_json().items()
        return {"is_fine": self.is_fine, **{k: v for k, v in shown if k not in left_out}}


@dataclass(frozen=True, slots=True)
class TestedRow:
    """A job that the unsaved text would treat otherwise.

    `before` and `after` are its statuses, empty where a plan lacks it. Equal ones differ in what
    would be written. `message` says what is wrong with it, as the unsaved text has it.
    """

    __test__ = False  # not a test of pytest

    job_name: str
    before: RowStatus | str
    after: RowStatus | str
    message: str = ""

    def as_json(self) -> JsonDict:
        """Return the row for the page."""
        return {
            "job_name": self.job_name,
            "before": self.before,
            "after": self.after,
            "message": mask_text(self.message),
        }

    @classmethod
    def from_json(cls, document: Any) -> "TestedRow":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a tested row")
        return cls(
            fields.text("job_name"),
            fields.known_word("before", RowStatus),
            fields.known_word("after", RowStatus),
            fields.text("message"),
        )


@dataclass(frozen=True, slots=True)
class MappingTest:
    """A validation with the unsaved text beside one with the file as it is.

    `now` and `draft` are the rows by status; `now` is empty where the file cannot be used. The
    `version` is that of the tested text, as `file_version` has it.
    """

    version: str = ""
    now: Mapping[str, int] = field(default_factory=dict)
    draft: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[TestedRow, ...] = ()
    issues: tuple[Issue, ...] = ()

    def as_json(self) -> JsonDict:
        """Return the test for the page."""
        return {
            "version": self.version,
            "now": dict(self.now),
            "draft": dict(self.draft),
            "changes": [row.as_json() for row in self.changes],
            "issues": [issue_as_json(issue) for issue in self.issues],
        }

    @classmethod
    def from_json(cls, document: Any) -> "MappingTest":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a test of the mapping file")
        return cls(
            fields.text("version"),
            fields.counts("now"),
            fields.counts("draft"),
            fields.values("changes", TestedRow.from_json),
            fields.values("issues", issue_from_json),
        )


@dataclass(frozen=True, slots=True)
class SavedMappings:
    """A mapping file that was saved: its new version, and where the text before is kept.

    `kept` is empty where there was no file. `folder_id` is as in MappingsInformation.
    """

    path: str = ""
    version: str = ""
    kept: str = ""
    folder_id: int | None = None
    workspace_id: str = ""

    def as_json(self) -> JsonDict:
        """Return what was saved, for the page."""
        document: JsonDict = {
            "path": self.path,
            "version": self.version,
            "kept": self.kept,
            "workspace_id": self.workspace_id,
        }
        if self.folder_id is not None:
            document["git_folder_id"] = self.folder_id
        return document

    @classmethod
    def from_json(cls, document: Any) -> "SavedMappings":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a saved mapping file")
        return cls(
            fields.text("path"),
            fields.text("version"),
            fields.text("kept"),
            fields.whole("git_folder_id") if fields.has("git_folder_id") else None,
            fields.text("workspace_id"),
        )
