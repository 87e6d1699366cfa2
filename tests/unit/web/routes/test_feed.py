"""What the page's scripts fetch."""

import json
import time
from dataclasses import replace

import pytest
from dash.development.base_component import Component

from components import ids
from components.place import place_view
from core.errors import StateError, UnreachableError
from core.jobsettings.secrets import MASK
from core.mapping.unmapped import UnmappedName
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from core.operations.recorder import Recorder
from core.planning.statuses import RowStatus
from core.reporting.details import GitPlace, Whereabouts, WorkspaceInformation
from core.reporting.mapping_details import MappingsInformation, MappingTest
from core.state.history import HistoryEntry, entry_id
from tests.builders import definition_text, job, notebook_task
from tests.fakes import FOLDER, ME, FakeOperationStore, FakeWorkspace
from web.people.identity import User
from web.roles import Role
from web.routes.feed import Feed, Wanted
from web.routes.panels import Panels, Reading
from web.routes.reader import WorkspaceReader
from web.routes.readings import Readings
from web.settings import PageSettings

ANA = "ana@dev.example"
OPERATOR, VIEWER = User(ANA, Role.OPERATOR), User("bo@dev.example", Role.VIEWER)
SECRET = {"spark_conf": {"x.password": "s3cret"}}


@pytest.fixture
def workspace() -> FakeWorkspace:
    return FakeWorkspace()


@pytest.fixture
def store() -> FakeOperationStore:
    return FakeOperationStore()


@pytest.fixture
def feed(workspace, store) -> Feed:
    reader = WorkspaceReader(workspace.opened)
    return Feed(store, "", reader, PageSettings("DEV", user_header=""), {"job-sync": "1"})


@pytest.fixture
def panels(workspace, store) -> Panels:
    return Panels(store, WorkspaceReader(workspace.opened))


def begin(store, kind: str, params=None) -> str:
    name = store.start(OperationKind(kind), params or {}, ANA).operation_id
    store.claim(name)
    return name


def carry_out(store, workspace, kind: str, status: Status = Status.SUCCEEDED) -> str:
    """Let a whole operation happen as its process would."""
    name = begin(store, kind)
    recorder = Recorder(store, name, lambda: 0.0)
    service = workspace.service()
    if kind == "validate":
        report = service.validate(details=True, listener=recorder.listener)[1]
    else:
        report = getattr(service, {"import": "import_jobs"}.get(kind, kind))(
            listener=recorder.listener
        )
    store.finish(name, status, recorder.finish(report))
    return name


def texts(node) -> str:
    """Return all text in a tree."""
    if isinstance(node, Component):
        return texts(getattr(node, "children", None))
    if isinstance(node, list | tuple):
        return " ".join(map(texts, node))
    return "" if node is None else str(node)


# Tabs


@pytest.mark.parametrize("tab", ["export", "import", "workspace"])
def test_a_tab_without_an_operation_is_full_and_empty(feed, tab):
    answer, rows = feed.tab(tab, "", 0, OPERATOR)
    assert (answer["operation"], answer["kind"], answer["seq"], rows) == ("", "", 0, [])
    assert answer["isFull"]
    assert not answer["isActive"]
    assert answer["finished"]["operation"] == ""


def test_a_tab_gets_all_rows_first_and_then_those_that_moved(feed, store, workspace):
    for name in ("a", "b"):
        workspace.jobs.add(job(name))
    operation = carry_out(store, workspace, "export")
    answer, rows = feed.tab("export", "", 0, OPERATOR)
    assert (answer["operation"], answer["isFull"]) == (operation, True)
    assert [json.loads(row)["job"] for row in rows] == ["a", "b"]
    again, moved = feed.tab("export", operation, answer["seq"], OPERATOR)
    assert (again["isFull"], again["seq"], moved) == (False, answer["seq"], [])
    store.progress(operation, rows=[GridRow("1", "b")])
    _, moved = feed.tab("export", operation, answer["seq"], OPERATOR)
    assert [GridRow.from_json(json.loads(row)) for row in moved] == [GridRow("1", "b")]


