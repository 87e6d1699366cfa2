"""The kinds of operation. What the engine, the server and the page must know of one is its row.

A new kind is a member, a row and a use case here, the use case itself in `core.service`, its words
in `components.words`, and a button in its tab with an id. A test misses whatever is forgotten.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from core.json_text import JsonDict
from core.mapping.mapping_file import PausePolicy
from core.operations.grid_row import RowState
from core.planning.fingerprints import fingerprint_plan
from core.planning.import_plan import Plan
from core.planning.review import Review
from core.reporting.details import Details, PlanFacts, PullFacts, WorkspaceInformation
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingsInformation, MappingTest, SavedMappings
from core.reporting.report import Report
from core.settings import AppMode
from core.state.history import History


class OperationKind(StrEnum):
    """What an operation does."""

    PREVIEW = "preview"
    EXPORT = "export"
    PULL = "pull"
    VALIDATE = "validate"
    IMPORT = "import"
    REMOVE = "remove"
    ADOPT = "adopt"
    PLAN_RESTORE = "planrestore"
    RESTORE = "restore"
    TAKE = "take"
    INFO = "info"
    MAPPINGS = "mappings"
    TEST_MAPPINGS = "test"
    SAVE_MAPPINGS = "save"


class UseCases(Protocol):
    """What the kinds of operation need of the service. `core.service.JobSync` is one."""

    def info(self, *, listener: Listener) -> Report: ...

    def export(self, *, dry_run: bool = False, listener: Listener) -> Report: ...

    def pull(self, *, listener: Listener) -> Report: ...

    def validate(
        self,
        *,
        details: bool,
        not_mapped: bool,
        ask_workspace: bool,
        pause: PausePolicy | None,
        listener: Listener,
    ) -> tuple[Plan, Report]: ...

    def import_jobs(self, review: Review, *, listener: Listener) -> Report: ...

    def remove(self, review: Review, *, listener: Listener) -> Report: ...

    def adopt(self, review: Review, *, listener: Listener) -> Report: ...

    def plan_restore(
        self, entry_id: str, *, listener: Listener
    ) -> tuple[Mapping[str, str], Report]: ...

    def restore(self, entry_id: str, review: Review, *, listener: Listener) -> Report: ...

    def take(self, review: Review, fields: Collection[str], *, listener: Listener) -> Report: ...

    def read_mappings(self, *, listener: Listener) -> Report: ...

    def test_mappings(self, text: str, *, listener: Listener) -> Report: ...

    def save_mappings(self, text: str, version: str, *, listener: Listener) -> Report: ...

    def history(self) -> History: ...


class Follower(Protocol):
    """Who follows an operation and keeps the plan that it makes."""

    @property
    def listener(self) -> Listener: ...

    def keep_plan(self, fingerprints: dict[str, str], adoptable: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. The row of a kind says which parts it uses; the others are empty.

    `plan` is the validation that the user reviewed, `fingerprints` and `adoptable` what it kept.
    `pause` is the policy that the user chose, None for the mapping file's. `text` is a mapping file
    as the user wrote it, `version` that of the file which the user saw, empty when there was none.
    `ticked` are the selected jobs with a doubt that the user confirmed one by one. `entry` is the
    operation of the history that is undone. `fields` are the paths of a job's fields that were
    chosen, as its row of the plan has them.
    """

    plan: str = ""
    names: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    adoptable: tuple[str, ...] = ()
    pause: PausePolicy | None = None
    ask_workspace: bool = False
    text: str = ""
    version: str = ""
    ticked: frozenset[str] = frozenset()
    entry: str = ""
    fields: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, kind: OperationKind, params: JsonDict) -> "Request":
        """Read the parameters that a click was checked for.

        Raises:
            KeyError: something that the kind needs is missing; it must not become everything.
        """
        needs = KINDS[kind]
        return cls(
            plan=params["plan"] if needs.needs_plan else "",
            names=tuple(params["names"]) if needs.needs_names else (),
            pause=PausePolicy(params["pause"]) if params.get("pause") else None,
            ask_workspace=bool(params.get("ask_workspace")),
            version=params["version"] if needs.needs_text else "",
            ticked=frozenset(params.get("ticked", ())) if needs.needs_names else frozenset(),
            entry=params["entry"] if needs.needs_entry else "",
            fields=tuple(params["fields"]) if needs.needs_fields else (),
        )

    def review(self) -> Review:
        """Return what the user chose from the plan that was shown."""
        return Review(self.names, self.fingerprints, self.pause, self.ticked)


