"""Which groups people are in, as each request learns of it. Nothing here waits for a clock."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pytest

from core.calls import ShouldStop
from core.errors import StoppedError, SyncError, UnreachableError
from core.ports import Member
from web.board import DiskBoard, Note
from web.people.member_notes import MemberNotes, Noted
from web.people.members import STILL_GOOD_S, Answer, Freshness, Members

ANA, BO = "ana@dev.example", "bo@dev.example"
OPS = Member(is_active=True, groups=frozenset({"ops"}))
PATIENCE_S = 20


@dataclass
class Workspace:
    """Answers at once, unless a gate is closed."""

    people: dict[str, Member] = field(default_factory=lambda: {ANA: OPS})
    error: Exception | None = None
    asked: list[list[str]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def read(self, names: Collection[str], should_stop: ShouldStop) -> Mapping[str, Member]:
        assert not should_stop()
        self.asked.append(sorted(names))
        found = {name: self.people[name] for name in names if name in self.people}
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.error:
            raise self.error
        return found


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def members(workspace: Workspace, clock: Clock) -> Members:
    return Members(workspace.read, clock)


def in_thread(work: Callable[[], Answer]) -> tuple[threading.Thread, list[Answer]]:
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(work()), daemon=True)
    thread.start()
    return thread, answers


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_S * 200):
        if is_so():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never was so")


def test_nothing_is_asked_before_somebody_comes(workspace):
    Members(workspace.read)
    assert workspace.asked == []


def test_what_is_taken_away_is_gone_at_the_next_request(members, workspace):
    assert members.look(ANA) == Answer(OPS, is_known=True)
    workspace.people[ANA] = Member(is_active=True)
    assert members.look(ANA) == Answer(Member(is_active=True), is_known=True)
    del workspace.people[ANA]
    assert members.look(ANA) == Answer(None, is_known=True)
    assert workspace.asked == [[ANA]] * 3


def test_a_reading_that_was_begun_before_is_not_enough(members, workspace, clock):
    workspace.gate.clear()
    first, _ = in_thread(lambda: members.look(ANA))
    assert workspace.entered.wait(PATIENCE_S)
    workspace.people[ANA] = Member(is_active=True)
    clock.seconds += 1  # it has been taken away, and then somebody asks
    second, late = in_thread(lambda: members.look(ANA))
    wait_until(lambda: members._waiting == 2)
    workspace.gate.set()
    for thread in (first, second):
        thread.join(PATIENCE_S)
    assert late == [Answer(Member(is_active=True), is_known=True)]


def test_all_who_wait_share_the_next_reading(members, workspace, clock):
    workspace.people[BO] = OPS
    workspace.gate.clear()
    threads = [in_thread(lambda: members.look(ANA))[0]]
    assert workspace.entered.wait(PATIENCE_S)
    clock.seconds += 1
    threads += [in_thread(lambda name=name: members.look(name))[0] for name in (ANA, BO, ANA, BO)]
    wait_until(lambda: members._waiting == 5)
    workspace.gate.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert workspace.asked == [[ANA], [ANA, BO]]


def test_polls_are_read_one_by_one_until_they_are_many(members, workspace, clock):
    for _ in range(50):
        assert members.look(ANA, Freshness.POLL) == Answer(OPS, is_known=True)
    assert len(workspace.asked) <= 12
    clock.seconds += 1.5
    workspace.people[ANA] = Member(is_active=True)
    assert members.look(ANA, Freshness.POLL).member == Member(is_active=True)


def test_many_polls_are_one_reading_a_second(members, workspace, clock):
    for _ in range(600):
        clock.seconds += 0.1
        members.look(ANA, Freshness.POLL)
    assert 50 <= len(workspace.asked) <= 71


def test_a_click_is_read_anew_however_many_polls_there_are(members, workspace):
    for _ in range(50):
        members.look(ANA, Freshness.POLL)
    workspace.people[ANA] = Member(is_active=True)
    assert members.look(ANA).member == Member(is_active=True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnreachableError("No answer."), "No answer."),
        (StoppedError(), "The workspace does not answer."),
        (RuntimeError("token=secret"), "Something went wrong. See the app log."),
    ],
)
def test_what_was_known_is_good_for_a_minute(members, workspace, clock, error, said):
    members.look(ANA)
    workspace.error = error
    clock.seconds += STILL_GOOD_S
    assert members.look(ANA) == Answer(OPS, is_known=True, problem=said)
    clock.seconds += 0.1
    assert members.look(ANA) == Answer(None, is_known=False, problem=said)
    workspace.error = None
    assert members.look(ANA) == Answer(OPS, is_known=True)


def test_what_one_process_knows_is_good_for_all(workspace, clock, tmp_path):
    first, second = (Members(workspace.read, clock, DiskBoard(tmp_path)) for _ in range(2))
    first.look(ANA)
    first.look(BO)
    workspace.error = UnreachableError("No answer.")
    known = Answer(OPS, is_known=True, problem="No answer.")
    wait_until(lambda: second.look(ANA) == known)
    wait_until(lambda: second.look(BO) == Answer(None, is_known=True, problem="No answer."))
    clock.seconds += STILL_GOOD_S + 0.1
    assert second.look(ANA) == Answer(None, is_known=False, problem="No answer.")


def test_a_role_that_one_process_saw_taken_away_is_gone_for_all(workspace, clock, tmp_path):
    first, second = (Members(workspace.read, clock, DiskBoard(tmp_path)) for _ in range(2))
    second.look(ANA)
    first.look(ANA)
    clock.seconds += 1
    workspace.people[ANA] = Member(is_active=True)
    first.look(ANA)
    workspace.error = UnreachableError("No answer.")
    wait_until(lambda: second.look(ANA).member == Member(is_active=True))


@pytest.mark.parametrize("value", [None, 7, {}, {"exists": True, "groups": 7}, {"exists": "yes"}])
def test_a_note_that_cannot_be_used_lets_nobody_in(workspace, clock, tmp_path, value):
    board = DiskBoard(tmp_path)
    board.put(f"member {ANA}", Note(value, clock()))
    workspace.error = UnreachableError("No answer.")
    members = Members(workspace.read, clock, board)
    assert members.look(ANA) == Answer(None, is_known=False, problem="No answer.")


def test_an_older_reading_that_is_noted_later_replaces_no_newer_one(tmp_path):
    notes = MemberNotes(DiskBoard(tmp_path))
    notes.put(ANA, Noted(Member(is_active=True), 1001.0))
    notes.put(ANA, Noted(Member(is_active=True, groups=frozenset({"admins"})), 1000.0))
    assert notes.look(ANA) == Noted(Member(is_active=True), 1001.0)


def test_what_did_not_change_is_noted_now_and_then(workspace, clock, tmp_path):
    board = DiskBoard(tmp_path)
    members = Members(workspace.read, clock, board)
    for seconds, at in ((0, 1000.0), (5, 1000.0), (5, 1010.0)):
        clock.seconds += seconds
        members.look(ANA)
        wait_until(lambda at=at: board.look(f"member {ANA}").at == at)


def test_who_was_never_known_is_not(members, workspace):
    workspace.error = SyncError("No.")
    assert members.look(BO) == Answer(None, is_known=False, problem="No.")


def test_polls_do_not_wait_while_the_workspace_is_in_trouble(members, workspace, clock):
    members.look(ANA)
    workspace.error = SyncError("No.")
    assert members.look(ANA).problem == "No."
    clock.seconds += 2
    workspace.gate.clear()
    answers = [members.look(ANA, Freshness.POLL) for _ in range(100)]  # none of them waits
    assert {answer.problem for answer in answers} == {"No."}
    workspace.gate.set()


def test_few_requests_wait_for_a_workspace_that_is_silent(members, workspace, clock):
    workspace.gate.clear()
    threads = [in_thread(lambda: members.look(ANA))[0]]
    assert workspace.entered.wait(PATIENCE_S)
    clock.seconds += 4
    threads += [in_thread(lambda: members.look(ANA))[0] for _ in range(3)]
    wait_until(lambda: members._waiting == 4)
    assert members.look(BO) == Answer(problem="The workspace does not answer.")
    workspace.gate.set()
    for thread in threads:
        thread.join(PATIENCE_S)


def test_names_are_the_same_in_any_case(members, workspace):
    workspace.people["ANA@dev.example"] = OPS
    members.look("ANA@dev.example")
    workspace.error = SyncError("No.")
    assert members.look(ANA) == Answer(OPS, is_known=True, problem="No.")


def test_only_so_many_are_kept(workspace, clock):
    members = Members(workspace.read, clock)
    for number in range(1100):
        members.look(f"user{number}")
    assert len(members._kept) == 1000
