"""What components show, told by the trees that they return."""

from collections.abc import Iterator

import dash_ag_grid as dag
import pytest
from dash import dcc, html
from dash.development.base_component import Component

from components.actions import (
    Situation,
    actions_of,
    adoptable,
    reviewed_plan,
    running_sentence,
)
from components.grid import grid, grid_tools, history_columns, job_columns
from components.history_tab import entry_head, history_row
from components.operation_view import chips_view, outcome_view, progress_view
from components.row_panel import row_panel
from components.shell import Frame, page
from components.values import crumbs
from components.words import (
    clock_time,
    counts_text,
    duration,
    headline,
    heads_of,
    plural,
    title_of,
    tone_of,
    what_happened,
)
from components.workspace_tab import workspace_view
from core.calls import WaitReason
from core.json_text import JsonDict
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status, Waiting
from core.operations.outcome import Outcome
from core.reporting.report import ReportRow
from core.reporting.write_access import PlaceAccess
from core.state.history import HistoryEntry

ANA = "ana@dev.example"
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "nul \0 \u202e bad \ud800",
    '{"type":"Img","namespace":"dash_html_components"}',
    "x" * 4000,
)
ACTIVE = (dcc.Markdown, html.Script, html.Iframe, html.Embed, html.ObjectEl, html.Base, html.Meta)
LINKS = ("href", "src", "srcDoc", "formAction", "action")


def operation(
    kind: str = "import", status: str = "succeeded", outcome: JsonDict | None = None, **fields
) -> Operation:
    """Return an operation; its outcome is told as it is kept."""
    times = {"created": 1_700_000_000.0, "started": 1_700_000_001.0, "finished": 1_700_000_004.0}
    return Operation(
        **{
            "operation_id": "1",
            "kind": OperationKind(kind),
            "status": Status(status),
            "actor": ANA,
            "params": {},
            "outcome": Outcome.from_json(outcome, kind) if outcome is not None else None,
            **times,
            **fields,
        }
    )


def walk(node) -> Iterator[Component]:
    """Yield every component of a tree."""
    if isinstance(node, Component):
        yield node
        for name in ("children", "label", "header"):
            yield from walk(getattr(node, name, None))
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from walk(inner)


def text_of(node) -> str:
    """Return what a tree says, parts of one element without a gap."""
    if isinstance(node, Component):
        return text_of(getattr(node, "children", None))
    if isinstance(node, list | tuple):
        return "".join(map(text_of, node))
    return "" if node is None else str(node)


def is_harmless(tree) -> bool:
    """Whether what comes from jobs is text, and neither a component, a style nor a link."""
    for node in walk(tree):
        props = node.to_plotly_json()["props"]
        children = props.get("children")
        for child in children if isinstance(children, list | tuple) else [children]:
            if not isinstance(child, Component | str | int | float | None):
                return False
        if isinstance(node, ACTIVE) or props.get("style") is not None:
            return False
        if any(name.startswith("dangerously") or name == "innerHTML" for name in props):
            return False
        for link in LINKS:
            if not str(props.get(link) or "/").startswith(("/", "#", "https://", "http://")):
                return False
    return True


# Words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_numbers_and_moments_are_told_as_people_read_them():
    assert (plural(0, "job"), plural(1, "job"), plural(1234, "job")) == (
        "0 jobs",
        "1 job",
        "1,234 jobs",
    )
    assert clock_time(1_700_000_000) == "2023-11-14 22:13:20 UTC"


@pytest.mark.parametrize(
    ("status", "outcome", "text"),
    [
        ("queued", None, "Import is running"),
        ("running", None, "Import is running"),
        ("cancelling", None, "Import is running"),
        ("succeeded", {"counts": {"new": 1}}, "Import finished"),
        ("succeeded", {"counts": {"error": 1}}, "Import finished with errors"),
        ("succeeded", None, "Import finished"),
        ("failed", None, "Import failed"),
        ("cancelled", None, "Import cancelled"),
        ("interrupted", None, "Import interrupted"),
    ],
)
def test_a_headline_says_how_an_operation_ended(status, outcome, text):
    assert headline(operation(status=status, outcome=outcome)) == text