def test_a_tab_that_shows_an_earlier_operation_gets_all_of_the_new_one(feed, store, workspace):
    workspace.jobs.add(job("a"))
    first = carry_out(store, workspace, "export")
    seq = feed.tab("export", "", 0, OPERATOR)[0]["seq"]
    second = carry_out(store, workspace, "export")
    answer, rows = feed.tab("export", first, seq + 99, OPERATOR)
    assert (answer["operation"], answer["isFull"], len(rows)) == (second, True, 1)


@pytest.mark.parametrize("since", [-1, 10**6])
def test_a_number_that_was_never_given_out_does_no_harm(feed, store, workspace, since):
    workspace.jobs.add(job("a"))
    operation = carry_out(store, workspace, "export")
    _, rows = feed.tab("export", operation, since, OPERATOR)
    assert len(rows) == (1 if since < 0 else 0)


def test_tabs_show_their_own_operations_only(feed, store, workspace):
    exported = carry_out(store, workspace, "export")
    validated = carry_out(store, workspace, "validate")
    assert feed.tab("export", "", 0, OPERATOR)[0]["operation"] == exported
    assert feed.tab("import", "", 0, OPERATOR)[0]["operation"] == validated
    assert feed.tab("workspace", "", 0, OPERATOR)[0]["operation"] == ""


def test_while_something_is_at_work_every_tab_says_so_and_starts_nothing(feed, store):
    begin(store, "export")
    for tab in ("export", "import"):
        answer, _ = feed.tab(tab, "", 0, OPERATOR)
        assert answer["isActive"]
        buttons = [ids.EXPORT_START] if tab == "export" else [ids.IMPORT_PULL, ids.IMPORT_VALIDATE]
        for button in buttons:
            assert answer["props"][button]["disabled"]
            assert "Export is running" in answer["props"][button]["title"]
    elsewhere = feed.tab("import", "", 0, OPERATOR)[0]["props"][ids.OPERATION_ELSEWHERE]
    assert not elsewhere["hidden"]
    assert "Export is running" in str(elsewhere["children"])
    assert feed.tab("export", "", 0, OPERATOR)[0]["props"][ids.OPERATION_ELSEWHERE]["hidden"]


def test_where_nothing_would_be_begun_the_page_says_so_at_every_button(store, workspace):
    why = "No worker is running."
    reader = WorkspaceReader(workspace.opened)
    page = PageSettings("DEV", user_header="")
    feed = Feed(store, "", reader, page, {"job-sync": "1"}, trouble=lambda: why)
    carry_out(store, workspace, "validate")
    for tab in ("export", "import"):
        answer, _ = feed.tab(tab, "", 0, OPERATOR)
        assert answer["props"][ids.STORE_NOTICE] == {"children": why, "hidden": False}
        buttons = [props for props in answer["props"].values() if "disabled" in props]
        assert buttons
        assert {props["title"] for props in buttons} == {why}
    assert set(answer["reasons"].values()) == {why}
    mappings, _ = feed.tab("mappings", "", 0, OPERATOR)
    assert set(mappings["mappings"]["reasons"].values()) == {why}


@pytest.mark.parametrize("tab", ["export", "import", "restore", "mappings", "history", "workspace"])
def test_while_the_store_is_away_the_banner_and_the_buttons_say_so(feed, tab):
    error = StateError("Redis does not answer.", fix="Nothing can be started until it does.")
    held = feed.held(tab, OPERATOR, error)
    assert held["message"] == "Redis does not answer. Nothing can be started until it does."
    # What it said before, such as that no worker is running, is not known now.
    assert held["props"][ids.STORE_NOTICE] == {"children": "", "hidden": True}
    buttons = [props for props in held["props"].values() if "disabled" in props]
    assert [props for props in buttons if not props["disabled"]] == []
    said = {*(props["title"] for props in buttons), *held["reasons"].values()}
    assert said | set(held["editing"].values()) <= {"Redis does not answer."}
    assert bool(held["reasons"]) == (tab in ("import", "restore"))


