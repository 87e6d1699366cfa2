"""What the scripts of a page are given of a tab, made of what its operations are now."""

from collections.abc import Mapping
from typing import Any

from components import ids
from components.actions import Action, actions_of, adoptable, reviewed_plan
from components.place import place_view
from components.words import clock_time, headline, title_of, what_happened
from core.operations.kinds import OperationKind
from core.operations.operation import Operation
from core.operations.outcome import Outcome
from core.state.history import entry_facts
from web.routes.places import git_href
from web.routes.reader import Place
from web.routes.readings import Known
from web.routes.tab_state import SELECTING, MappingState, TabState

_READING = "Reading the workspace …"
_REASONS = {
    ids.EXPORT_START: ids.EXPORT_REASON,
    ids.IMPORT_PULL: ids.IMPORT_PULL_REASON,
    ids.IMPORT_VALIDATE: ids.IMPORT_VALIDATE_REASON,
    ids.IMPORT_START: ids.IMPORT_START_REASON,
    ids.IMPORT_REMOVE: ids.IMPORT_REMOVE_REASON,
    ids.RESTORE_PREVIEW: ids.RESTORE_PREVIEW_REASON,
    ids.RESTORE_START: ids.RESTORE_START_REASON,
}
# Enabled and disabled by the scripts, which know what is selected.
_SELECTING = (ids.IMPORT_START, ids.IMPORT_REMOVE, ids.TAKE_START, ids.RESTORE_START)
_EDITING = {"test": ids.MAPPINGS_TEST, "save": ids.MAPPINGS_SAVE}  # these know what is unsaved

Props = dict[str, dict[str, Any]]


def finished(last: Operation | None) -> dict[str, Any]:
    """Return which operation ended last, for those who look at another tab."""
    if last is None:
        return {"operation": "", "text": "", "number": 0}
    text = f"{headline(last)}. {what_happened(last)}"
    return {
        "operation": last.operation_id,
        "kind": last.kind,
        "text": text,
        "number": last.number,
    }


def selecting(state: TabState) -> dict[str, Any]:
    """Return what may be selected for what, for the scripts of the tabs where rows are ticked."""
    if state.tab not in SELECTING:
        return {}
    now = state.now
    actions = actions_of(state.tab, now)
    return {
        "plan": reviewed_plan(now),
        "pause": (now.validation.params.get("pause") or "") if now.validation else "",
        "adoptable": adoptable(now),
        "reasons": _reasons(actions),
    }


def _tested_version(work: Operation | None) -> str:
    """Return the version of the text that was tested, empty where no test is shown."""
    return ((work.outcome if work else None) or Outcome()).mapping_test.version


def shown_work(state: TabState, found: MappingState) -> Operation | None:
    """Return the test or save that still says how things are; other work or a reading ends that."""
    work, reading = found.work, found.reading
    if work is None or state.last is None or state.last.number != work.number:
        return None
    is_test = work.kind is OperationKind.TEST_MAPPINGS
    return None if is_test and reading and reading.number > work.number else work


def editing(state: TabState) -> dict[str, Any]:
    """Return what there is of the mapping file, for the scripts of the Mappings tab."""
    found = state.mappings
    if found is None:
        return {}
    actions = actions_of(state.tab, state.now)
    return {
        "mappings": {
            "reading": found.reading.operation_id if found.reading else "",
            "written": found.written.operation_id if found.written else "",
            "hasFailed": found.has_failed,
            "validation": found.validation.operation_id if found.validation else "",
            "isReading": found.is_reading,
            "isOld": found.is_old,
            "savedBy": found.saver,
            "tested": _tested_version(shown_work(state, found)),
            "version": (found.reading.outcome or Outcome()).mappings.version
            if found.reading
            else "",
            "reasons": {kind: actions[button].reason for kind, button in _EDITING.items()},
        }
    }


def is_known(known: Known[Place]) -> bool:
    """Whether a page need not ask again: what failed is tried until it succeeds."""
    return known.value is not None and not (known.is_reading or known.problem)


def place_props(known: Known[Place]) -> Props:
    """Return the header and the links; without what is not known yet."""
    if known.value is None and not known.problem:
        return {ids.GIT_PLACE: {"children": _READING}} if known.is_reading else {}
    problem = f"Could not read the workspace. {known.problem}" if known.problem else ""
    props: Props = {ids.WORKSPACE_PROBLEM: {"children": problem, "hidden": not problem}}
    if known.value is None:
        return props
    where = known.value.where
    href = git_href(known.value.host, where)
    return {
        **props,
        ids.GIT_PLACE: {"children": place_view(where.git, known.age_s)},
        ids.EXPORT_PUSH: {"href": href, "hidden": not href},
        ids.IMPORT_GIT_LINK: {"href": href, "hidden": not href},
    }


def way_back(entry: str, base: str) -> dict[str, Any]:
    """Return the link that leads back to the operation: its name says which and when."""
    if not entry:
        return {"children": "Operation", "href": f"{base}history"}
    kind, at = entry_facts(entry)
    return {
        "children": f"{title_of(kind)} of {clock_time(at)}" if at else title_of(kind),
        "href": f"{base}history/{entry}",
    }


def held_back(actions: Mapping[str, Action]) -> dict[str, Any]:
    """Return why nothing can be started, for the buttons that the scripts switch."""
    return {
        "reasons": _reasons(actions),
        "editing": {
            kind: actions[name].reason for kind, name in _EDITING.items() if name in actions
        },
    }


def _reasons(actions: Mapping[str, Action]) -> dict[str, str]:
    return {name: actions[name].reason for name in _SELECTING if name in actions}


def button_props(actions: Mapping[str, Action]) -> Props:
    """Return which buttons can be pressed, and why others cannot."""
    props: Props = {}
    for button, action in actions.items():
        if button not in (*_SELECTING, *_EDITING.values()):
            props[button] = {"disabled": not action.is_enabled, "title": action.reason}
            if button in _REASONS:
                props[_REASONS[button]] = {"children": action.reason}
    return props