def said(kind: str, **outcome) -> str:
    return what_happened(operation(kind, outcome=outcome))


@pytest.mark.parametrize("kind", OperationKind)
def test_every_kind_of_operation_says_what_it_did(kind):
    assert said(kind, counts={}, states={}, details={})
    assert said(kind, counts={"error": 1}, states={}, details={})


def test_sentences_tell_what_happened_and_what_is_next():
    assert said("validate", counts={"unchanged": 3}) == (
        "Everything matches: there is nothing to import and nothing to remove."
    )
    assert said("validate", counts={"unchanged": 3, "excluded": 1}).startswith(
        "Everything that belongs here matches:"
    )
    assert said("validate", counts={"excluded": 2, "skipped": 1}, states={}).endswith(
        "No definition belongs here: see “jobs” in the mapping file."
    )
    assert said("validate", counts={"unmanaged": 2}, states={}).endswith("or check its path.")
    found = {"planned": {"new": 1200}, "": {"error": 1}}
    assert said("validate", counts={"new": 1200, "error": 1}, states=found).startswith(
        "1,200 new, 1 error."
    )
    found = {"": {"error": 9}}
    assert said("validate", counts={"error": 9}, states=found) == (
        "9 errors. Fix the errors, then validate again."
    )
    missing = [{"kind": "cluster", "name": name, "jobs": ["x"]} for name in "ab"]
    found = {"planned": {"new": 1}, "": {"error": 2}}
    assert said("validate", counts={"new": 1, "error": 2}, states=found, unmapped=missing).endswith(
        "2 errors. Map the 2 missing names, then validate again; "
        "what is new or changed can be imported now."
    )
    assert said("import", states={"done": {"new": 2, "renamed": 1}}).startswith("3 jobs imported.")
    failed = said("import", counts={"error": 1}, states={"failed": {"error": 1}})
    assert failed.startswith("0 jobs imported. 1 job failed; see each row for the reason.")
    assert said("remove", states={"done": {"deleted": 1}}).startswith("1 job removed.")
    assert said("adopt", counts={"unchanged": 9}, states={"done": {"unchanged": 2}}) == (
        "2 matching jobs adopted. Now managed by this app."
    )
    assert said("adopt", counts={"unchanged": 9}) == "No matching jobs were left to adopt."
    assert said("take", states={"done": {"changed": 1}}).endswith("then validate again.")
    refused = said("take", counts={"error": 1}, states={"failed": {"error": 1}})
    assert refused == "Nothing was taken into Git; see the row for the reason."
    assert said("export", counts={"new": 1}, states={"done": {"new": 1}}) == (
        "1 created. Next: push to the Git repository."
    )
    assert said("export", counts={"unchanged": 1}).endswith("there is nothing to push.")
    assert said("preview", counts={"new": 1}, states={"planned": {"new": 1}}) == (
        "An export would produce: 1 new. Nothing was written. Export to write the files."
    )


def test_a_pull_tells_both_commits():
    details = {"old_commit": "1" * 40, "commit": "2" * 40}
    counts = {"new": 1, "renamed": 2}
    assert said("pull", details=details, counts=counts).startswith(
        "1111111 → 2222222: 1 added, 2 renamed."
    )
    assert "no definition changed" in said("pull", details=details, counts={})
    assert said("pull", details=details, counts={"error": 1}).startswith(
        "1111111 → 2222222: 1 unreadable."
    )
    same = {"old_commit": "1" * 40, "commit": "1" * 40}
    assert said("pull", details=same).startswith("Already at the newest commit, 1111111.")


