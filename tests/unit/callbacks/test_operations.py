"""What a click may start. The browser's words are checked one by one."""

import json

import pytest
from dash import no_update

from callbacks.operations import cancel, start, start_operation
from core.errors import ModeError, PlanGoneError, SelectionError, StateError, SyncError
from core.mapping.text.file_version import MOST_TEXT_BYTES
from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind
from core.operations.operation import DRAFT, PLAN, OperationRunningError, Status
from core.operations.outcome import Outcome
from core.settings import AppMode
from tests.fakes import FakeOperationStore, FakeTime
from web.people.identity import User
from web.roles import Role

ANA, BO = User("ana@dev.example", Role.OPERATOR), User("bo@dev.example", Role.OPERATOR)
VIEWER = User("cy@dev.example", Role.VIEWER)
REVIEWED = {"load": "1", "report": "2", "gone": "3", "<b>x</b>": "4"}


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def store(time) -> FakeOperationStore:
    def now() -> float:
        time.seconds += 0.001
        return time.seconds

    return FakeOperationStore(now)


def ended(store, kind: str, status: Status = Status.SUCCEEDED, **params) -> str:
    name = store.start(OperationKind(kind), params, ANA.name).operation_id
    store.claim(name)
    store.finish(name, status, Outcome())
    return name


@pytest.fixture
def plan(store) -> str:
    name = ended(store, "validate", pause="new_paused")
    store.put_documents(name, {PLAN: json.dumps(REVIEWED).encode()})
    return name


def begin(store, request, user=ANA, mode=AppMode.BOTH):
    return store.get(start_operation(store, mode, user, request))


def nothing_started(store) -> bool:
    return store.active() is None


# Who may start what


@pytest.mark.parametrize("kind", ["preview", "export", "pull", "validate", "info"])
def test_an_operator_may_start_what_needs_no_plan(store, kind):
    operation = begin(store, {"kind": kind, "number": "1"})
    assert (operation.kind, operation.actor, operation.status) == (kind, ANA.name, Status.QUEUED)


@pytest.mark.parametrize("kind", sorted(EXCLUSIVE_KINDS))
@pytest.mark.parametrize("user", [VIEWER, None], ids=["viewer", "nobody"])
def test_nobody_else_starts_anything(store, plan, kind, user):
    request = {"kind": kind, "plan": plan, "names": ["load"], "typed": "1"}
    with pytest.raises(SyncError, match="Only operators"):
        start_operation(store, AppMode.BOTH, user, request)
    assert nothing_started(store)


def test_who_may_look_may_have_the_workspace_read(store):
    assert begin(store, {"kind": "info"}, VIEWER).actor == VIEWER.name
    with pytest.raises(SyncError, match="Only operators"):
        start_operation(store, AppMode.BOTH, None, {"kind": "info"})


@pytest.mark.parametrize(
    "kind", [None, "", "delete", "IMPORT", 7, True, ["import"], {"kind": "import"}, "import\0"]
)
def test_what_does_not_exist_is_not_started(store, kind):
    with pytest.raises(SyncError, match="Unknown operation"):
        start_operation(store, AppMode.BOTH, ANA, {"kind": kind})
    with pytest.raises(SyncError):
        start_operation(store, AppMode.BOTH, ANA, {})
    assert nothing_started(store)


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        (AppMode.EXPORT, ["pull", "validate", "import", "remove", "adopt"]),
        (AppMode.IMPORT, ["preview", "export"]),
    ],
)
def test_the_mode_decides_on_the_server(store, plan, mode, kinds):
    for kind in kinds:
        request = {"kind": kind, "plan": plan, "names": ["load"], "typed": "1"}
        with pytest.raises(ModeError, match=f"APP_MODE is {mode}"):
            start_operation(store, mode, ANA, request)
    assert nothing_started(store)
    assert begin(store, {"kind": "info"}, mode=mode).kind == "info"


# The text of the mapping file


@pytest.mark.parametrize("kind", ["test", "save"])
def test_a_text_is_kept_beside_the_operation_and_not_in_what_every_poll_reads(store, kind):
    version = "0123456789abcdef" * 2
    operation = begin(store, {"kind": kind, "text": "{ /* ü */ }", "version": version})
    assert operation.params == {"version": version}
    assert store.document(operation.operation_id, DRAFT) == "{ /* ü */ }".encode()