Run = Callable[[UseCases, Request, Follower], Report]

_SELECTED = (RowState.DONE, RowState.FAILED)
_WRITTEN = (RowState.NOTHING_TO_DO, *_SELECTED)


@dataclass(frozen=True, slots=True)
class Traits:
    """All that there is to know about one kind of operation, except its words.

    Args:
        tab: the tab that shows it.
        run: carries it out.
        mode: the APP_MODE that it belongs to, None for every one.
        is_exclusive: one at a time, by operators, and kept in the history. Any other only reads
            for its tab, whoever looks at it.
        counted: the states of the rows that the history counts, empty for all. An operation that
            writes does not count what is still planned, nor, of a selection, what had no work.
        details: reads the facts that it reports besides its rows, None when there are none.
        makes_plan: it takes the user's choices for a plan.
        needs_plan: it carries out the newest validation.
        needs_whole_plan: it refuses one for which not everything could be read.
        needs_names: it does what was selected.
        needs_number: the number of the selected jobs that will be removed is typed.
        needs_entry: it is about an operation of the history.
        needs_fields: it does some fields of the one selected job.
        needs_text: it takes a text that the user wrote, and the version that the text is made from.
        is_remembered: the history keeps it, if it is exclusive.
        needs_approval: where FOUR_EYES is set, one operator requests it and another approves it.
    """

    tab: str
    run: Run
    mode: AppMode | None = None
    is_exclusive: bool = True
    counted: tuple[RowState, ...] = ()
    details: Callable[[Any], Details] | None = None
    makes_plan: bool = False
    needs_plan: bool = False
    needs_whole_plan: bool = False
    needs_names: bool = False
    needs_number: bool = False
    needs_entry: bool = False
    needs_fields: bool = False
    needs_text: bool = False
    is_remembered: bool = True
    needs_approval: bool = False


def _validate(service: UseCases, request: Request, follower: Follower) -> Report:
    plan, report = service.validate(
        details=True,
        not_mapped=False,  # the side panel gathers them for the row that it shows
        ask_workspace=request.ask_workspace,
        pause=request.pause,
        listener=follower.listener,
    )
    adoptable = [row.job_name for row in plan.adoptable()]
    follower.keep_plan(fingerprint_plan(plan), adoptable)
    return replace(report, details=PlanFacts(plan.is_complete, len(adoptable), plan.sees_all_jobs))


def _import(service: UseCases, request: Request, follower: Follower) -> Report:
    return service.import_jobs(request.review(), listener=follower.listener)


def _remove(service: UseCases, request: Request, follower: Follower) -> Report:
    return service.remove(request.review(), listener=follower.listener)


def _take(service: UseCases, request: Request, follower: Follower) -> Report:
    return service.take(request.review(), request.fields, listener=follower.listener)


def _adopt(service: UseCases, request: Request, follower: Follower) -> Report:
    review = Review(request.adoptable, pause=request.pause)
    return service.adopt(review, listener=follower.listener)


def _plan_restore(service: UseCases, request: Request, follower: Follower) -> Report:
    fingerprints, report = service.plan_restore(request.entry, listener=follower.listener)
    follower.keep_plan(dict(fingerprints), ())
    return report


def _restore(service: UseCases, request: Request, follower: Follower) -> Report:
    return service.restore(request.entry, request.review(), listener=follower.listener)