def test_what_stopped_says_why_and_what_was_done():
    outcome = {"states": {"done": {"new": 1}}}
    text = what_happened(operation(status="cancelled", outcome=outcome, error="Cancelled."))
    assert text == "Cancelled. 1 job imported."
    assert what_happened(operation(status="failed", outcome=outcome, error="No.")) == "No."
    assert what_happened(operation(status="interrupted", error="Lost.")) == "Lost."


# Which buttons may be pressed


def test_without_a_validation_only_reading_is_possible():
    actions = actions_of("import", Situation(may_operate=True))
    enabled = {button for button, action in actions.items() if action.is_enabled}
    assert enabled == {"import-pull", "import-validate"}
    assert actions["import-start"].reason == "Validate first."
    assert all(action.is_enabled for action in actions_of("export", Situation(True)).values())


def test_nothing_may_be_pressed_while_something_is_at_work_or_by_a_viewer():
    busy = Situation(True, active=operation("pull", "running"), validation=operation("validate"))
    viewer = Situation(False, validation=operation("validate"))
    for now in (busy, viewer):
        for actions in (actions_of("import", now), actions_of("export", now)):
            assert not any(action.is_enabled for action in actions.values())


def test_an_incomplete_plan_removes_nothing():
    validation = operation("validate", outcome={"details": {"is_complete": False}})
    actions = actions_of("import", Situation(True, validation=validation))
    assert actions["import-start"].is_enabled
    assert "can be treated as deleted" in actions["import-remove"].reason
    assert "See the rows with errors" in actions["import-remove"].reason


def test_a_plan_of_a_principal_that_may_see_fewer_jobs_says_who_is_missing_the_right():
    details = {"is_complete": False, "sees_all_jobs": False}
    validation = operation("validate", outcome={"details": details})
    reason = actions_of("import", Situation(True, validation=validation))["import-remove"].reason
    assert "not known to be a workspace admin" in reason
    assert "rows with errors" not in reason


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled", "interrupted"])
def test_only_a_validation_that_succeeded_is_a_plan(status):
    assert reviewed_plan(Situation(True, validation=operation("validate", status))) == ""


def test_a_pull_after_the_validation_makes_it_old():
    validation = operation("validate", number=2)
    older, newer = (operation("pull", number=number) for number in (1, 3))
    assert reviewed_plan(Situation(True, validation=validation, pull=older)) == "1"
    assert reviewed_plan(Situation(True, validation=validation, pull=newer)) == ""


def test_equal_jobs_are_offered_until_they_were_adopted():
    validation = operation("validate", outcome={"details": {"adoptable": 3}})
    assert adoptable(Situation(True, validation=validation, shown=validation)) == 3
    assert adoptable(Situation(True, validation=validation, shown=operation("adopt"))) == 0
    assert adoptable(Situation(True)) == 0
    assert adoptable(Situation(True, validation=operation("validate"))) == 0


def test_who_runs_what_since_when():
    sentence = running_sentence(operation("export", "running"))
    assert text_of(sentence) == f"Export is running, started by {ANA} at 2023-11-14 22:13:21 UTC."
    moment = next(node for node in walk(sentence) if isinstance(node, html.Time))
    assert moment.dateTime == "2023-11-14T22:13:21Z"


# The operation of a tab


def test_progress_is_shown_while_an_operation_is_at_work():
    at_work = operation(status="running", step="Importing jobs", done=1200, total=5000)
    text = text_of(progress_view(at_work, at_work.started + 65, may_cancel=True))
    for part in ("Import", "Importing jobs", "1,200 of 5,000", "1 min 05 s", "Cancel"):
        assert part in text
    assert "Cancel" not in text_of(progress_view(at_work, 0, may_cancel=False))
    for nothing in (None, operation()):
        assert text_of(progress_view(nothing, 0, may_cancel=True)) == ""


