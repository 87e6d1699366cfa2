"""What an operation reports: rows, counts and issues, as values for tables, JSON and CSV."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.comparing.diff import FieldChange, HiddenDifference
from core.comparing.origin import Origin
from core.errors import Issue, SyncError
from core.jobsettings.secrets import mask, mask_sides, mask_text
from core.jobsettings.verbatim import Verbatim
from core.json_fields import Fields
from core.json_text import JsonDict
from core.mapping.mapped_value import MappedValue
from core.mapping.unmapped import UnmappedName
from core.planning.risks import Risk
from core.planning.statuses import RESULTS, RowResult, RowStatus
from core.reporting.details import Details
from core.reporting.issues import issue_as_json, issue_from_json


class ReportStatus(StrEnum):
    """How an operation ended that came to a report."""

    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RowDetails:
    """What else there is to know about a row.

    `not_mapped` are values that are copied unchanged, `hidden` differences that do not count.
    """

    not_mapped: tuple[Verbatim, ...] = ()
    hidden: tuple[HiddenDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One job or file in a report.

    `status` is what the plan found: a RowStatus, or the word that another version wrote. `result`
    is what was done. `message` does not repeat the `risks`, which are what to look at in the
    row. `mapped` is what the mapping file made different from Git. `origin` is that of all changes
    together. `doubt` says why the row needs a confirmation of its own, empty where it needs none.
    `by_choice`: it is only carried out when somebody chooses it; not part of the JSON.
    """

    job_name: str
    file_name: str
    status: RowStatus | str
    changes: tuple[FieldChange, ...] = ()
    issues: tuple[Issue, ...] = ()
    message: str = ""
    details: RowDetails | None = None
    risks: tuple[Risk, ...] = ()
    result: RowResult = RowResult.NOTHING
    mapped: tuple[MappedValue, ...] = ()
    origin: Origin = Origin.UNKNOWN
    doubt: str = ""
    by_choice: bool = False

    @property
    def message_with_risks(self) -> str:
        """Return what a table shows in one cell."""
        return mask_text(" ".join(filter(None, (self.message, _sentences(self.risks)))))

    @property
    def mapped_places(self) -> int:
        """Return at how many places the mapping file made the job different from Git."""
        return len({value.path for value in self.mapped})

    def done(self, message: str) -> "ReportRow":
        """Return the row of a RowStatus as it was carried out."""
        result = RESULTS[RowStatus(self.status)]
        return replace(self, message=message, risks=(), result=result)

    def failed(self, error: SyncError) -> "ReportRow":
        """Return the row as one that could not be carried out."""
        issues = (*self.issues, Issue(str(error)))
        return replace(self, status=RowStatus.ERROR, issues=issues, result=RowResult.FAILED)

    def not_started(self, operation: str) -> "ReportRow":
        """Return the row as planned, left alone because the operation was stopped."""
        message = f"Not started: the {operation} was stopped."
        return replace(self, message=message, risks=(), result=RowResult.NOT_STARTED)

    def in_error(self, issue: Issue) -> "ReportRow":
        """Return the row with nothing but why it could not be carried out."""
        return replace(
            self,
            status=RowStatus.ERROR,
            issues=(issue,),
            message="",
            risks=(),
            result=RowResult.FAILED,
        )

    def with_message(self, message: str) -> "ReportRow":
        """Return the row as it ended: the message replaces what was said before."""
        return replace(self, message=message, risks=())

    def with_risks(self, risks: tuple[Risk, ...]) -> "ReportRow":
        """Return the row with further risks."""
        return replace(self, risks=(*self.risks, *risks))

    def as_json(self) -> JsonDict:
        """Return all there is to know of the row; secrets are masked."""
        document: JsonDict = {
            "job_name": self.job_name,
            "file_name": self.file_name,
            "status": self.status,
            "result": self.result,
            "changes": [_change_as_json(change) for change in self.changes],
            "mapped": [value.as_json() for value in self.mapped],
            "issues": [issue_as_json(issue) for issue in self.issues],
            "message": mask_text(self.message),
            "origin": self.origin,
            "doubt": mask_text(self.doubt),
        }
        if self.details:
            document["details"] = _details_as_json(self.risks, self.details)
        return document

    @classmethod
    def from_json(cls, document: Any) -> "ReportRow":
        """Read what `as_json` gave, in this version or an older one.

        Raises:
            InvalidJsonError: a field has another type.
        """
        fields = Fields(document, "the report of a row")
        details = _details_from_json(fields.value("details")) if fields.has("details") else None
        risks = _risks_from_json(fields.value("details")) if fields.has("details") else ()
        return cls(
            fields.text("job_name"),
            fields.text("file_name"),
            fields.known_word("status", RowStatus),
            fields.values("changes", _change_from_json),
            fields.values("issues", issue_from_json),
            _without_risks(fields.text("message"), risks),
            details,
            risks,
            fields.word("result", RowResult, RowResult.NOTHING),
            fields.values("mapped", MappedValue.from_json),
            fields.word("origin", Origin, Origin.UNKNOWN),
            fields.text("doubt"),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one operation. `details` are facts that only some operations report."""

    operation: str
    rows: tuple[ReportRow, ...] = ()
    issues: tuple[Issue, ...] = ()
    has_failed: bool = False
    details: Details | None = None
    unmapped: tuple[UnmappedName, ...] = ()

    @property
    def status(self) -> ReportStatus:
        """Return how the operation ended."""
        if self.has_failed:
            return ReportStatus.FAILED
        if self.counts().get(RowStatus.ERROR):
            return ReportStatus.COMPLETED_WITH_ERRORS
        return ReportStatus.COMPLETED

    def counts(self) -> dict[str, int]:
        """Return how many rows have each status."""
        return dict(sorted(Counter(row.status for row in self.rows).items()))

    def as_json(self, api_calls: Mapping[str, int]) -> JsonDict:
        """Return the document of `--json`."""
        document: JsonDict = {
            "operation": self.operation,
            "status": self.status,
            "counts": self.counts(),
            "rows": [{**row.as_json(), "message": row.message_with_risks} for row in self.rows],
            "issues": [{"message": mask_text(str(issue))} for issue in self.issues],
            "api_calls": dict(sorted(api_calls.items())),
        }
        if self.details:
            document["details"] = self.details.as_json()
        if self.unmapped:
            document["unmapped"] = [name.as_json() for name in self.unmapped]
        return document


def report_failure(operation: str, error: SyncError) -> Report:
    """Return the report of an operation that could not be carried out."""
    return Report(operation, issues=(Issue(str(error)),), has_failed=True)


def _sentences(risks: tuple[Risk, ...]) -> str:
    return " ".join(risk.message for risk in risks)


def _details_as_json(risks: tuple[Risk, ...], details: RowDetails) -> JsonDict:
    return {
        "risks": [{"code": risk.code, "message": mask_text(risk.message)} for risk in risks],
        "not_mapped": [
            {
                "path": mask_text(item.path),
                "value": mask(item.path, item.value),
                "what": item.what,
                **({"ids": list(item.ids)} if item.ids else {}),
            }
            for item in details.not_mapped
        ],
        "hidden": [
            {
                **_sides_as_json(item.path, item.current, item.desired),
                "reason": item.reason,
                "source": item.source,
            }
            for item in details.hidden
        ],
    }


def _change_as_json(change: FieldChange) -> JsonDict:
    return {
        **_sides_as_json(change.path, change.current, change.desired),
        "origin": change.origin,
    }


def _sides_as_json(path: str, current: Any, desired: Any) -> JsonDict:
    """Return a place and both of its values; of hidden ones it is seen whether they differ."""
    shown = mask_sides(path, current, desired)
    return {"path": mask_text(path), "current": shown[0], "desired": shown[1]}


def _without_risks(message: str, risks: tuple[Risk, ...]) -> str:
    """Return a message that was kept on its own: older versions joined the risks to it."""
    joined = _sentences(risks)
    return message.removesuffix(joined).rstrip() if joined else message


def _risks_from_json(document: Any) -> tuple[Risk, ...]:
    return Fields(document, "the details of a row").values("risks", _risk_from_json)


def _details_from_json(document: Any) -> RowDetails:
    fields = Fields(document, "the details of a row")
    return RowDetails(
        fields.values("not_mapped", _verbatim_from_json),
        fields.values("hidden", _hidden_from_json),
    )


def _change_from_json(document: Any) -> FieldChange:
    fields = Fields(document, "a change")
    return FieldChange(
        fields.text("path"),
        fields.value("current"),
        fields.value("desired"),
        fields.word("origin", Origin, Origin.UNKNOWN),
    )


def _risk_from_json(document: Any) -> Risk:
    fields = Fields(document, "a risk")
    return Risk(fields.text("code"), fields.text("message"))


def _verbatim_from_json(document: Any) -> Verbatim:
    fields = Fields(document, "a value that is not mapped")
    path, value, what = fields.text("path"), fields.value("value"), fields.text("what")
    return Verbatim(path, value, what, fields.texts("ids"))


def _hidden_from_json(document: Any) -> HiddenDifference:
    fields = Fields(document, "a hidden difference")
    return HiddenDifference(
        fields.text("path"),
        fields.value("current"),
        fields.value("desired"),
        fields.text("reason"),
        fields.text("source"),
    )
