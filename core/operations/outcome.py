"""How an operation ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Issue
from core.json_fields import Fields
from core.json_text import JsonDict
from core.mapping.unmapped import UnmappedName
from core.operations.grid_row import RowState
from core.operations.kinds import KINDS, OperationKind
from core.planning.statuses import RowStatus
from core.reporting.details import Details, PlanFacts, PullFacts, WorkspaceInformation
from core.reporting.issues import issue_as_json, issue_from_json
from core.reporting.mapping_details import MappingsInformation, MappingTest, SavedMappings
from core.reporting.report import ReportStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of an operation that has ended, besides its rows.

    `counts` are the rows by status, `states` the same by how the rows ended, `origins` the rows by
    which side has moved, without those of which nobody knows. `mode` is the APP_MODE
    that it ran with; `message` says what the counts do not.
    """

    status: ReportStatus = ReportStatus.COMPLETED
    counts: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    unmapped: tuple[UnmappedName, ...] = ()
    details: Details | None = None
    mode: str = ""
    message: str = ""
    origins: Mapping[str, int] = field(default_factory=dict)

    @property
    def plan(self) -> PlanFacts:
        """Return what a validation reported about its plan."""
        return self.details if isinstance(self.details, PlanFacts) else PlanFacts()

    @property
    def pull(self) -> PullFacts:
        """Return what a pull reported."""
        return self.details if isinstance(self.details, PullFacts) else PullFacts()

    @property
    def information(self) -> WorkspaceInformation:
        """Return what a reading of the workspace reported."""
        if isinstance(self.details, WorkspaceInformation):
            return self.details
        return WorkspaceInformation()

    @property
    def mappings(self) -> MappingsInformation:
        """Return what a reading of the mapping file reported."""
        if isinstance(self.details, MappingsInformation):
            return self.details
        return MappingsInformation()

    @property
    def mapping_test(self) -> MappingTest:
        """Return what a test of an unsaved mapping file reported."""
        return self.details if isinstance(self.details, MappingTest) else MappingTest()

    @property
    def saved(self) -> SavedMappings:
        """Return what a save of the mapping file reported."""
        return self.details if isinstance(self.details, SavedMappings) else SavedMappings()

    @property
    def has_errors(self) -> bool:
        return self.count(RowStatus.ERROR) > 0

    def count(self, *statuses: RowStatus) -> int:
        """Return how many rows have one of these statuses."""
        return sum(self.counts.get(status, 0) for status in statuses)

    def count_done(self, *statuses: RowStatus) -> int:
        """Return how many rows of these statuses were carried out."""
        done = self.states.get(RowState.DONE, {})
        return sum(done.get(status, 0) for status in statuses)

    def count_failed(self) -> int:
        """Return how many rows could not be carried out."""
        return sum(self.states.get(RowState.FAILED, {}).values())

    def count_not_started(self) -> int:
        """Return how many rows were left alone because the operation was stopped."""
        return sum(self.states.get(RowState.NOT_STARTED, {}).values())

    def count_carried_out(self, kind: OperationKind) -> dict[str, int]:
        """Return the counts of what an operation did: not of rows left as planned."""
        counted = KINDS[kind].counted
        if not counted:
            return dict(self.counts)
        return dict(sum((Counter(self.states.get(state, {})) for state in counted), Counter[str]()))

    def as_json(self) -> JsonDict:
        """Return the outcome as the page keeps it."""
        return {
            "status": self.status,
            "counts": dict(self.counts),
            "states": {state: dict(counts) for state, counts in self.states.items()},
            "issues": [issue_as_json(issue) for issue in self.issues],
            "unmapped": [name.as_json() for name in self.unmapped],
            "details": self.details.as_json() if self.details else {},
            "mode": self.mode,
            "message": self.message,
            "origins": dict(self.origins),
        }

    @classmethod
    def from_json(cls, document: Any, kind: OperationKind) -> "Outcome":
        """Read what `as_json` gave for an operation of a kind.

        Raises:
            InvalidJsonError: a field has another type.
        """
        fields = Fields(document, "an outcome")
        found = fields.value("states") if fields.has("states") else {}
        states = Fields(found, "the states of an outcome")
        details, read = (
            fields.value("details") if fields.has("details") else {},
            KINDS[kind].details,
        )
        return cls(
            status=fields.word("status", ReportStatus, ReportStatus.COMPLETED),
            counts=fields.counts("counts"),
            states={state: states.counts(state) for state in states.names()},
            issues=fields.values("issues", issue_from_json),
            unmapped=fields.values("unmapped", UnmappedName.from_json),
            details=read(details) if read and details != {} else None,
            mode=fields.text("mode"),
            message=fields.text("message"),
            origins=fields.counts("origins") if fields.has("origins") else {},
        )
