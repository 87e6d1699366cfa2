"""One operation at a time per workspace."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import pytest

from core.errors import LockedError, LockLostError, PermissionDeniedError, SyncError
from core.ports import FileStatus
from core.state.lock import LEASE_S, Lease, Owner, acquire
from tests.fakes import FakeFiles, FakeTime

STATE = "/Workspace/Shared/state"


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def files(time: FakeTime) -> FakeFiles:
    result = FakeFiles(clock=lambda: time.seconds)
    result.make_folder(STATE)
    return result


def path(number: int) -> str:
    return f"{STATE}/lock-{number:08}.json"


def locks(files: FakeFiles) -> list[str]:
    return sorted(name.rpartition("/")[2] for name in files.files)


def take(files: FakeFiles, time: FakeTime, token: str = "t1") -> Lease:
    return acquire(files, STATE, time.owner(token=token), time.clock())


def put(files: FakeFiles, number: int, owner: Owner) -> None:
    files.files[path(number)] = json.dumps(asdict(owner)).encode()


def test_the_first_lock_has_number_one(files, time):
    take(files, time)
    assert locks(files) == ["lock-00000001.json"]


def test_a_second_contender_is_told_who_is_at_work(files, time):
    take(files, time)
    with pytest.raises(LockedError, match=r"import, started by sync@.* on host-a at 2023-11-14"):
        take(files, time, "t2")
    assert locks(files) == ["lock-00000001.json"]


def test_a_released_lock_is_followed_by_the_next_number(files, time):
    take(files, time).release()
    take(files, time, "t2")
    assert locks(files) == ["lock-00000002.json"]


def test_numbers_never_start_again(files, time):
    for round_ in range(5):
        take(files, time, f"t{round_}").release()
    assert locks(files) == ["lock-00000005.json"]


def test_a_dead_owner_on_this_host_is_replaced_at_once(files, time):
    take(files, time)
    time.dead.add("t1")
    take(files, time, "t2")
    assert locks(files) == ["lock-00000002.json"]


@pytest.mark.parametrize(("waited_s", "is_free"), [(LEASE_S, False), (LEASE_S + 1, True)])
def test_a_lease_that_has_ended_is_replaced(files, time, waited_s, is_free):
    take(files, time)
    time.seconds += waited_s
    if is_free:
        take(files, time, "t2")
    else:
        with pytest.raises(LockedError):
            take(files, time, "t2")


def test_an_owner_at_work_renews_its_lease(files, time):
    lease = take(files, time)
    for _ in range(20):
        time.seconds += LEASE_S / 10
        lease.check()
    with pytest.raises(LockedError):
        take(files, time, "t2")


def test_a_check_soon_after_another_asks_nobody(files, time):
    lease = take(files, time)
    time.seconds += 4
    files.folders.discard(STATE)
    lease.check()


def test_a_check_writes_only_when_the_lease_has_aged(files, time):
    lease = take(files, time)
    writes: list[str] = []
    files.before_write = writes.append
    time.seconds += 10
    lease.check()
    assert writes == []
    time.seconds += 60
    lease.check()
    assert writes == [path(1)]


def test_a_check_notices_a_takeover(files, time):
    lease = take(files, time)
    time.dead.add("t1")
    take(files, time, "t2")
    time.seconds += 6
    with pytest.raises(LockLostError, match="took over"):
        lease.check()


def test_a_check_notices_that_the_lock_file_is_gone(files, time):
    lease = take(files, time)
    files.files.clear()
    time.seconds += 6
    with pytest.raises(LockLostError):
        lease.check()


def test_an_owner_that_lost_the_lock_gives_back_nothing_of_the_new_owner(files, time):
    lease = take(files, time)
    time.dead.add("t1")
    take(files, time, "t2")
    lease.release()
    with pytest.raises(LockedError):
        take(files, time, "t3")


def test_other_files_of_the_folder_are_no_locks(files, time):
    for name in ("imported.json", "lock-1.json", "lock-00000009.json.bak", "x-lock-00000009.json"):
        files.files[f"{STATE}/{name}"] = b"{}"
    take(files, time)
    assert path(1) in files.files


@dataclass
class LosingFiles(FakeFiles):
    """Creates a file, loses the answer, and meets the file when it asks again."""

    def create(self, path: str, content: bytes) -> None:
        super().create(path, content)
        super().create(path, content)


def test_a_lock_made_by_a_create_without_an_answer_is_ours(time):
    files = LosingFiles()
    files.make_folder(STATE)
    take(files, time).release()


@dataclass
class RacingFiles(FakeFiles):
    """Lets others act just before a call: `before` maps a method to what happens first, once."""

    before: dict[str, list] = field(default_factory=dict)

    def _race(self, method: str) -> None:
        for act in self.before.pop(method, []):
            act()

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        result = super().list_folder(path)
        self._race("after list")
        return result

    def create(self, path: str, content: bytes) -> None:
        self._race("create")
        super().create(path, content)
        self._race("after create")


@pytest.fixture
def racing() -> RacingFiles:
    result = RacingFiles()
    result.make_folder(STATE)
    return result


@pytest.mark.parametrize("content", [None, b"", b"not json", b"[]", b"\xff", b'{"token": "t2"}'])
def test_of_two_creates_of_one_number_only_one_wins(racing, time, content):
    def other() -> None:
        put(racing, 1, time.owner(token="t2"))
        if content is not None:
            racing.files[path(1)] = content

    racing.before["create"] = [other]
    with pytest.raises(LockedError):
        take(racing, time)


def test_a_lower_number_that_is_made_again_steps_back(racing, time):
    put(racing, 3, replace(time.owner(token="old"), released=True))

    def two_others_come_and_go() -> None:
        take(racing, time, "b").release()  # number 4, which makes 3 go away
        take(racing, time, "c")  # number 5, which makes 4 go away

    racing.before["create"] = [two_others_come_and_go]
    with pytest.raises(LockedError):
        take(racing, time, "a")  # makes 4 again, and finds 5
    assert locks(racing) == ["lock-00000005.json"]


def test_a_lower_number_steps_back_even_when_the_higher_one_is_free_already(racing, time):
    put(racing, 3, replace(time.owner(token="old"), released=True))

    def two_others_come_and_go() -> None:
        take(racing, time, "b").release()
        take(racing, time, "c").release()

    racing.before["create"] = [two_others_come_and_go]
    with pytest.raises(LockedError):
        take(racing, time, "a")
    assert locks(racing) == ["lock-00000005.json"]


def test_a_lock_file_that_another_contender_tidied_away_means_busy(racing, time):
    put(racing, 3, replace(time.owner(token="old"), released=True))
    racing.before["after list"] = [lambda: take(racing, time, "b")]
    with pytest.raises(LockedError):
        take(racing, time, "a")
    assert locks(racing) == ["lock-00000004.json"]


def test_a_lock_file_that_vanishes_at_once_is_not_held(racing, time):
    racing.before["after create"] = [racing.files.clear]
    with pytest.raises(LockedError):
        take(racing, time)


DAMAGED = [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"token": "x"}', b'{"a": NaN}']
WRONG_TYPES = [
    {"renewed": "soon"},
    {"renewed": None},
    {"renewed": []},
    {"since": "yesterday", "renewed": 0},
    {"brand_new": 1},
    {"released": "false"},
    {"released": 1},
    {"released": None},
    {"token": None},
    {"pid": True},
    {"machine": None},
    {"renewed": True},
]


def damaged(time: FakeTime) -> list[bytes]:
    owner = asdict(time.owner(token="x"))
    return [*DAMAGED, *(json.dumps({**owner, **wrong}).encode() for wrong in WRONG_TYPES)]


@pytest.mark.parametrize("which", range(len(DAMAGED) + len(WRONG_TYPES)))
def test_a_young_damaged_lock_is_waited_for(files, time, which):
    files.write(path(4), damaged(time)[which])
    time.seconds += LEASE_S - 1
    with pytest.raises(LockedError, match="another operation"):
        take(files, time)


@pytest.mark.parametrize("which", range(len(DAMAGED) + len(WRONG_TYPES)))
def test_an_old_damaged_lock_is_replaced(files, time, which):
    files.write(path(4), damaged(time)[which])
    time.seconds += LEASE_S + 1
    take(files, time)
    assert locks(files) == ["lock-00000005.json"]


def test_the_owner_of_a_number_that_was_just_taken_is_named(racing, time):
    racing.before["create"] = [
        lambda: put(racing, 1, time.owner(token="t2", operation="export", principal="ana"))
    ]
    with pytest.raises(LockedError, match="export, started by ana"):
        take(racing, time)


@dataclass
class ThreadSafeFiles(FakeFiles):
    """Each call is atomic, as in the workspace."""

    mutex: threading.RLock = field(default_factory=threading.RLock)

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        with self.mutex:
            return super().list_folder(path)

    def status(self, path: str) -> FileStatus:
        with self.mutex:
            return super().status(path)

    def read(self, path: str) -> bytes:
        with self.mutex:
            return super().read(path)

    def create(self, path: str, content: bytes) -> None:
        with self.mutex:
            super().create(path, content)

    def write(self, path: str, content: bytes) -> None:
        with self.mutex:
            super().write(path, content)

    def delete(self, path: str) -> None:
        with self.mutex:
            super().delete(path)


def in_threads(work, count: int = 8) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("round_", range(10))
def test_of_eight_contenders_exactly_one_wins(time, round_):
    files = ThreadSafeFiles()
    files.make_folder(STATE)
    if round_ % 2:
        put(files, 3, replace(time.owner(token="old"), released=True))
    barrier = threading.Barrier(8)
    results: list[object] = []

    def contend(number: int) -> None:
        barrier.wait()
        try:
            results.append(take(files, time, f"t{number}"))
        except Exception as error:
            results.append(error)

    in_threads(contend)
    assert sum(isinstance(result, Lease) for result in results) == 1
    assert sum(isinstance(result, LockedError) for result in results) == 7


def test_eight_contenders_that_come_and_go_never_hold_it_together(time):
    files = ThreadSafeFiles()
    files.make_folder(STATE)
    holders: set[str] = set()
    together: list[set[str]] = []
    others: list[Exception] = []

    def contend(number: int) -> None:
        for turn in range(30):
            token = f"t{number}-{turn}"
            try:
                lease = take(files, time, token)
            except LockedError:
                continue
            except SyncError as error:
                others.append(error)
                continue
            holders.add(token)
            if len(holders) > 1:
                together.append(set(holders))
            holders.discard(token)
            lease.release()

    in_threads(contend)
    assert together == []
    assert others == []
    take(files, time, "last")


def test_a_lock_that_could_not_be_made_sure_of_is_released_again():
    files, time = FakeFiles(), FakeTime()
    files.make_folder("/Workspace/locks")
    listing, calls = files.list_folder, []

    def failing(path: str):
        calls.append(path)
        if len(calls) == 2:  # right after the create
            raise PermissionDeniedError("No.")
        return listing(path)

    files.list_folder = failing
    with pytest.raises(PermissionDeniedError):
        acquire(files, "/Workspace/locks", time.owner(token="a"), time.clock())
    assert acquire(files, "/Workspace/locks", time.owner(token="b"), time.clock())


def test_a_lock_that_cannot_even_be_released_is_left_to_its_lease():
    files, time = FakeFiles(), FakeTime()
    files.make_folder("/Workspace/locks")
    create = files.create

    def made_and_denied(path: str, content: bytes) -> None:
        create(path, content)
        files.read_only = PermissionDeniedError("No.")
        raise PermissionDeniedError("No.")

    files.create = made_and_denied
    with pytest.raises(PermissionDeniedError):
        acquire(files, "/Workspace/locks", time.owner(token="a"), time.clock())
    files.read_only, files.create = None, create
    with pytest.raises(LockedError):
        acquire(files, "/Workspace/locks", time.owner(token="b"), time.clock())