def test_who_may_only_look_gets_no_button(feed, store, workspace):
    carry_out(store, workspace, "validate")
    for tab in ("export", "import"):
        props = feed.tab(tab, "", 0, VIEWER)[0]["props"]
        states = {name: value["disabled"] for name, value in props.items() if "disabled" in value}
        assert states
        assert all(states.values())
    reasons = feed.tab("import", "", 0, VIEWER)[0]["reasons"]
    for button in (ids.IMPORT_START, ids.TAKE_START):
        assert "Only operators" in reasons[button]
    begin(store, "export")
    progress = feed.tab("export", "", 0, VIEWER)[0]["props"][ids.EXPORT_PROGRESS]["children"]
    assert "Cancel" not in texts(progress)


def test_a_validation_is_the_plan_until_something_overtakes_it(feed, store, workspace):
    assert feed.tab("import", "", 0, OPERATOR)[0]["plan"] == ""
    workspace.put_file("a.json", b'{"job_id": 1, "settings": {"name": "a"}}')
    validated = carry_out(store, workspace, "validate")
    answer, _ = feed.tab("import", "", 0, OPERATOR)
    assert answer["plan"] == validated
    assert answer["reasons"][ids.IMPORT_START] == ""
    carry_out(store, workspace, "pull")
    answer, _ = feed.tab("import", "", 0, OPERATOR)
    assert answer["plan"] == ""
    assert "pulled after the validation" in answer["reasons"][ids.IMPORT_START]
    carry_out(store, workspace, "validate", Status.FAILED)
    assert feed.tab("import", "", 0, OPERATOR)[0]["plan"] == ""


def test_the_workspace_tab_keeps_the_last_reading_while_a_new_one_is_at_work(feed, store):
    name = begin(store, "info")
    where = Whereabouts(principal="<b>me</b>", git=GitPlace(FOLDER))
    store.finish(name, Status.SUCCEEDED, Outcome(details=WorkspaceInformation(where)))
    begin(store, "info")
    answer, rows = feed.tab("workspace", "", 0, VIEWER)
    assert rows == []
    assert answer["isActive"]
    assert "<b>me</b>" in texts(answer["props"][ids.WORKSPACE_BODY]["children"])


def test_every_tab_learns_what_ended_last(feed, store, workspace):
    workspace.jobs.add(job("a"))
    operation = carry_out(store, workspace, "export")
    for tab in ("export", "import", "workspace"):
        finished = feed.tab(tab, "", 0, OPERATOR)[0]["finished"]
        assert finished["operation"] == operation
        assert finished["text"].startswith("Export finished. 1 created.")
    begin(store, "validate")
    assert feed.tab("export", "", 0, OPERATOR)[0]["finished"]["operation"] == ""


# The side panel


def test_a_row_is_shown_with_both_of_its_sides_and_no_secret(panels, store, workspace):
    tasks = [notebook_task("main", new_cluster=SECRET)]
    workspace.jobs.add(job("load", tasks=tasks))
    operation = carry_out(store, workspace, "export")
    answer = panels.row(operation, "0")
    assert answer["title"] == "load"
    assert answer["current"] == ""
    assert json.loads(answer["desired"])["name"] == "load"
    assert MASK in answer["desired"]
    assert "s3cret" not in json.dumps(answer, default=str)
    assert "Created" in texts(answer["body"])


@pytest.mark.parametrize("takes", [True, False])
def test_what_moved_here_can_be_taken_where_this_deployment_does_both(store, workspace, takes):
    workspace.put_file("a.json", definition_text(job("a", timeout_seconds=300), run_as=ME))
    workspace.service().import_jobs()
    live = workspace.jobs.named("a")
    workspace.jobs.reset_job(live.job_id, {**live.unpack_settings(), "timeout_seconds": 600})
    panels = Panels(store, WorkspaceReader(workspace.opened), takes=takes)
    answer = panels.row(carry_out(store, workspace, "validate"), "0")
    text = texts(answer["body"])
    assert "changed here" in text
    assert ("Take 1 field into Git" in text, "Copy as JSON" in text) == (takes, not takes)
    assert json.loads(answer["current"])["timeout_seconds"] == 600