def test_progress_without_a_total_has_no_end():
    counting = operation(status="running", done=7)
    [bar] = [n for n in walk(progress_view(counting, 0, may_cancel=True)) if n._type == "Progress"]
    assert getattr(bar, "value", None) is None
    assert "Starting" in text_of(progress_view(counting, 0, may_cancel=True))


def test_a_wait_for_the_workspace_is_told_while_it_lasts():
    until = Waiting(WaitReason.RATE_LIMIT, 1_700_000_010.0)
    waiting = operation(status="running", waiting=until)
    assert "Waiting 7 s" in text_of(progress_view(waiting, 1_700_000_003.0, may_cancel=True))
    assert "Waiting" not in text_of(progress_view(waiting, 1_700_000_010.0, may_cancel=True))


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (WaitReason.RATE_LIMIT, "Waiting 7 s: the workspace is rate-limiting requests"),
        (WaitReason.FAILED, "Waiting 7 s: the workspace answered with an error"),
        (WaitReason.NO_ANSWER, "Waiting 7 s: the workspace did not answer"),
        (WaitReason.SLOW, "No answer from the workspace for 7 s"),
    ],
)
def test_each_reason_to_wait_has_its_own_sentence(reason, sentence):
    at = 1_700_000_000.0 + (-7 if reason is WaitReason.SLOW else 7)
    waiting = operation(status="running", waiting=Waiting(reason, at))
    assert sentence in text_of(progress_view(waiting, 1_700_000_000.0, may_cancel=True))


def test_a_clock_that_was_set_back_makes_no_negative_duration():
    ahead = operation(status="running", started=1_700_000_500.0)
    assert "0.0 s" in text_of(progress_view(ahead, 1_700_000_000.0, may_cancel=True))
    ended = operation(started=1_700_000_500.0, finished=1_700_000_000.0, outcome={})
    assert "0.0 s" in text_of(outcome_view(ended))


def test_jobs_that_were_not_begun_are_counted_apart_from_those_that_failed():
    outcome = {"states": {"done": {"new": 2}, "not_started": {"new": 3, "changed": 1}}}
    stopped = operation(status="cancelled", outcome=outcome, error="Cancelled.")
    assert "2 jobs imported. 4 jobs not started." in text_of(outcome_view(stopped))
    assert "failed" not in text_of(outcome_view(stopped))
    assert "Not started 4" in text_of(chips_view(stopped))


def test_who_has_cancelled_cannot_cancel_again():
    tree = progress_view(operation(status="cancelling"), 0, may_cancel=True)
    [button] = [node for node in walk(tree) if isinstance(node, html.Button)]
    assert button.disabled
    assert "Stopping" in text_of(tree)


@pytest.mark.parametrize(
    ("fields", "tone"),
    [
        ({"outcome": {"counts": {"new": 1}}}, "good"),
        ({"outcome": {"counts": {"error": 1}}}, "warn"),
        ({"outcome": {"counts": {}, "issues": [{"message": "x"}]}}, "warn"),
        ({"status": "failed", "error": "No."}, "bad"),
        ({"status": "cancelled"}, "warn"),
        ({"status": "interrupted"}, "warn"),
    ],
)
def test_an_outcome_has_its_tone(fields, tone):
    assert f"outcome-{tone}" in str(outcome_view(operation(**fields)).to_plotly_json())


def test_while_something_is_at_work_no_outcome_is_shown():
    for nothing in (None, operation(status="running")):
        assert text_of(outcome_view(nothing)) == ""


def test_issues_are_counted_and_cut_off_with_a_number():
    issues = [{"path": "map.json", "message": f"issue {n}"} for n in range(60)]
    text = text_of(outcome_view(operation(outcome={"issues": issues})))
    assert "60 notes" in text
    assert "issue 49" in text
    assert "issue 50" not in text
    assert "… and 10 more" in text


