"""What a tab's grid shows of one job or file, and how it is kept."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.comparing.origin import Origin
from core.jobsettings.facts import JobFacts
from core.json_fields import Fields
from core.json_text import JsonDict
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow


class RowState(StrEnum):
    """How far a row is. NOT_STARTED: the operation was stopped before its turn came."""

    NOTHING_TO_DO = ""
    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    NOT_STARTED = "not_started"


class Pick(StrEnum):
    """What a row can be selected for."""

    NOTHING = ""
    IMPORT = "import"
    REMOVE = "remove"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a grid.

    `key` names it within its operation. `status` is a RowStatus, or the word that another version
    wrote. `message` is what its cell says: issues, message and risks joined; `risks` are the codes
    of the latter. `changes` counts fields, `mapped` the values that the mapping file made different
    from Git; `needs` names the jobs that must be imported with it. `runs` are the jobs that it
    runs, `triggered_by` those whose end starts it. `origin` and `doubt` are as in `ReportRow`.
    `preselected` is whether a validation ticks it: importing it undoes nothing that was done here.
    """

    key: str
    job: str = ""
    file: str = ""
    status: RowStatus | str = ""
    state: RowState = RowState.NOTHING_TO_DO
    changes: int = 0
    message: str = ""
    risks: tuple[str, ...] = ()
    facts: JobFacts = field(default_factory=JobFacts)
    job_id: str = ""  # browsers round numbers of 64 bits
    pick: Pick = Pick.NOTHING
    needs: tuple[str, ...] = ()
    mapped: int = 0
    runs: tuple[str, ...] = ()
    triggered_by: tuple[str, ...] = ()
    origin: Origin = Origin.UNKNOWN
    doubt: str = ""
    preselected: bool = False

    def as_json(self) -> JsonDict:
        """Return the row as the browser gets it: its facts are fields of their own."""
        return {
            "key": self.key,
            "job": self.job,
            "file": self.file,
            "status": self.status,
            "state": self.state,
            "changes": self.changes,
            "message": self.message,
            "risks": list(self.risks),
            **self.facts.as_json(),
            "job_id": self.job_id,
            "pick": self.pick,
            "needs": list(self.needs),
            "mapped": self.mapped,
            "runs": list(self.runs),
            "triggered_by": list(self.triggered_by),
            "origin": self.origin,
            "doubt": self.doubt,
            "preselected": self.preselected,
        }

    @classmethod
    def from_json(cls, document: Any) -> "GridRow":
        """Read what `as_json` gave, in this version or an older one.

        Raises:
            InvalidJsonError: the key is missing, or a field has another type.
        """
        fields = Fields(document, "a row")
        fields.require("key")
        pick = fields.word("pick", Pick, Pick.NOTHING)
        return cls(
            key=fields.text("key"),
            job=fields.text("job"),
            file=fields.text("file"),
            status=fields.known_word("status", RowStatus),
            state=fields.word("state", RowState, RowState.NOTHING_TO_DO),
            changes=fields.whole("changes"),
            message=fields.text("message"),
            risks=fields.texts("risks"),
            facts=JobFacts.from_json(document),
            job_id=fields.text("job_id"),
            pick=pick,
            needs=fields.texts("needs"),
            mapped=fields.whole("mapped"),
            runs=fields.texts("runs"),
            triggered_by=fields.texts("triggered_by"),
            origin=fields.word("origin", Origin, Origin.UNKNOWN),
            doubt=fields.text("doubt"),
            preselected=fields.flag("preselected", default=pick is Pick.IMPORT),
        )


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A row as the history keeps it; `report` is None when the operation came to no report."""

    row: GridRow
    report: ReportRow | None = None

    def as_json(self) -> JsonDict:
        """Return what is kept."""
        return {
            "row": self.row.as_json(),
            "report": self.report.as_json() if self.report else {},
        }

    @classmethod
    def from_json(cls, document: Any) -> "RecordedRow":
        """Read what `as_json` gave, in this version or an older one. Raises InvalidJsonError."""
        recorded = Fields(document, "a row of the history")
        report = recorded.value("report") if recorded.has("report") else {}
        has_report = report != {}
        return cls(cls.row_from_json(document), ReportRow.from_json(report) if has_report else None)

    @staticmethod
    def row_from_json(document: Any) -> GridRow:
        """Read only the grid's row. Raises InvalidJsonError."""
        return GridRow.from_json(Fields(document, "a row of the history").value("row"))