def test_an_equal_row_has_the_same_text_on_both_sides(panels, store, workspace):
    workspace.jobs.add(job("load"))
    workspace.service().export()
    answer = panels.row(carry_out(store, workspace, "export"), "0")
    assert answer["current"] == answer["desired"] != ""


def test_a_row_lists_what_was_mapped_and_that_is_not_copied_unchanged(panels, store, workspace):
    workspace.put_file("load.json", definition_text(job("load", tags={"env": "dev", "b": "c"})))
    workspace.files.files["/m.json"] = b"{value_mappings: {tags: {env: 'prod'}}}"
    operation = begin(store, "validate")
    recorder = Recorder(store, operation, lambda: 0.0)
    service = workspace.service(mapping_path="/m.json")
    report = service.validate(listener=recorder.listener)[1]
    store.finish(operation, Status.SUCCEEDED, recorder.finish(report))
    assert store.row(operation, "0").mapped == 1
    answer = panels.row(operation, "0")
    shown = texts(answer["body"])
    assert "Mapped here (1)" in shown
    assert "Copied unchanged (2)" in shown
    assert json.loads(answer["desired"])["tags"]["env"] == "prod"


def test_a_row_without_a_report_is_shown_as_the_grid_has_it(panels, store):
    operation = begin(store, "export")
    row = GridRow("0", file="a.json", status=RowStatus.ERROR, message="No.")
    store.progress(operation, rows=[row])
    answer = panels.row(operation, "0")
    assert answer["title"] == "a.json"
    assert "No." in texts(answer["body"])
    assert (answer["current"], answer["desired"]) == ("", "")


@pytest.mark.parametrize("damaged", [b"", b"null", b"{", b"\xff", b"[]"])
def test_damaged_documents_leave_the_row_itself(panels, store, workspace, damaged):
    workspace.jobs.add(job("load"))
    operation = carry_out(store, workspace, "export")
    names = ("row/0", "current/0", "desired/0")
    store.put_documents(operation, dict.fromkeys(names, damaged))
    answer = panels.row(operation, "0")
    assert answer is not None
    assert answer["title"] == store.row(operation, "0").job
    assert (answer["current"], answer["desired"]) == ("", "")


@pytest.mark.parametrize("key", ["1", "", "-1", "../plan", "0/0", "\0", "名"])
def test_a_row_that_does_not_exist_is_none(panels, store, workspace, key):
    operation = carry_out(store, workspace, "validate")
    assert panels.row(operation, key) is None
    assert panels.row("unknown", "0") is None


def test_a_row_of_the_history_is_shown_without_sides(panels, workspace):
    name = entry_id("import", 0.0, "0" * 32)
    row = {"key": "4", "job": "<b>load</b>", "file": "", "status": "new", "message": "Done."}
    entry = HistoryEntry(name, "import", ANA, "Both", 0.0, 1.0, "completed")
    workspace.service().history().record(entry, [{"row": row}, {"row": {**row, "key": "5"}}])
    answer = panels.history_row(name, "4")
    assert answer["title"] == "<b>load</b>"
    assert "Done." in texts(answer["body"])
    assert answer.keys() == {"title", "body"}
    assert panels.history_row(name, "9") is None


def test_an_entry_of_an_unknown_kind_has_the_words_it_came_with(panels, workspace):
    name = entry_id("teleport", 0.0, "0" * 32)
    row = {"key": "0", "job": "load", "file": "", "status": "beamed", "message": ""}
    entry = HistoryEntry(name, "teleport", ANA, "Both", 0.0, 1.0, "completed")
    workspace.service().history().record(entry, [{"row": row, "report": {}}])
    assert "beamed" in texts(panels.history_row(name, "0")["body"])


@pytest.mark.parametrize("name", ["../x", ""])
def test_a_name_that_no_entry_has_is_not_asked_for(panels, name):
    assert panels.history_row(name, "0") is None