def test_notes_and_names_to_map_are_one_line_each_until_they_are_opened():
    view = outcome_view(operation(outcome={"issues": [{"message": "Look.\nHere."}]}))
    (details,) = (node for node in walk(view) if isinstance(node, html.Details))
    assert not getattr(details, "open", False)
    assert text_of(details.children[0]) == "1 noteLook."


def test_names_to_map_come_with_the_line_to_add():
    name = {
        "kind": "cluster",
        "name": "etl",
        "jobs": ["a", "b", "c", "d"],
        "candidates": ["etl-prod"],
        "section": "compute_name_mappings",
        "line": '"etl": "…"',
    }
    text = text_of(outcome_view(operation("validate", outcome={"unmapped": [name]})))
    for part in (
        "1 name is not mapped · 4 jobs need it",
        "a, b, c and 1 more",
        "etl-prod",
        '"etl": "…"',
    ):
        assert part in text
    two = {"unmapped": [name, {**name, "name": "ml", "jobs": ["a", "e"]}]}
    view = outcome_view(operation("validate", outcome=two))
    assert "2 names are not mapped · 5 jobs need them" in text_of(view)
    lost = {**name, "kind": "job", "line": "", "candidates": []}
    text = text_of(outcome_view(operation("validate", outcome={"unmapped": [lost]})))
    assert "Create the job, or import it first." in text
    assert "—" in text


def test_chips_count_by_status_in_the_words_of_the_operation():
    done = {"done": {"new": 1200}, "failed": {"error": 1}, "planned": {"new": 2}}
    exported = operation("export", outcome={"states": done})
    assert text_of(chips_view(exported)) == "Created 1,200Failed 1New 2"
    planned = {"planned": {"new": 1200}, "": {"error": 1, "unchanged": 0}}
    assert text_of(chips_view(operation(outcome={"states": planned}))) == "New 1,200Error 1"
    assert text_of(chips_view(None)) == text_of(chips_view(operation())) == ""


# The side panel


def parts_of(node) -> list[Component]:
    """Return a component and all that is inside it."""
    if isinstance(node, list | tuple):
        return [part for one in node for part in parts_of(one)]
    if not isinstance(node, Component):
        return []
    return [node, *parts_of(getattr(node, "children", None))]


ROW = {"key": "0", "job": "load", "file": "load.json", "status": "changed", "job_id": "7"}


def panel(report=None, has_sides=False, **row) -> Component:
    shown = ReportRow.from_json(report or {})
    return row_panel(GridRow.from_json({**ROW, **row}), shown, "import", has_sides=has_sides)


@pytest.mark.parametrize("status", ["new", "deleted"])
def test_side_by_side_is_mentioned_where_it_can_be_shown_only(status):
    assert "Side by side shows" in text_of(panel(has_sides=True, status=status))
    assert "Side by side" not in text_of(panel(status=status))  # as in the history


def test_a_path_is_read_as_people_say_it():
    text = "".join(text_of(part) for part in crumbs("tasks[load].new_cluster.num_workers"))
    assert text == "task load›new_cluster›num_workers"
    assert text_of(crumbs('tags["a.b"]')) == "tags›a.b"
    assert crumbs("") == []


def test_fields_that_differ_are_a_table():
    changes = [
        {"path": "a", "current": None, "desired": {"x": 1}},
        {"path": "b", "current": "text", "desired": "y" * 5000},
    ]
    text = text_of(panel({"changes": changes}, has_sides=True))
    assert "not set" in text
    assert '"x": 1' in text
    assert "1,000 more characters" in text
    assert "2 changes" in text
    assert "Side by side" in text


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("unchanged", "No differences."),
        ("new", "Everything is new"),
        ("deleted", "would be removed"),
        ("error", ""),
    ],
)
def test_without_differences_the_status_says_what_is_there(status, text):
    assert text in text_of(panel(has_sides=True, status=status, state="planned"))


