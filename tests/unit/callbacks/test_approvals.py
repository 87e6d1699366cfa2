"""Four eyes: who may request, approve, decline and withdraw, and what is carried out then."""

import json

import pytest
from dash import no_update
from plotly.utils import PlotlyJSONEncoder

from callbacks.approvals import Approvals
from callbacks.operations import start
from core.operations.change_request import EXPIRE_S, MOST_OPEN, RequestState
from core.operations.kinds import KINDS, OperationKind
from core.operations.operation import PLAN, Status
from core.operations.outcome import Outcome
from core.settings import APPROVED_OPERATIONS, AppMode
from tests.fakes import FakeOperationStore, FakeTime
from web.people.identity import User
from web.roles import Role

ANA, BO = User("ana@dev.example", Role.OPERATOR), User("bo@dev.example", Role.OPERATOR)
VIEWER = User("cy@dev.example", Role.VIEWER)
UNSURE = User(BO.name, Role.OPERATOR, "The workspace does not answer.")
ENTRY = "20261112T140200Z-import-abcdef012345"
REVIEWED = {"load": "1", "report": "2", "gone": "3"}


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def store(time) -> FakeOperationStore:
    def now() -> float:
        time.seconds += 0.001
        return time.seconds

    return FakeOperationStore(now)


@pytest.fixture
def people() -> dict[str, User]:
    return {user.name: user for user in (ANA, BO, VIEWER)}


@pytest.fixture
def approvals(store, people, time) -> Approvals:
    return Approvals(store, AppMode.BOTH, people.__getitem__, lambda: time.seconds)


def ended(store, kind: str) -> str:
    name = store.start(OperationKind(kind), {"pause": "new_paused"}, ANA.name).operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome())
    return name


@pytest.fixture
def plan(store) -> str:
    name = ended(store, "validate")
    store.put_documents(name, {PLAN: json.dumps(REVIEWED).encode()})
    return name


def ask(approvals, plan, user=ANA, kind="import", names=("load", "report"), **extra):
    request = {"kind": kind, "plan": plan, "names": list(names), **extra}
    assert approvals.covers(request)
    return approvals.take(user, request)


def answer(approvals, decision, user=BO, request_id=None):
    asked = request_id or approvals.store.change_requests()[0].request_id
    request = {"decision": decision, "request": asked, "number": "1"}
    assert approvals.covers(request)
    return approvals.take(user, request)


def states(store) -> list[RequestState]:
    return [one.state for one in store.change_requests()]


def test_what_the_settings_name_is_what_the_kinds_say():
    covered = {kind.value for kind, traits in KINDS.items() if traits.needs_approval}
    assert covered == set(APPROVED_OPERATIONS)


@pytest.mark.parametrize("kind", ["export", "validate", "pull", "adopt", "save", "info"])
def test_anything_else_is_started_as_always(approvals, kind):
    assert not approvals.covers({"kind": kind})
    assert not approvals.covers({"kind": ["import"]})


def test_a_request_starts_nothing_and_an_approval_starts_it_as_it_was(approvals, store, plan):
    started, message, is_shown = ask(approvals, plan, ticked=["load", "other"])
    assert (started, is_shown) == (no_update, True)
    assert "Another operator must approve it" in message
    assert store.active() is None
    operation_id, *rest = answer(approvals, "approve")
    assert rest == [no_update, no_update]
    operation = store.get(operation_id)
    assert operation.kind is OperationKind.IMPORT
    assert (operation.actor, operation.approver) == (ANA.name, BO.name)
    assert operation.params == {
        "plan": plan,
        "pause": "new_paused",
        "names": ["load", "report"],
        "ticked": ["load"],
        "approver": BO.name,
    }
    assert states(store) == [RequestState.APPROVED]


def test_approving_twice_starts_once(approvals, store, plan):
    ask(approvals, plan)
    name, *_ = answer(approvals, "approve")
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome())
    again, message, _ = answer(approvals, "approve", User("di@dev.example", Role.OPERATOR))
    assert again is no_update
    assert "answered already" in message
    assert store.active() is None


@pytest.mark.parametrize("spelling", ["ana@dev.example", "ANA@dev.example", "Ana@Dev.Example"])
def test_nobody_approves_or_declines_their_own_request(approvals, store, plan, spelling):
    ask(approvals, plan)
    for decision in ("approve", "decline"):
        started, message, _ = answer(approvals, decision, User(spelling, Role.OPERATOR))
        assert started is no_update
        assert "another operator must approve it" in message
    assert states(store) == [RequestState.OPEN]
    assert answer(approvals, "withdraw", User(spelling, Role.OPERATOR))[1] == "Withdrawn."
    assert states(store) == [RequestState.WITHDRAWN]


@pytest.mark.parametrize("decision", ["approve", "decline", "withdraw"])
@pytest.mark.parametrize("user", [VIEWER, UNSURE, None], ids=["viewer", "unsure", "nobody"])
def test_only_who_may_change_answers(approvals, store, plan, decision, user):
    ask(approvals, plan)
    started, message, _ = answer(approvals, decision, user)
    assert started is no_update
    assert message == (user.refusal if user else VIEWER.refusal)
    assert states(store) == [RequestState.OPEN]
    assert store.active() is None


@pytest.mark.parametrize("user", [VIEWER, UNSURE, None], ids=["viewer", "unsure", "nobody"])
def test_only_who_may_change_requests(approvals, store, plan, user):
    ask(approvals, plan, user)
    assert store.change_requests() == []