def test_an_entry_that_does_not_exist_is_a_problem(panels):
    answer = panels.history_row("20231114T221320Z-import-0123456789ab", "0")
    assert isinstance(answer, Reading)
    assert "not in the history" in answer.problem


def test_a_workspace_that_does_not_answer_is_an_error_and_no_empty_history(store):
    def connect():
        raise UnreachableError("No answer.")

    panels = Panels(store, WorkspaceReader(connect))
    answer = panels.history_row("20231114T221320Z-import-0123456789ab", "0")
    assert answer == Reading("No answer.")


def test_the_panel_marks_the_ids_that_were_known_when_the_row_was_made(panels, store, workspace):
    parameters = [{"name": "next", "default": "--job=987654321"}, {"name": "x", "default": "y"}]
    workspace.put_file("a.json", definition_text(job("a", parameters=parameters), run_as=ME))
    workspace.put_file("b.json", definition_text(job("b"), job_id=987654321, run_as=ME))
    service = workspace.service()
    name = begin(store, "validate")
    recorder = Recorder(store, name, lambda: 0.0)
    report = service.validate(details=True, not_mapped=False, listener=recorder.listener)[1]
    store.finish(name, Status.SUCCEEDED, recorder.finish(report))
    keys = {row.job: row.key for row in store.row_values(name)}
    shown = texts(panels.row(name, keys["a"])["body"])
    assert "parameter, id of job “b”" in shown
    assert "Copy y  parameter" in shown
    assert "Holds ids of the source workspace: parameters[next].default (job “b”)." in shown


# Where this is


def asked(feed, number: int = 0) -> dict:
    """Ask as a page does until its header is new; return the last answer."""
    while True:
        answer = feed.tab("export", "", 0, OPERATOR, Wanted(number, reads=True))[0]
        if answer["placeIsNew"]:
            return answer
        time.sleep(0.001)


def test_the_header_names_branch_and_commit_as_soon_as_they_are_known(feed):
    first = feed.tab("export", "", 0, OPERATOR, Wanted(reads=True))[0]
    assert first["isReading"]
    assert first["props"][ids.GIT_PLACE] == {"children": "Reading the workspace …"}
    props = asked(feed)["props"]
    assert texts(props[ids.GIT_PLACE]["children"]).strip() == "main · 1111111"
    assert props[ids.GIT_PLACE]["children"].title == FOLDER
    assert props[ids.EXPORT_PUSH] == props[ids.IMPORT_GIT_LINK]
    assert props[ids.EXPORT_PUSH]["href"].startswith("https://dev.example/")
    assert props[ids.WORKSPACE_PROBLEM]["hidden"]


def test_a_page_that_does_not_ask_has_nothing_read_for_it(feed):
    for _ in range(3):
        answer = feed.tab("export", "", 0, OPERATOR)[0]
        assert (answer["isReading"], ids.GIT_PLACE in answer["props"]) == (False, False)


def test_what_was_known_before_an_operation_ended_is_not_shown_after_it(feed, workspace):
    asked(feed)
    workspace.git.commit = "2" * 40
    answer = feed.tab("export", "", 0, OPERATOR, Wanted(3))[0]
    assert ids.GIT_PLACE not in answer["props"]
    props = asked(feed, 3)["props"]
    assert "2222222" in texts(props[ids.GIT_PLACE]["children"])


def test_a_folder_outside_of_git_is_no_link(feed, workspace):
    workspace.git.root = "/Workspace/elsewhere"
    props = asked(feed)["props"]
    assert props[ids.EXPORT_PUSH] == {"href": "", "hidden": True}
    assert "no Git folder" in texts(props[ids.GIT_PLACE]["children"])


def test_a_checkout_is_pulled_by_git_and_everything_else_works(store, workspace):
    reader = WorkspaceReader(workspace.opened)
    page = PageSettings("DEV", user_header="")
    for is_checkout in (False, True):
        feed = Feed(store, "", reader, page, {}, is_checkout=is_checkout)
        props = feed.tab("import", "", 0, OPERATOR)[0]["props"]
        assert props[ids.IMPORT_PULL]["disabled"] is is_checkout
        assert ("git pull" in props[ids.IMPORT_PULL]["title"]) is is_checkout
        assert not props[ids.IMPORT_VALIDATE]["disabled"]