def test_what_was_done_is_shown_as_before_and_after():
    changed = {"changes": [{"path": "a", "current": 1, "desired": 2}]}
    assert "CurrentAfter import" in text_of(panel(changed, state="planned"))
    assert "BeforeAfter" in text_of(panel(changed, state="done"))
    assert heads_of("preview", RowState.PLANNED) == ("Current", "After export")
    removed = panel(has_sides=True, status="deleted", state="done")
    assert "what was removed" in text_of(removed)


MAPPED = {
    "path": "tasks[load].notebook_task.base_parameters.env",
    "git": "dev",
    "here": "<b>prod</b>",
    "section": "value_mappings.parameters",
    "name": "env",
    "line": 12,
}


def test_what_was_mapped_is_listed_with_the_entry_and_its_line():
    shown = panel({"mapped": [MAPPED]})
    text = text_of(shown)
    assert "Mapped here (1)FieldIn GitHereRule" in text
    assert "task load›notebook_task›base_parameters›envdev<b>prod</b>parameters env" in text
    line = next(one for one in parts_of(shown) if hasattr(one, "data-map-name"))
    assert isinstance(line, html.Button)
    assert text_of(line) == "line 12"
    assert getattr(line, "data-map-section") == "value_mappings.parameters"
    assert getattr(line, "data-map-name") == "env"


def test_a_side_without_a_value_says_so_and_an_entry_may_have_no_line():
    dropped = {key: value for key, value in MAPPED.items() if key not in ("here", "line")}
    added = {key: value for key, value in MAPPED.items() if key != "git"}
    text = text_of(panel({"mapped": [dropped, {**added, "path": "b", "here": None}]}))
    assert "devnothingparameters env" in text
    assert "bnothingnothingparameters env" in text
    assert "Mapped here (2)" in text
    assert text.count("line 12") == 1


def test_who_a_job_runs_as_is_read_by_name():
    identity = {
        **MAPPED,
        "path": "run_as",
        "git": {"user_name": "ana@dev.example"},
        "here": {"service_principal_name": "0d4c"},
        "section": "run_as_mappings",
    }
    text = text_of(panel({"mapped": [identity]}, run_as="etl-prod", run_as_id="0d4c"))
    assert "run_asana@dev.exampleetl-prodrun_as_mappings" in text
    assert "run_asana@dev.example0d4crun_as_mappings" in text_of(panel({"mapped": [identity]}))


def test_a_secret_that_was_mapped_is_not_shown():
    path = "tasks[load].notebook_task.base_parameters.password"
    assert "<b>prod</b>" not in text_of(panel({"mapped": [{**MAPPED, "path": path}]}))


def test_nothing_mapped_takes_no_room():
    assert "Mapped here" not in text_of(panel())


def test_the_definition_of_a_new_job_is_open_at_once():
    shown = panel(status="new", state="planned", has_sides=True)
    hidden = {
        one.className: bool(one.hidden)
        for one in parts_of(shown)
        if getattr(one, "className", "") in ("panel-fields", "panel-sides")
    }
    assert hidden == {"panel-fields": True, "panel-sides": False}
    assert "change" not in text_of(shown).replace("unchanged", "")
    shown = panel(status="changed", has_sides=True)
    assert [
        bool(one.hidden)
        for one in parts_of(shown)
        if getattr(one, "className", "") == "panel-sides"
    ] == [True]


def test_everything_that_is_known_of_a_row_is_shown_once():
    report = {
        "message": "And more.",
        "issues": [{"path": "tasks[a]", "message": "No cluster."}, {"message": "Whole."}],
        "details": {
            "risks": [{"code": "becomes_active", "message": "Starts by itself."}],
            "hidden": [{"path": "x", "reason": "a default", "source": "docs"}],
            "not_mapped": [{"path": "y", "value": 7, "what": "path"}],
        },
    }
    text = text_of(panel(report))
    for part in (
        "No cluster.",
        "Whole.",
        "a default",
        "docs",
        "Copied unchanged (1)",
        "And more.",
    ):
        assert part in text
    assert text.count("Starts by itself.") == 1
    assert "1 difference hidden by a rule" in text


