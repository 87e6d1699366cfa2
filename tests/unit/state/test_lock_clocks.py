"""The lock between machines whose clocks differ: only the workspace's own times count."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace

import pytest

from core.errors import (
    LockedError,
    LockLostError,
    NotFoundError,
    PermissionDeniedError,
    WorkspaceError,
)
from core.ports import LiveJob
from core.state.lock import LEASE_S, Lease, acquire
from tests.builders import job
from tests.fakes import FakeFiles, FakeTime, FakeWorkspace

STATE = "/Workspace/Shared/state"
LOCK = f"{STATE}/lock-00000001.json"
NOON = 1_700_000_000.0
OFFSETS = [-86_400, -1200, 0, 1200, 86_400]


class Scene:
    """A workspace and the machines of an owner and of a contender, each with its own time."""

    def __init__(self, owner_s: float = 0, contender_s: float = 0) -> None:
        self.workspace = FakeTime(NOON)
        self.owner = FakeTime(NOON + owner_s, machine="machine-a")
        self.contender = FakeTime(NOON + contender_s, machine="machine-b")
        self.files = FakeFiles(clock=lambda: self.workspace.seconds)
        self.files.make_folder(STATE)

    def wait(self, seconds: float) -> None:
        for time in (self.workspace, self.owner, self.contender):
            time.wait(seconds)

    def own(self) -> Lease:
        return self.take(self.owner, "owner")

    def contend(self, token: str = "contender") -> Lease:
        return self.take(self.contender, token)

    def take(self, time: FakeTime, token: str) -> Lease:
        return acquire(self.files, STATE, time.owner(token=token), time.clock())

    def names(self) -> list[str]:
        return sorted(path.removeprefix(f"{STATE}/") for path in self.files.files)

    def changed_lock(self, **changes: object) -> None:
        """Change what the lock file holds; its time stays."""
        document = json.loads(self.files.files[LOCK])
        self.files.files[LOCK] = json.dumps({**document, **changes}).encode()


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def timeless() -> Scene:
    """A workspace that gives its files no times."""
    result = Scene()
    result.files.modified_at = 0
    return result


# How old a lock is


@pytest.mark.parametrize("contender_s", OFFSETS)
@pytest.mark.parametrize("owner_s", OFFSETS)
def test_a_live_lock_is_held_whatever_the_clocks_show(owner_s: float, contender_s: float) -> None:
    scene = Scene(owner_s, contender_s)
    lease = scene.own()
    for _ in range(20):
        scene.wait(100)
        lease.check()
        with pytest.raises(LockedError):
            scene.contend()
    assert scene.names() == ["lock-00000001.json"]


@pytest.mark.parametrize("contender_s", OFFSETS)
@pytest.mark.parametrize("owner_s", OFFSETS)
def test_a_dead_lock_expires_whatever_the_clocks_show(owner_s: float, contender_s: float) -> None:
    scene = Scene(owner_s, contender_s)
    scene.own()
    scene.wait(LEASE_S)
    with pytest.raises(LockedError):
        scene.contend()
    scene.wait(1)
    scene.contend()
    assert scene.names() == ["lock-00000002.json"]


@pytest.mark.parametrize("renewed", [0, NOON + 10 * 365 * 86_400, 1e300])
def test_what_the_owner_calls_its_last_renewal_decides_nothing(
    scene: Scene, renewed: float
) -> None:
    scene.own()
    scene.changed_lock(renewed=renewed)
    scene.wait(LEASE_S)
    with pytest.raises(LockedError):
        scene.contend()
    scene.wait(1)
    scene.contend()


@pytest.mark.parametrize("since", [NOON + 10 * 365 * 86_400, 1e18, 1e300, -1e300])
def test_a_start_that_no_calendar_has_is_told_without_a_date(scene: Scene, since: float) -> None:
    scene.own()
    scene.changed_lock(since=since)
    with pytest.raises(LockedError):
        scene.contend()


def test_the_message_names_the_file_and_says_what_to_do(scene: Scene) -> None:
    scene.own()
    with pytest.raises(LockedError) as refused:
        scene.contend()
    assert LOCK in refused.value.message
    assert refused.value.fix == (
        "Wait until it finishes. If its process died, the lock expires after 15 minutes."
    )


def test_the_message_names_the_file_also_when_its_owner_is_unknown(scene: Scene) -> None:
    scene.files.write(LOCK, b"")
    with pytest.raises(LockedError, match=LOCK):
        scene.contend()


def test_a_renewal_while_the_age_is_measured_counts(scene: Scene) -> None:
    lease = scene.own()
    scene.wait(LEASE_S - 1)
    status = scene.files.status

    def slow_status(path: str):
        result = status(path)
        if path != LOCK:  # the probe; its answer takes two seconds
            lease.check()
            scene.wait(2)
        return result

    scene.files.status = slow_status
    with pytest.raises(LockedError):
        scene.contend()


# The probe


def calls_of(files: FakeFiles) -> list[str]:
    """Record every call of the port from now on."""
    calls: list[str] = []
    for name in ("status", "list_folder", "read", "create", "write", "delete"):
        method = getattr(files, name)

        def recorded(path: str, *rest: bytes, _name: str = name, _method: Callable = method):
            calls.append(f"{_name} {path.rpartition('/')[2]}")
            return _method(path, *rest)

        setattr(files, name, recorded)
    return calls


def test_a_free_lock_is_taken_without_a_further_call(scene: Scene) -> None:
    calls = calls_of(scene.files)
    scene.own().release()
    assert calls == [
        "list_folder state",
        "create lock-00000001.json",
        "list_folder state",
        "write lock-00000001.json",
    ]
    calls.clear()
    scene.own()
    assert calls == [
        "list_folder state",
        "read lock-00000001.json",
        "create lock-00000002.json",
        "list_folder state",
        "delete lock-00000001.json",
    ]


def test_a_dead_owner_of_this_machine_is_replaced_without_a_probe(scene: Scene) -> None:
    scene.own()
    scene.contender.dead.add("owner")
    calls = calls_of(scene.files)
    scene.contend()
    assert not any("probe" in call for call in calls)


def test_a_probe_that_cannot_be_written_takes_over_nothing(scene: Scene) -> None:
    scene.own()
    scene.wait(LEASE_S + 1)
    scene.files.read_only = PermissionDeniedError("No permission to write here.")
    with pytest.raises(PermissionDeniedError, match="No permission"):
        scene.contend()
    scene.files.read_only = None
    assert scene.names() == ["lock-00000001.json"]


def test_a_probe_that_cannot_be_deleted_is_deleted_by_the_next_owner(scene: Scene) -> None:
    scene.own()
    delete = scene.files.delete

    def refusing(path: str) -> None:
        if "lock-probe-" in path:
            raise WorkspaceError("The workspace answered: no.")
        delete(path)

    scene.files.delete = refusing
    with pytest.raises(LockedError):
        scene.contend("a")
    assert scene.names() == ["lock-00000001.json", "lock-probe-a.json"]
    scene.wait(LEASE_S + 1)
    scene.contend("b")  # which cannot delete them either
    assert scene.names() == ["lock-00000002.json", "lock-probe-a.json", "lock-probe-b.json"]
    scene.contender.dead.add("b")
    scene.files.delete = delete
    scene.contend("c")
    assert scene.names() == ["lock-00000003.json"]


def test_a_probe_that_another_contender_tidied_away_means_busy(scene: Scene) -> None:
    scene.own()
    scene.wait(LEASE_S + 1)
    write = scene.files.write

    def overtaken(path: str, content: bytes) -> None:
        write(path, content)
        scene.files.write = write
        scene.take(FakeTime(NOON, machine="machine-c"), "faster")

    scene.files.write = overtaken
    with pytest.raises(LockedError):
        scene.contend()
    assert scene.names() == ["lock-00000002.json"]


# Workspaces without times, and times that cannot be


def test_without_times_a_lock_expires_when_one_machine_saw_it_unchanged(timeless: Scene) -> None:
    timeless.own()
    timeless.wait(10 * LEASE_S)
    for _ in range(2):
        with pytest.raises(LockedError):
            timeless.contend()
        timeless.wait(LEASE_S / 2)
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(1)
    timeless.contend()
    assert timeless.names() == ["lock-00000002.json"]


def test_without_times_a_renewed_lock_is_held(timeless: Scene) -> None:
    lease = timeless.own()
    for _ in range(20):
        timeless.wait(LEASE_S - 1)
        lease.check()
        with pytest.raises(LockedError):
            timeless.contend()


@pytest.mark.parametrize("contender_s", OFFSETS)
@pytest.mark.parametrize("owner_s", OFFSETS)
def test_without_times_a_live_lock_is_held_whatever_the_clocks_show(
    owner_s: float, contender_s: float
) -> None:
    scene = Scene(owner_s, contender_s)
    scene.files.modified_at = 0
    lease = scene.own()
    for _ in range(20):
        scene.wait(100)
        lease.check()
        with pytest.raises(LockedError):
            scene.contend()


@pytest.mark.parametrize("jumps_s", [LEASE_S + 1, -LEASE_S - 1])
def test_without_times_a_clock_that_was_set_proves_nothing(timeless: Scene, jumps_s: float) -> None:
    timeless.own()
    for _ in range(3):
        with pytest.raises(LockedError):
            timeless.contend()
        timeless.contender.jump(jumps_s)
    timeless.wait(LEASE_S / 2)
    with pytest.raises(LockedError):
        timeless.contend()


def test_without_times_a_restarted_machine_counts_anew(timeless: Scene) -> None:
    timeless.own()
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    timeless.contender = replace(timeless.contender, _stood_still_s=NOON)  # counts from its start
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    timeless.contend()


def test_without_times_no_machine_trusts_what_another_saw(timeless: Scene) -> None:
    timeless.own()
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    with pytest.raises(LockedError):
        timeless.take(FakeTime(NOON + 86_400, machine="machine-c"), "third")
    timeless.contend()
    assert timeless.names() == ["lock-00000002.json"]


@pytest.mark.parametrize(
    "seen", [b"", b"{", b"[]", b'{"lock": "x"}', b'{"lock": 1, "wall": "a"}', b"null"]
)
def test_a_damaged_note_of_what_was_seen_is_written_anew(timeless: Scene, seen: bytes) -> None:
    timeless.own()
    with pytest.raises(LockedError):
        timeless.contend()
    [note] = [path for path in timeless.files.files if "lock-seen-" in path]
    timeless.files.files[note] = seen
    timeless.wait(LEASE_S + 1)
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    timeless.contend()


def test_a_note_of_no_times_is_not_an_old_one(timeless: Scene) -> None:
    timeless.own()
    with pytest.raises(LockedError):
        timeless.contend()
    [note] = [path for path in timeless.files.files if "lock-seen-" in path]
    lock = json.loads(timeless.files.files[note])["lock"]
    truths = {"lock": lock, "wall": True, "monotonic": True}
    timeless.files.files[note] = json.dumps(truths).encode()
    with pytest.raises(LockedError):
        timeless.contend()


def test_without_times_a_damaged_lock_expires_too(timeless: Scene) -> None:
    timeless.files.write(LOCK, b"\xff")
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    timeless.contend()


def test_a_lock_file_from_the_future_blocks_no_longer_than_the_lease(scene: Scene) -> None:
    scene.own()
    scene.files.times[LOCK] += 10 * 365 * 86_400 * 1000
    with pytest.raises(LockedError):
        scene.contend()
    scene.wait(LEASE_S)
    with pytest.raises(LockedError):
        scene.contend()
    scene.wait(1)
    scene.contend()
    assert scene.names() == ["lock-00000002.json"]


def test_a_live_lock_file_from_the_future_is_held(scene: Scene) -> None:
    lease = scene.own()
    scene.files.times[LOCK] += 10 * 365 * 86_400 * 1000
    for _ in range(20):
        scene.wait(LEASE_S - 1)
        lease.check()
        with pytest.raises(LockedError):
            scene.contend()


# The owner


def sleep(scene: Scene, seconds: float) -> None:
    """Let the owner's machine sleep: its monotonic clock stands still."""
    scene.workspace.seconds += seconds
    scene.contender.seconds += seconds
    scene.owner.jump(seconds)


