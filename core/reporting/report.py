"""What an operation tells: rows, counts and issues, as values for tables, JSON and CSV."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.comparing.diff import FieldChange, HiddenDifference
from core.errors import Issue, SyncError
from core.jobsettings.secrets import mask
from core.jobsettings.verbatim import Verbatim
from core.json_text import JsonDict
from core.mapping.unmapped import UnmappedName
from core.planning.risks import Risk

ReportStatus = Literal["completed", "completed_with_errors", "failed"]
ERROR = "error"


@dataclass(frozen=True, slots=True)
class RowDetails:
    """What else there is to know about a row.

    `not_mapped` are values that travel as they stand, `hidden` differences that are no change.
    """

    risks: tuple[Risk, ...] = ()
    not_mapped: tuple[Verbatim, ...] = ()
    hidden: tuple[HiddenDifference, ...] = ()

    def as_json(self) -> JsonDict:
        """Return the details for `--json`; secrets are masked."""
        return {
            "risks": [{"code": risk.code, "message": risk.message} for risk in self.risks],
            "not_mapped": [
                {"path": item.path, "value": mask(item.path, item.value), "what": item.what}
                for item in self.not_mapped
            ],
            "hidden": [
                {
                    "path": item.path,
                    "current": mask(item.path, item.current),
                    "desired": mask(item.path, item.desired),
                    "reason": item.reason,
                    "source": item.source,
                }
                for item in self.hidden
            ],
        }


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One job or file in a report. `status` is one of the words for users of the plan."""

    job_name: str
    file_name: str
    status: str
    changes: tuple[FieldChange, ...] = ()
    issues: tuple[Issue, ...] = ()
    message: str = ""
    details: RowDetails | None = None

    def failed(self, error: SyncError) -> "ReportRow":
        """Return the row as one that could not be done."""
        return replace(self, status=ERROR, issues=(*self.issues, Issue(str(error))))

    def with_message(self, message: str) -> "ReportRow":
        """Return the row with another message."""
        return replace(self, message=message)

    def with_risks(self, risks: tuple[Risk, ...]) -> "ReportRow":
        """Return the row with further notes in its message, and in its details if it has some."""
        texts = (self.message, *(risk.message for risk in risks))
        details = self.details
        if details:
            details = replace(details, risks=(*details.risks, *risks))
        return replace(self, message=" ".join(text for text in texts if text), details=details)

    def as_json(self) -> JsonDict:
        """Return the row for `--json`; secrets are masked."""
        document: JsonDict = {
            "job_name": self.job_name,
            "file_name": self.file_name,
            "status": self.status,
            "changes": [
                {
                    "path": change.path,
                    "current": mask(change.path, change.current),
                    "desired": mask(change.path, change.desired),
                }
                for change in self.changes
            ],
            "issues": [{"path": issue.path, "message": issue.message} for issue in self.issues],
            "message": self.message,
        }
        if self.details:
            document["details"] = self.details.as_json()
        return document


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one operation. `details` are facts for `info` and `pull`."""

    operation: str
    rows: tuple[ReportRow, ...] = ()
    issues: tuple[Issue, ...] = ()
    has_failed: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    unmapped: tuple[UnmappedName, ...] = ()

    @property
    def status(self) -> ReportStatus:
        """Return how the operation ended."""
        if self.has_failed:
            return "failed"
        return "completed_with_errors" if self.counts().get(ERROR) else "completed"

    def counts(self) -> dict[str, int]:
        """Return how many rows have each status."""
        return dict(sorted(Counter(row.status for row in self.rows).items()))

    def as_json(self, api_calls: Mapping[str, int]) -> JsonDict:
        """Return the document of `--json`."""
        document: JsonDict = {
            "operation": self.operation,
            "status": self.status,
            "counts": self.counts(),
            "rows": [row.as_json() for row in self.rows],
            "issues": [{"message": _sentence(issue)} for issue in self.issues],
            "api_calls": dict(sorted(api_calls.items())),
        }
        if self.details:
            document["details"] = dict(self.details)
        if self.unmapped:
            document["unmapped"] = [name.as_json() for name in self.unmapped]
        return document


def report_failure(operation: str, error: SyncError) -> Report:
    """Return the report of an operation that could not be carried out."""
    return Report(operation, issues=(Issue(str(error)),), has_failed=True)


def _sentence(issue: Issue) -> str:
    return f"{issue.path}: {issue.message}" if issue.path else issue.message