def test_a_workspace_that_cannot_be_read_is_a_problem_until_it_can(store, workspace):
    failures = [UnreachableError("No answer.", fix="Check the network.")]

    def connect():
        if failures:
            raise failures[0]
        return workspace.opened()

    now = [0.0]
    reader = WorkspaceReader(connect, Readings(monotonic=lambda: now[0]))
    feed = Feed(store, "", reader, PageSettings("DEV", user_header=""), {})

    def look() -> dict:
        while True:
            answer = feed.tab("export", "", 0, OPERATOR, Wanted(reads=True))[0]
            if not answer["isReading"]:
                return answer
            time.sleep(0.001)

    answer = look()
    problem = answer["props"][ids.WORKSPACE_PROBLEM]
    assert problem["children"] == "Could not read the workspace. No answer. Check the network."
    assert not problem["hidden"]
    assert ids.GIT_PLACE not in answer["props"]
    assert not answer["placeIsNew"]  # the page asks again
    failures.clear()
    now[0] += 10
    answer = look()
    assert answer["placeIsNew"]
    assert answer["props"][ids.WORKSPACE_PROBLEM]["hidden"]
    assert "main" in texts(answer["props"][ids.GIT_PLACE]["children"])


def test_a_page_opened_after_an_operation_shows_what_was_known_before_it(feed, workspace):
    asked(feed)
    workspace.git.commit = "2" * 40
    first = feed.tab("export", "", 0, OPERATOR, Wanted(3, reads=True))[0]
    assert "1111111" in texts(first["props"][ids.GIT_PLACE]["children"])
    assert "2222222" in texts(asked(feed, 3)["props"][ids.GIT_PLACE]["children"])


def test_a_place_that_is_old_says_how_old():
    git = GitPlace(FOLDER, 1, "", "main", "1" * 40)
    assert texts(place_view(git, 100.0)).strip() == "main · 1111111"
    assert texts(place_view(git, 190.0)).strip() == "main · 1111111 (3 min 00 s ago)"


def test_a_lost_store_is_said_until_the_next_operation(feed, store):
    store.notice = lambda: "Lost."
    notice = feed.tab("export", "", 0, OPERATOR)[0]["props"][ids.STORE_NOTICE]
    assert notice == {"children": "Lost.", "hidden": False}


# The Mappings tab


def reading(store, **details) -> str:
    name = begin(store, "mappings")
    found = MappingsInformation("/m.json", "{}", exists=True, **details)
    store.finish(name, Status.SUCCEEDED, Outcome(details=found))
    return name


def of_mappings(feed, user=OPERATOR):
    return feed.tab("mappings", "", 0, user)[0]


def test_without_a_reading_the_tab_is_told_to_read(feed):
    found = of_mappings(feed)["mappings"]
    assert (found["reading"], found["isOld"], found["isReading"]) == ("", True, False)


def test_the_tab_knows_its_reading_and_the_validation_whose_names_it_maps(feed, store, workspace):
    validation, read = carry_out(store, workspace, "validate"), reading(store)
    found = of_mappings(feed)["mappings"]
    assert (found["reading"], found["validation"]) == (read, validation)
    assert not found["isOld"]
    assert set(found["reasons"].values()) == {""}


def test_a_save_makes_the_reading_old_and_says_whose_it_was(feed, store):
    reading(store)
    saved = begin(store, "save")
    store.finish(saved, Status.SUCCEEDED, Outcome())
    found = of_mappings(feed)["mappings"]
    assert (found["isOld"], found["written"], found["savedBy"]) == (True, saved, ANA)
    reading(store)
    found = of_mappings(feed)["mappings"]
    assert (found["isOld"], found["savedBy"]) == (False, ANA)