# History and Workspace

ENTRY = HistoryEntry("id", "export", ANA, "Both", 1_700_000_000.0, 65, "completed", {"new": 2}, "m")


def test_an_entry_is_a_row_of_words():
    assert history_row(ENTRY) == {
        "entry_id": "id",
        "start": "2023-11-14T22:13:20Z",
        "title": "Export",
        "who": ANA,
        "approver": "",
        "principal": "",
        "restorable": "",
        "outcome": "Completed",
        "tone": "good",
        "counts": "2 created",
        "duration": "1 min 05 s",
        "mode": "Both",
        "message": "m",
    }
    text = text_of(entry_head(ENTRY))
    for part in ("Export: Completed", "2 created", ANA, "1 min 05 s"):
        assert part in text


def test_an_entry_of_another_version_is_shown_in_its_own_words():
    assert title_of("teleport") == "teleport"
    assert (tone_of("failed"), tone_of("beamed")) == ("bad", "warn")
    assert counts_text("teleport", {"new": 1, "beamed": 2}) == "1 new"


def info(**details) -> Operation:
    return operation("info", outcome={"details": details, "issues": []})


def test_the_workspace_is_told_as_it_was_read():
    details = {"principal": "me", "is_admin": True, "jobs": 1200, "definitions": 3, "commit": "1"}
    text = text_of(workspace_view(info(**details), "https://dev.example", "", {"dash": "4"}))
    for part in ("https://dev.example", "me, a workspace admin", "1,200 Jobs", "dash 4"):
        assert part in text
    assert "admin rights not confirmed" in text_of(workspace_view(info(), "", "", {}))


def test_the_principal_is_shown_by_its_name_with_the_id_in_the_tooltip():
    details = {"principal": "0d4c8f1e", "principal_name": "job-sync-app"}
    view = workspace_view(info(**details), "", "", {})
    assert "job-sync-app, admin rights not confirmed" in text_of(view)
    assert any(getattr(node, "title", "") == "0d4c8f1e" for node in walk(view))


def test_a_folder_is_a_link_when_the_workspace_is_known():
    tree = workspace_view(info(git_folder="/Workspace/x"), "h", "https://dev.example/x", {})
    [link] = [node for node in walk(tree) if isinstance(node, html.A)]
    assert (link.href, link.rel) == ("https://dev.example/x", "noopener noreferrer")
    plain = workspace_view(info(git_folder="/Workspace/x"), "h", "", {})
    assert not [node for node in walk(plain) if isinstance(node, html.A)]


def test_the_mapping_file_is_shown_with_its_use():
    entries = [
        {"section": "s", "name": "a", "target": "b", "jobs": 2},
        {"section": "s", "name": "c", "target": "d", "jobs": 0},
        {"section": "t", "name": "e", "target": "f", "jobs": 1},
    ]
    details = {"mapping_file": "/map.json", "mapping_text": "{}", "mapping_entries": entries}
    text = text_of(workspace_view(info(**details), "", "", {}))
    for part in ("/map.json", "3 entries in 2 sections, 1 not used by any definition.", "Show"):
        assert part in text
    empty = text_of(workspace_view(info(mapping_file="/m", mapping_entries=[]), "", "", {}))
    assert "The file contains no mappings." in empty
    assert "No mapping file is configured" in text_of(workspace_view(info(), "", "", {}))


def test_who_may_write_is_shown_with_a_warning_where_all_users_may():
    places = [
        PlaceAccess("State folder", "/Workspace/Shared/s", ("group users",), is_everybody=True),
        PlaceAccess("Mapping file", "/m.json", ("group admins", "service principal app")),
        PlaceAccess("Git folder", "/g", problem="You may not."),
    ]
    shown = info(access=[place.as_json() for place in places])
    text = text_of(workspace_view(shown, "", "", {}))
    assert "State folder: all users may write /Workspace/Shared/s" in text
    assert text.count("all users may write") == 1
    assert "group admins, service principal app" in text
    assert "unknown: You may not." in text
    assert "Who may write" not in text_of(workspace_view(info(), "", "", {}))