def test_an_owner_that_slept_past_its_lease_stops(scene: Scene) -> None:
    lease = scene.own()
    sleep(scene, LEASE_S + 1)
    scene.contend()
    with pytest.raises(LockLostError):
        lease.check()


def test_an_owner_that_slept_past_its_lease_stops_also_when_nobody_came(scene: Scene) -> None:
    lease = scene.own()
    sleep(scene, LEASE_S + 1)
    with pytest.raises(LockLostError, match=r"not renewed .* 15 minutes"):
        lease.check()
    scene.owner.jump(-LEASE_S)
    with pytest.raises(LockLostError):  # a clock set right afterwards brings nothing back
        lease.check()
    lease.release()
    scene.contend()


def test_an_owner_that_slept_shortly_asks_before_it_goes_on(scene: Scene) -> None:
    lease = scene.own()
    lease.check()
    scene.contender.dead.add("owner")
    scene.contend()
    sleep(scene, 6)
    with pytest.raises(LockLostError, match="took over"):
        lease.check()


@pytest.mark.parametrize("jump_s", [-3600, -1, 60, LEASE_S - 101])
def test_an_owner_whose_clock_is_set_goes_on_and_renews(scene: Scene, jump_s: float) -> None:
    lease = scene.own()
    scene.owner.jump(jump_s)
    for _ in range(20):
        scene.wait(100)
        lease.check()
        with pytest.raises(LockedError):
            scene.contend()