def test_a_reading_that_failed_is_told_with_its_reason(feed, store):
    name = begin(store, "mappings")
    store.finish(name, Status.FAILED, None, "The workspace does not answer.")
    answer = of_mappings(feed)
    assert answer["mappings"]["hasFailed"]
    assert "does not answer" in texts(answer["props"]["mappings-outcome"]["children"])


def test_a_test_is_shown_until_the_file_is_read_again(feed, store):
    reading(store)
    store.finish(begin(store, "test"), Status.SUCCEEDED, Outcome(details=MappingTest("v")))
    shown = of_mappings(feed)
    assert "Test of the mappings" in texts(shown["props"]["mappings-outcome"]["children"])
    assert shown["mappings"]["tested"] == "v"
    reading(store)
    assert texts(of_mappings(feed)["props"]["mappings-outcome"]["children"]) == ""


def test_a_save_is_shown_until_something_else_was_done(feed, store, workspace):
    store.finish(begin(store, "save"), Status.SUCCEEDED, Outcome())
    reading(store)
    shown = of_mappings(feed)["props"]["mappings-outcome"]["children"]
    assert "Save of the mappings finished" in texts(shown)
    carry_out(store, workspace, "validate")
    assert texts(of_mappings(feed)["props"]["mappings-outcome"]["children"]) == ""


def test_a_file_in_a_git_folder_leads_to_its_page(feed, store):
    in_git = replace(feed, host="https://dev.example")
    reading(store, folder_id=7, workspace_id="9")
    link = of_mappings(in_git)["props"][ids.MAPPINGS_GIT_LINK]
    assert link == {"href": "https://dev.example/browse/folders/7?o=9", "hidden": False}
    reading(store)
    assert of_mappings(in_git)["props"][ids.MAPPINGS_GIT_LINK]["hidden"]


def test_who_may_only_look_can_neither_test_nor_save(feed):
    reasons = of_mappings(feed, VIEWER)["mappings"]["reasons"]
    assert all("read-only" in reason for reason in reasons.values())


def test_a_row_knows_the_names_that_it_lacks(panels, store, workspace):
    name = begin(store, "validate")
    unmapped = tuple(
        UnmappedName("cluster", name, jobs, (), "s", "") for name, jobs in LACKING.items()
    )
    store.progress(name, rows=[GridRow("k", "load", "load.json", RowStatus.ERROR)])
    store.finish(name, Status.SUCCEEDED, Outcome(unmapped=unmapped))
    text = texts(panels.row(name, "k")["body"])
    assert "Map “mine”" in text
    assert "other" not in text


LACKING = {"mine": ("load", "x"), "other": ("x",)}


# Hidden values


def test_hidden_values_are_offered_to_who_may_change_something_and_only_where_there_are_any(
    store, workspace
):
    workspace.jobs.add(
        job("secret", job_clusters=[{"job_cluster_key": "c", "new_cluster": SECRET}])
    )
    workspace.jobs.add(job("plain"))
    operation = carry_out(store, workspace, "export")
    keys = {row.job: row.key for row in store.row_values(operation)}
    reader = WorkspaceReader(workspace.opened)
    offered = {
        (user and user.name, name)
        for user in (OPERATOR, VIEWER, None)
        for name, key in keys.items()
        if "data-reveal" in str(Panels(store, reader, lambda who=user: who).row(operation, key))
    }
    assert offered == {(ANA, "secret")}


def test_revealed_fields_and_sides_have_their_values(store, workspace):
    number = workspace.jobs.add(job("load", new={"password": "before"}))
    workspace.service().export()
    workspace.jobs.reset_job(number, job("load", new={"password": "after", "deep": 1}))
    operation = carry_out(store, workspace, "export")
    panels = Panels(store, WorkspaceReader(workspace.opened))
    shown = json.dumps(panels.row(operation, "0"), default=str)
    assert "before" not in shown
    assert "(hidden, differs)" in shown
    revealed = panels.revealed_row(operation, "0")
    assert "before" in revealed["current"]
    assert "after" in revealed["desired"]
    fields = texts(revealed["body"])
    assert "before" in fields
    assert "after" in fields
    assert "(hidden" not in fields
    assert panels.revealed_row("unknown", "0") is None