def test_what_went_wrong_while_reading_is_shown():
    failed = operation("info", "failed", error="No answer.", outcome=None)
    assert text_of(workspace_view(failed, "", "", {})) == "No answer."
    for unread in (None, operation("info", "running", outcome=None)):
        assert "Reading the workspace" in text_of(workspace_view(unread, "", "", {}))
    broken = operation(
        "info",
        outcome={"details": {"mapping_file": "/m"}, "issues": [{"message": "a comma is missing"}]},
    )
    assert "a comma is missing" in text_of(workspace_view(broken, "", "", {}))


# Grids


def test_a_grid_neither_runs_nor_renders_what_is_in_its_cells():
    tree = grid("x", job_columns(), "None.", selects=True)
    [table] = [node for node in walk(tree) if isinstance(node, dag.AgGrid)]
    props = table.to_plotly_json()["props"]
    assert not props.get("dangerously_allow_code")
    assert props.get("style") is None
    for columns in (job_columns(), history_columns()):
        assert len({column["field"] for column in columns}) == len(columns)
        assert not any(column.get("cellRenderer") == "markdown" for column in columns)


def test_every_column_can_be_chosen_by_its_name():
    text = text_of(grid_tools("x", history_columns(), has_all=False))
    assert all(column["headerName"] in text for column in history_columns())
    assert "All rows and columns" not in text
    assert "All rows and columns" in text_of(grid_tools("x", job_columns()))


# Whatever jobs are called


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_from_jobs_is_only_ever_text(text):
    issue = {"path": f'a["{text}"]', "message": text}
    unmapped = {
        "kind": text, "name": text, "jobs": [text], "candidates": [text], "section": text,
        "line": text,
    }  # fmt: skip
    outcome = {"issues": [issue], "unmapped": [unmapped], "counts": {"new": 1}}
    report = {
        "message": text,
        "issues": [issue],
        "changes": [
            {"path": text, "current": text, "desired": {text: text}},
            {"path": "a", "current": {"type": "Img", "props": {}}, "desired": [text]},
        ],
        "details": {
            "risks": [{"code": "run_as", "message": text}],
            "hidden": [{"path": text, "reason": text, "source": text}],
            "not_mapped": [{"path": text, "value": {"type": text}, "what": text}],
        },
    }
    entry = {"section": text, "name": text, "target": text, "jobs": 1}
    details = dict.fromkeys(
        ("git_folder", "branch", "commit", "git_url", "principal", "mapping_file"), text
    )
    details = {**details, "mapping_text": text, "mapping_entries": [entry]}
    fields = {"job": text, "file": text, "run_as": text, "starts": text, "types": text}
    history = HistoryEntry("id", text, text, text, 0.0, 0.0, text, {}, text)
    frame = Frame(text, "https://dev.example", "red", "Both", text, True, "k", ("export",), text)
    trees = (
        progress_view(operation(status="running", step=text, actor=text), 0, may_cancel=True),
        outcome_view(operation("validate", actor=text, error=text, outcome=outcome)),
        panel(report, has_sides=True, **fields),
        entry_head(history),
        workspace_view(info(**details), text, "", {"x": text}),
        page(frame),
    )
    for tree in trees:
        assert is_harmless(tree)
        assert text in text_of(tree) or tree is trees[0]


def test_the_check_itself_finds_what_is_not_harmless():
    for tree in (
        html.Div({"type": "Img"}),
        html.Div(html.A("x", href="javascript:alert(1)")),
        html.Div(html.P("x", style={"color": "red"})),
        html.Div([dcc.Markdown("x")]),
    ):
        assert not is_harmless(tree)