def test_an_owner_whose_clock_was_set_back_notices_its_own_stand_still(scene: Scene) -> None:
    lease = scene.own()
    scene.owner.jump(-86_400)
    scene.wait(LEASE_S + 1)
    scene.contend()
    with pytest.raises(LockLostError):
        lease.check()


def test_a_renewal_that_arrives_too_late_stops_the_owner(scene: Scene) -> None:
    lease = scene.own()
    scene.wait(LEASE_S - 1)

    def slow_write(_path: str) -> None:
        scene.files.before_write = lambda _path: None
        scene.wait(2)

    scene.files.before_write = slow_write
    with pytest.raises(LockLostError):
        lease.check()


def test_a_takeover_while_the_owner_renews_stops_it(scene: Scene) -> None:
    lease = scene.own()
    scene.wait(LEASE_S / 2)

    def overtaken(_path: str) -> None:
        scene.files.before_write = lambda _path: None
        scene.contender.dead.add("owner")  # for whatever reason somebody believes it
        scene.contend()

    scene.files.before_write = overtaken
    for _ in range(2):
        with pytest.raises(LockLostError, match="took over"):
            lease.check()


def test_a_renewal_that_failed_is_tried_again_at_the_next_check(scene: Scene) -> None:
    lease = scene.own()
    scene.wait(100)
    scene.files.read_only = WorkspaceError("Slow.")
    with pytest.raises(WorkspaceError, match="Slow"):
        lease.check()
    scene.files.read_only = None
    lease.check()
    assert json.loads(scene.files.files[LOCK])["renewed"] == scene.owner.seconds