def test_a_text_that_cannot_be_kept_is_not_saved(store):
    store.put_documents = lambda *_: False
    version = "0123456789abcdef" * 2
    with pytest.raises(StateError, match=r"could not be kept.*Try again"):
        begin(store, {"kind": "save", "text": "{}", "version": version})
    assert store.active() is None


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "sent no text"),
        ({"text": None}, "sent no text"),
        ({"text": ["{}"]}, "sent no text"),
        ({"text": "{}\ud800"}, "Character 3 of the text cannot be saved"),
        ({"text": "ü" * (MOST_TEXT_BYTES // 2 + 1)}, "at most 2 MB"),
        ({"text": "{}", "version": None}, "sent no version"),
        ({"text": "{}", "version": "../etc"}, "sent no version"),
        ({"text": "{}", "version": "F" * 32}, "sent no version"),
        ({"text": "{}", "version": 7}, "sent no version"),
    ],
)
def test_what_is_no_text_or_no_version_is_refused(store, request_, message):
    for kind in ("test", "save"):
        with pytest.raises(SyncError, match=message):
            start_operation(store, AppMode.BOTH, ANA, {"kind": kind, **request_})
    assert nothing_started(store)


def test_a_file_that_does_not_exist_yet_has_no_version(store):
    assert begin(store, {"kind": "save", "text": "{}"}).params == {"version": ""}


def test_everybody_may_have_the_mapping_file_read(store):
    assert begin(store, {"kind": "mappings"}, VIEWER).actor == VIEWER.name


def test_after_a_save_the_validation_before_it_is_not_carried_out(store, plan):
    ended(store, "save", Status.FAILED)
    request = {"kind": "import", "plan": plan, "names": ["load"]}
    first = begin(store, request)
    store.claim(first.operation_id)
    store.finish(first.operation_id, Status.SUCCEEDED, Outcome())
    ended(store, "save")
    with pytest.raises(SyncError, match="A newer validation exists"):
        begin(store, request)


def test_a_test_leaves_the_validation_as_the_one_to_be_carried_out(store, plan):
    ended(store, "test")
    assert begin(store, {"kind": "import", "plan": plan, "names": ["load"]}).kind == "import"


# The plan and the selection


def test_an_import_gets_the_plan_the_names_and_the_plan_s_choice(store, plan):
    request = {"kind": "import", "plan": plan, "names": ["report", "load", "load"], "pause": "x"}
    operation = begin(store, {**request, "job_id": 7, "status": "new", "actor": "root"})
    assert operation.params == {
        "plan": plan,
        "names": ["load", "report"],
        "pause": "new_paused",
        "ticked": [],
    }
    assert operation.actor == ANA.name


@pytest.mark.parametrize("kind", ["import", "remove"])
@pytest.mark.parametrize(
    "forged", [None, "", "0" * 32, "../x", 7, True, [], {}, ["a"], "plan\0", "'--"]
)
def test_no_other_plan_is_carried_out(store, plan, kind, forged):
    request = {"kind": kind, "plan": forged, "names": ["load"], "typed": "1"}
    with pytest.raises(SyncError, match="A newer validation exists"):
        start_operation(store, AppMode.BOTH, ANA, request)
    assert nothing_started(store)


def test_without_a_validation_there_is_no_plan(store):
    for forged in ("", None, "x"):
        with pytest.raises(SyncError, match="A newer validation exists"):
            start_operation(
                store, AppMode.BOTH, ANA, {"kind": "import", "plan": forged, "names": ["a"]}
            )


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_a_plan_is_over_when_another_validation_came(store, plan, status):
    ended(store, "validate", status)
    with pytest.raises(SyncError, match="A newer validation exists"):
        start_operation(store, AppMode.BOTH, ANA, {"kind": "import", "plan": plan, "names": ["a"]})


def test_a_plan_is_over_when_git_was_pulled(store, plan):
    ended(store, "pull", Status.FAILED)
    assert begin(store, {"kind": "import", "plan": plan, "names": ["load"]})
    store.finish(store.active().operation_id, Status.SUCCEEDED, Outcome())
    ended(store, "pull")
    with pytest.raises(SyncError, match="A newer validation exists"):
        start_operation(
            store, AppMode.BOTH, ANA, {"kind": "import", "plan": plan, "names": ["load"]}
        )


def test_an_operation_of_another_kind_is_no_plan(store, plan):
    exported = ended(store, "export")
    with pytest.raises(SyncError, match="A newer validation exists"):
        start_operation(
            store, AppMode.BOTH, ANA, {"kind": "import", "plan": exported, "names": ["load"]}
        )


@pytest.mark.parametrize("names", [None, "load", {"load": 1}, [1], ["load", None], [["load"]], 7])
def test_a_selection_is_a_list_of_names(store, plan, names):
    with pytest.raises(SyncError, match="sent no selection"):
        start_operation(store, AppMode.BOTH, ANA, {"kind": "import", "plan": plan, "names": names})
    assert nothing_started(store)


def test_an_empty_selection_starts_nothing(store, plan):
    for kind in ("import", "remove"):
        request = {"kind": kind, "plan": plan, "names": [], "typed": "0"}
        with pytest.raises(SyncError, match="Nothing is selected"):
            start_operation(store, AppMode.BOTH, ANA, request)
    assert nothing_started(store)


@pytest.mark.parametrize("name", ["nobody", "", "LOAD", "load ", "x" * 4000, "bad \ud800", "\0"])
def test_a_name_that_was_not_reviewed_is_refused(store, plan, name):
    with pytest.raises(SelectionError):
        start_operation(
            store, AppMode.BOTH, ANA, {"kind": "import", "plan": plan, "names": ["load", name]}
        )
    assert nothing_started(store)


def test_a_plan_that_is_not_kept_any_more_has_no_names(store):
    name = ended(store, "validate")
    with pytest.raises(PlanGoneError):
        start_operation(
            store, AppMode.BOTH, ANA, {"kind": "import", "plan": name, "names": ["load"]}
        )


@pytest.mark.parametrize("typed", ["2", " 2 ", 2])
def test_a_removal_is_confirmed_by_its_number(store, plan, typed):
    request = {"kind": "remove", "plan": plan, "names": ["gone", "load"], "typed": typed}
    assert begin(store, request).params["names"] == ["gone", "load"]


@pytest.mark.parametrize("typed", ["1200", "1,200", " 1,200 "])
def test_a_number_is_typed_as_the_dialog_shows_it_or_without_its_comma(store, plan, typed):
    names = [f"job {number}" for number in range(1200)]
    store.put_documents(plan, {PLAN: json.dumps(dict.fromkeys(names, "1")).encode()})
    request = {"kind": "remove", "plan": plan, "names": names, "typed": typed}
    assert begin(store, request).params["names"] == sorted(names)


@pytest.mark.parametrize("typed", [None, "", "1", "3", "two", "02", "2.0", True, [2], "２"])
def test_any_other_number_removes_nothing(store, plan, typed):
    request = {"kind": "remove", "plan": plan, "names": ["gone", "load"], "typed": typed}
    with pytest.raises(SyncError, match="type 2 to confirm"):
        start_operation(store, AppMode.BOTH, ANA, request)
    assert nothing_started(store)


def test_a_name_sent_twice_counts_once(store, plan):
    request = {"kind": "remove", "plan": plan, "names": ["gone", "gone"], "typed": "2"}
    with pytest.raises(SyncError, match="type 1 to confirm"):
        start_operation(store, AppMode.BOTH, ANA, request)


# Fields that are taken into Git


def taking(plan, **fields):
    return {"kind": "take", "plan": plan, "names": ["load"], "fields": ["b", "a", "a"], **fields}


def test_taking_gets_the_fields_of_one_job(store, plan):
    params = begin(store, taking(plan)).params
    assert (params["names"], params["fields"]) == (["load"], ["a", "b"])


@pytest.mark.parametrize("fields", [None, "a", {"a": 1}, [1], ["a", None], [["a"]], 7])
def test_fields_are_a_list_of_paths(store, plan, fields):
    with pytest.raises(SyncError, match="sent no fields"):
        begin(store, taking(plan, fields=fields))
    assert nothing_started(store)


@pytest.mark.parametrize("request_", [{"fields": []}, {"names": ["load", "report"]}])
def test_without_a_field_or_with_several_jobs_nothing_is_taken(store, plan, request_):
    with pytest.raises(SyncError, match="fields of one job"):
        begin(store, taking(plan, **request_))
    assert nothing_started(store)


@pytest.mark.parametrize("mode", [AppMode.EXPORT, AppMode.IMPORT])
def test_only_a_deployment_for_both_takes_into_git(store, plan, mode):
    with pytest.raises(ModeError, match=f"APP_MODE is {mode}"):
        begin(store, taking(plan), mode=mode)
    assert nothing_started(store)


# Validations


@pytest.mark.parametrize(
    ("pause", "policy"),
    [
        (None, ""),
        ("", ""),
        ("mapping_file", ""),
        ("from_git", "from_git"),
        ("keep_target", "keep_target"),
        ("new_paused", "new_paused"),
    ],
)
def test_a_validation_follows_the_choice(store, pause, policy):
    operation = begin(store, {"kind": "validate", "pause": pause, "ask": True})
    assert operation.params == {"pause": policy, "ask_workspace": True}


def test_a_choice_that_does_not_exist_is_refused(store):
    with pytest.raises(SyncError, match="Unknown schedule policy"):
        start_operation(store, AppMode.BOTH, ANA, {"kind": "validate", "pause": "always"})
    assert nothing_started(store)


# What the click is told


def test_a_click_gets_the_id_and_no_message(store):
    operation_id, text, shows = start(store, AppMode.BOTH, ANA, {"kind": "export"})
    assert store.get(operation_id).kind == "export"
    assert (text, shows) == (no_update, no_update)


def test_a_refusal_is_a_message(store):
    assert start(store, AppMode.IMPORT, ANA, {"kind": "export"}) == (
        no_update,
        "Export is not available: APP_MODE is Import.",
        True,
    )


def test_somebody_else_s_operation_is_named(store):
    start(store, AppMode.BOTH, ANA, {"kind": "export"})
    for user in (BO, ANA):
        operation_id, text, shows = start(store, AppMode.BOTH, user, {"kind": "validate"})
        assert (operation_id, shows) == (no_update, True)
        assert "Export is running, started by ana@dev.example at " in str(text)


def test_a_double_click_is_no_message(store, time):
    start(store, AppMode.BOTH, ANA, {"kind": "export"})
    quiet = (no_update, no_update, no_update)
    assert start(store, AppMode.BOTH, ANA, {"kind": "export"}) == quiet
    assert start(store, AppMode.BOTH, BO, {"kind": "export"}) != quiet
    time.seconds += 3
    assert start(store, AppMode.BOTH, ANA, {"kind": "export"}) != quiet


def test_the_store_decides_who_is_first(store):
    start_operation(store, AppMode.BOTH, ANA, {"kind": "export"})
    with pytest.raises(OperationRunningError):
        start_operation(store, AppMode.BOTH, ANA, {"kind": "preview"})


# Cancelling


def test_an_operator_may_cancel_anybody_s_operation(store):
    name = start_operation(store, AppMode.BOTH, ANA, {"kind": "export"})
    store.claim(name)
    assert cancel(store, BO, name) == name
    operation = store.get(name)
    assert (operation.status, operation.cancel_reason) == (Status.CANCELLING, f"by {BO.name}")


@pytest.mark.parametrize("user", [VIEWER, None], ids=["viewer", "nobody"])
def test_nobody_else_cancels(store, user):
    name = start_operation(store, AppMode.BOTH, ANA, {"kind": "export"})
    cancel(store, user, name)
    assert store.get(name).status is Status.QUEUED


@pytest.mark.parametrize("name", ["", "unknown", "../x", "'--", "x" * 4000])
def test_cancelling_what_does_not_exist_does_no_harm(store, name):
    running = start_operation(store, AppMode.BOTH, ANA, {"kind": "export"})
    assert cancel(store, ANA, name) == name
    assert store.get(running).status is Status.QUEUED


def test_who_cannot_reach_the_store_learns_that_a_cancel_may_be_lost(store, monkeypatch) -> None:
    def fail(_operation_id: str, _reason: str) -> None:
        raise StateError("Redis does not answer.", fix="Check it.")

    monkeypatch.setattr(store, "request_cancel", fail)
    with pytest.raises(
        StateError, match=r"^It may not have been asked to stop\. Redis does not answer\. Try again"
    ):
        cancel(store, ANA, "0" * 32)


@pytest.mark.parametrize("pause", [["from_git"], {"a": 1}, 7])
def test_a_choice_of_another_type_is_refused(pause: object) -> None:
    request = {"kind": "validate", "pause": pause}
    with pytest.raises(SyncError, match="Unknown schedule policy"):
        start_operation(FakeOperationStore(), AppMode.BOTH, User("ana", Role.OPERATOR), request)