KINDS: Mapping[OperationKind, Traits] = {
    OperationKind.PREVIEW: Traits(
        tab="export",
        run=lambda service, _, follower: service.export(dry_run=True, listener=follower.listener),
        mode=AppMode.EXPORT,
    ),
    OperationKind.EXPORT: Traits(
        tab="export",
        run=lambda service, _, follower: service.export(listener=follower.listener),
        mode=AppMode.EXPORT,
        counted=_WRITTEN,
    ),
    OperationKind.PULL: Traits(
        tab="import",
        run=lambda service, _, follower: service.pull(listener=follower.listener),
        mode=AppMode.IMPORT,
        details=PullFacts.from_json,
    ),
    OperationKind.VALIDATE: Traits(
        tab="import",
        run=_validate,
        mode=AppMode.IMPORT,
        details=PlanFacts.from_json,
        makes_plan=True,
    ),
    OperationKind.IMPORT: Traits(
        tab="import",
        run=_import,
        mode=AppMode.IMPORT,
        counted=_SELECTED,
        needs_plan=True,
        needs_names=True,
        needs_approval=True,
    ),
    OperationKind.REMOVE: Traits(
        tab="import",
        run=_remove,
        mode=AppMode.IMPORT,
        counted=_SELECTED,
        needs_plan=True,
        needs_whole_plan=True,
        needs_names=True,
        needs_number=True,
        needs_approval=True,
    ),
    OperationKind.ADOPT: Traits(
        tab="import",
        run=_adopt,
        mode=AppMode.IMPORT,
        counted=_SELECTED,
        needs_plan=True,
    ),
    OperationKind.PLAN_RESTORE: Traits(
        tab="restore",
        run=_plan_restore,
        mode=AppMode.IMPORT,
        makes_plan=True,
        needs_entry=True,
        is_remembered=False,
    ),
    OperationKind.RESTORE: Traits(
        tab="restore",
        run=_restore,
        mode=AppMode.IMPORT,
        counted=_SELECTED,
        needs_plan=True,
        needs_names=True,
        needs_number=True,
        needs_entry=True,
        needs_approval=True,
    ),
    OperationKind.TAKE: Traits(
        tab="import",
        run=_take,
        mode=AppMode.BOTH,
        counted=_SELECTED,
        needs_plan=True,
        needs_names=True,
        needs_fields=True,
    ),
    OperationKind.INFO: Traits(
        tab="workspace",
        run=lambda service, _, follower: service.info(listener=follower.listener),
        is_exclusive=False,
        details=WorkspaceInformation.from_json,
    ),
    OperationKind.MAPPINGS: Traits(
        tab="mappings",
        run=lambda service, _, follower: service.read_mappings(listener=follower.listener),
        is_exclusive=False,
        details=MappingsInformation.from_json,
    ),
    OperationKind.TEST_MAPPINGS: Traits(
        tab="mappings",
        run=lambda service, request, follower: service.test_mappings(
            request.text, listener=follower.listener
        ),
        details=MappingTest.from_json,
        needs_text=True,
        is_remembered=False,
    ),
    OperationKind.SAVE_MAPPINGS: Traits(
        tab="mappings",
        run=lambda service, request, follower: service.save_mappings(
            request.text, request.version, listener=follower.listener
        ),
        details=SavedMappings.from_json,
        needs_text=True,
    ),
}

EXCLUSIVE_KINDS = tuple(kind for kind, row in KINDS.items() if row.is_exclusive)
READING_KINDS = tuple(kind for kind, row in KINDS.items() if not row.is_exclusive)
REMEMBERED_KINDS = tuple(kind for kind in EXCLUSIVE_KINDS if KINDS[kind].is_remembered)


def kinds_of_tab(tab: str) -> tuple[OperationKind, ...]:
    """Return the kinds of operation that a tab shows."""
    return tuple(kind for kind, row in KINDS.items() if row.tab == tab)