def test_a_renewal_that_was_sent_long_ago_counts_from_then(scene: Scene) -> None:
    lease = scene.own()
    scene.wait(100)

    def slow_write(_path: str) -> None:
        scene.files.before_write = lambda _path: None
        scene.wait(500)

    scene.files.before_write = slow_write
    lease.check()
    scene.wait(401)
    with pytest.raises(LockLostError):
        lease.check()


def test_the_lock_file_holds_the_same_facts_as_before(scene: Scene) -> None:
    """Older versions of the app read it."""
    scene.own()
    assert json.loads(scene.files.files[LOCK]) == asdict(FakeTime(NOON).owner(token="owner"))


def test_a_lock_that_vanished_meanwhile_is_busy(scene: Scene) -> None:
    scene.own()
    status = scene.files.status

    def vanished(path: str):
        if path == LOCK:
            raise NotFoundError(f"Path ({path}) doesn't exist.")
        return status(path)

    scene.files.status = vanished
    with pytest.raises(LockedError):
        scene.contend()


@pytest.mark.parametrize("sleeps", [True, False])
def test_an_operation_that_reads_for_hours_keeps_its_lock(sleeps: bool) -> None:
    workspace = FakeWorkspace()
    for number in range(20):
        workspace.jobs.add(job(f"job {number}"))
    listed, other = workspace.jobs.list_jobs, workspace.service()
    move = workspace.time.jump if sleeps else workspace.time.wait

    def slowly() -> Iterator[LiveJob]:
        for one in listed():
            move(600)
            with pytest.raises(LockedError):
                other.export()
            yield one

    workspace.jobs.list_jobs = slowly
    assert workspace.service().export().status == "completed"


def test_a_lock_renewed_while_it_is_looked_at_is_held(timeless: Scene) -> None:
    timeless.own()
    with pytest.raises(LockedError):
        timeless.contend()
    timeless.wait(LEASE_S + 1)
    timeless.files.before_write = lambda _path: timeless.changed_lock(renewed=NOON + LEASE_S)
    with pytest.raises(LockedError):
        timeless.contend()


def test_a_lock_that_could_not_be_made_leaves_nothing(scene: Scene) -> None:
    scene.files.read_only = PermissionDeniedError("No permission to write here.")
    with pytest.raises(PermissionDeniedError):
        scene.own()
    assert scene.names() == []