@pytest.mark.parametrize(
    "requester", [User(ANA.name, Role.NONE), User(ANA.name, Role.OPERATOR, "No answer.")]
)
def test_who_requested_must_still_be_an_operator(approvals, store, plan, people, requester):
    ask(approvals, plan)
    people[ANA.name] = requester
    started, message, _ = answer(approvals, "approve")
    assert started is no_update
    assert message.startswith(ANA.name)
    assert store.active() is None
    assert answer(approvals, "decline")[1] == "Declined."


@pytest.mark.parametrize("overtaking", ["validate", "pull", "save"])
def test_what_comes_after_the_validation_makes_a_request_void(approvals, store, plan, overtaking):
    ask(approvals, plan)
    ended(store, overtaking)
    started, message, _ = answer(approvals, "approve")
    assert started is no_update
    assert message.startswith("This request is void. A newer validation exists.")
    assert store.active() is None
    assert "This request is void" in str(approvals.view(BO))
    assert "Approve" not in str(approvals.view(BO))
    assert answer(approvals, "decline")[1] == "Declined."


def test_a_request_expires_after_a_day(approvals, store, plan, time):
    ask(approvals, plan)
    request_id = store.change_requests()[0].request_id
    time.seconds += EXPIRE_S
    assert "answered already, or has expired" in answer(approvals, "approve", BO, request_id)[1]
    assert store.active() is None


def test_while_another_operation_is_running_a_request_stays_open(approvals, store, plan):
    ask(approvals, plan)
    store.start(OperationKind.EXPORT, {}, ANA.name)
    started, message, _ = answer(approvals, "approve")
    assert started is no_update
    assert "Not started" in str(message)
    assert states(store) == [RequestState.OPEN]


def test_a_removal_is_typed_by_who_requests_it(approvals, store, plan):
    _, message, _ = ask(approvals, plan, kind="remove", names=["gone"], typed="2")
    assert "type 1 to confirm" in message
    assert store.change_requests() == []
    ask(approvals, plan, kind="remove", names=["gone"], typed="1")
    name, *_ = answer(approvals, "approve")
    assert store.get(name).kind is OperationKind.REMOVE


def test_names_that_are_not_in_the_plan_cannot_be_requested(approvals, store, plan):
    ask(approvals, plan, names=["load", "other"])
    ask(approvals, "f" * 32)
    assert store.change_requests() == []


def test_the_same_request_is_one_and_only_so_many_are_open(approvals, store, plan):
    ask(approvals, plan)
    ask(approvals, plan)
    assert len(store.change_requests()) == 1
    for number in range(MOST_OPEN):
        person = User(f"user{number}", Role.OPERATOR)
        message = ask(approvals, plan, person)[1]
    assert f"{MOST_OPEN} requests are open" in message
    assert len(store.change_requests()) == MOST_OPEN


@pytest.mark.parametrize("decision", ["start", None, 3, ["approve"], {"approve": 1}])
def test_a_decision_that_is_none_decides_nothing(approvals, store, plan, decision):
    ask(approvals, plan)
    assert answer(approvals, decision)[0] is no_update
    assert states(store) == [RequestState.OPEN]


@pytest.mark.parametrize("request_id", ["f" * 32, "'; drop table x", ["a"], {"a": 1}, 3, "\ud800"])
def test_a_request_that_does_not_exist_is_refused(approvals, store, plan, request_id):
    ask(approvals, plan)
    assert "answered already" in answer(approvals, "approve", BO, request_id)[1]


def test_each_sees_what_they_can_do(approvals, plan):
    ask(approvals, plan, names=["load"])
    own, other = str(approvals.view(ANA)), str(approvals.view(BO))
    assert "Withdraw" in own
    assert "Approve" not in own
    assert "Withdraw" not in other
    for text in ("Approve", "Decline", ANA.name, "load", "Import"):
        assert text in other
    assert ANA.name not in str(approvals.view(VIEWER))
    answer(approvals, "decline")
    assert f"{BO.name} declined" in str(approvals.view(ANA))


def test_without_four_eyes_nothing_is_requested(store, plan):
    operation_id, *_ = start(
        store, AppMode.BOTH, ANA, {"kind": "import", "plan": plan, "names": ["load"]}
    )
    assert store.get(operation_id).approver == ""
    assert store.change_requests() == []


@pytest.mark.parametrize("user", [ANA, BO])
def test_the_preview_of_a_restore_can_be_looked_at_without_a_new_one(approvals, store, user):
    name = store.start(OperationKind.PLAN_RESTORE, {"entry": ENTRY}, ANA.name).operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome())
    store.put_documents(name, {PLAN: json.dumps(REVIEWED).encode()})
    ask(approvals, name, kind="restore", entry=ENTRY, names=["load"])
    assert f'"data-review": "{ENTRY}"' in json.dumps(approvals.view(user), cls=PlotlyJSONEncoder)
    newer = store.start(OperationKind.PLAN_RESTORE, {"entry": ENTRY}, BO.name).operation_id
    store.finish(newer, Status.SUCCEEDED, Outcome())
    void = json.dumps(approvals.view(user), cls=PlotlyJSONEncoder)
    assert "This request is void." in void
    assert "data-review" not in void


def test_an_import_is_reviewed_where_it_is_requested(approvals, plan):
    ask(approvals, plan)
    assert "data-review" not in json.dumps(approvals.view(BO), cls=PlotlyJSONEncoder)
