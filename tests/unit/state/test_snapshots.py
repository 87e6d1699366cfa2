"""Snapshots: whole before anything is changed, proven when they are read, bounded in number."""

import json

import pytest

from core.errors import NotFoundError, PermissionDeniedError, StateError
from core.state.kept_jobs import PlannedCreate, make_snapshot_item
from core.state.ledger import ImportedJob
from core.state.seals import NO_SEALS, Proof, Seals
from core.state.snapshots import Retention, Snapshots, snapshot_name
from tests.builders import job
from tests.fakes import FakeFiles, FakeJobs

STATE = "/Workspace/Shared/.job-sync-state/abc"
NAME = "20261112T140200Z-import-0123abcd"
FOLDER = f"{STATE}/snapshots/{NAME}"
ABOUT = {
    "operation": "import",
    "principal": "sync@prod.example",
    "actor": "ana@prod.example",
    "at": "2026-11-12T14:02:00+00:00",
}
DENIED = PermissionDeniedError("No permission.", fix="Ask.")
KEY = "k" * 32


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def item() -> dict:
    jobs = FakeJobs()
    jobs.add(job("load", timeout_seconds=60), job_id=7)
    return make_snapshot_item(jobs.get_job(7), ImportedJob("load", 70, "load.json", at=5))


def snapshots(files: FakeFiles, key: str = "") -> Snapshots:
    return Snapshots(files, STATE, Seals([key]) if key else NO_SEALS)


def written(files: FakeFiles) -> dict[str, dict]:
    return {path.rpartition("/")[2]: json.loads(text) for path, text in files.files.items()}


def test_a_snapshot_is_read_as_it_was_written(files, item) -> None:
    kept = snapshots(files)
    creates = [PlannedCreate("new", 71, "new.json")]
    assert kept.write(NAME, ABOUT, [item], creates) == FOLDER
    kept.note_created(NAME, {8: "new"})
    found = kept.read(NAME)
    assert (found.head.operation, found.head.actor) == ("import", "ana@prod.example")
    assert found.head.creates == tuple(creates)
    assert found.created == {8: "new"}
    [load] = found.jobs
    assert load.as_live_job().unpack_settings() == job("load", timeout_seconds=60)
    assert load.entry == ImportedJob("load", 70, "load.json", at=5)
    assert found.head.written_ms > 0


def test_the_head_comes_last(files, item) -> None:
    order: list[str] = []
    files.before_write = order.append
    snapshots(files).write(NAME, ABOUT, [item])
    assert [path.rpartition("/")[2] for path in order] == [NAME, "part-0001.json", "head.json"]


def test_a_large_snapshot_is_split_and_nothing_is_lost(files) -> None:
    items = [
        {"job_id": number, "settings": {"name": "x" * 2_000_000}, "entry": None}
        for number in range(1, 6)
    ]
    snapshots(files).write(NAME, ABOUT, items)
    assert max(len(content) for content in files.files.values()) < 10_000_000
    assert [kept.job_id for kept in snapshots(files).read(NAME).jobs] == [1, 2, 3, 4, 5]
    assert len(files.files) == 4


def test_a_snapshot_that_cannot_be_kept_is_an_error(files, item) -> None:
    files.read_only = DENIED
    with pytest.raises(StateError, match=r"nothing was changed\. No permission\. Ask\."):
        snapshots(files).write(NAME, ABOUT, [item])


def test_a_snapshot_never_replaces_another(files, item) -> None:
    snapshots(files).write(NAME, ABOUT, [item])
    with pytest.raises(StateError, match="could not be saved"):
        snapshots(files).write(NAME, ABOUT, [])


def test_without_its_head_a_snapshot_is_incomplete(files, item) -> None:
    snapshots(files).write(NAME, ABOUT, [item])
    del files.files[f"{FOLDER}/head.json"]
    with pytest.raises(StateError, match=r"incomplete.*before anything was changed"):
        snapshots(files).read(NAME)


@pytest.mark.parametrize(
    "damage",
    [
        lambda files: files.files.pop(f"{FOLDER}/part-0001.json"),
        lambda files: replace(files, "part-0001.json", b"load", b"loot"),
        lambda files: replace(files, "head.json", b"sync@prod", b"eve@prod"),
        lambda files: replace(files, "head.json", b'"part-0001.json"', b'"../../../x.json"'),
        lambda files: replace(files, "head.json", b"{", b"["),
        lambda files: replace(files, "created.json", b'"8"', b'"9"'),
    ],
)
def test_a_snapshot_that_is_damaged_or_forged_is_refused(files, item, damage) -> None:
    kept = snapshots(files, KEY)
    kept.write(NAME, ABOUT, [item])
    kept.note_created(NAME, {8: "new"})
    damage(files)
    with pytest.raises(StateError, match="damaged, or was not written by this app"):
        kept.read(NAME)


def test_what_another_key_sealed_is_forged_and_a_former_key_still_counts(files, item) -> None:
    snapshots(files, KEY).write(NAME, ABOUT, [item])
    with pytest.raises(StateError, match="not this app's"):
        snapshots(files, "o" * 32).read(NAME)
    rotated = Snapshots(files, STATE, Seals(["n" * 32, KEY]))
    assert rotated.read(NAME).head.proof is Proof.PROVEN


def test_without_a_seal_nothing_is_proven(files, item) -> None:
    snapshots(files).write(NAME, ABOUT, [item])
    snapshots(files).note_created(NAME, {8: "new"})
    found = snapshots(files, KEY).read(NAME)
    assert found.head.proof is Proof.UNPROVEN
    assert found.created is None


def test_snapshots_of_version_1_can_still_be_read(files) -> None:
    files.make_folder(FOLDER)
    settings = {"name": "load"}
    part = {
        "version": 1,
        "operation": "remove",
        "principal": "sync@prod.example",
        "at": ABOUT["at"],
        "items": [
            {"job_id": 7, "creator_user_name": "a", "run_as_user_name": "b"}
            | {"settings": settings}
        ],
    }
    files.create(f"{FOLDER}/part-0001.json", json.dumps(part).encode())
    found = snapshots(files).read(NAME)
    assert (found.head.version, found.head.operation, found.created) == (1, "remove", None)
    [load] = found.jobs
    assert not load.knows_entry


@pytest.mark.parametrize("name", ["../history", "20261112T140200Z-import-..%2f", "", "x" * 300])
def test_only_our_names_become_paths(files, name) -> None:
    files.make_folder(f"{STATE}/snapshots")
    with pytest.raises(NotFoundError, match="no snapshot of this name"):
        snapshots(files).read(name)


def test_a_snapshot_that_is_gone_says_how_long_they_are_kept(files) -> None:
    with pytest.raises(NotFoundError, match="SNAPSHOT_DAYS"):
        snapshots(files).read(NAME)


def names_of(files: FakeFiles) -> list[str]:
    return snapshots(files).names()


def keep(files: FakeFiles, days: list[int]) -> list[str]:
    """Write a snapshot at the end of each of these days."""
    names = [snapshot_name("import", 1_790_000_000 + day * 86400.0, "abcdef01") for day in days]
    for name in names:
        snapshots(files).write(name, ABOUT, [], [PlannedCreate("new")])
    return names


def test_the_oldest_go_when_there_are_too_many(files) -> None:
    names = keep(files, list(range(14)))
    assert snapshots(files).prune(names[-1], Retention(kept=12)) == names[1::-1]
    assert names_of(files) == names[2:]
    assert not any(names[0] in path for path in files.files)


def test_those_that_are_too_old_go_but_the_newest_ten_stay(files) -> None:
    names = keep(files, [*range(12), 400])
    snapshots(files).prune(names[-1], Retention(kept=100, days=180))
    assert names_of(files) == names[3:]


def test_the_one_just_written_stays_whatever_the_clock_says(files) -> None:
    names = keep(files, [*range(100, 130), 0])
    snapshots(files).prune(names[-1], Retention(kept=10, days=1))
    assert names[-1] in names_of(files)
    assert len(names_of(files)) == 10


def replace(files: FakeFiles, name: str, old: bytes, new: bytes) -> None:
    path = f"{FOLDER}/{name}"
    assert old in files.files[path]
    files.files[path] = files.files[path].replace(old, new, 1)
