"""What was written into each job last, as the state folder keeps it."""

import gzip
import json
import random
from typing import Any

import pytest

from core.errors import InvalidJsonError, WorkspaceError
from core.json_text import Packed
from core.state.folder import StateFolder
from core.state.written import Stamp, Written, WrittenJob, parse_written, written_bytes
from tests.builders import job
from tests.fakes import FakeFiles

STATE = "/Workspace/Shared/.job-sync-state/abc"
STAMP = Stamp(1_700_000_000.5, "ana@prod.example", "import")
HOSTILE = 'x","settings":{}}\n{"version":1}\u2028\ud800"'


def entry(name: str, **fields: Any) -> WrittenJob:
    return WrittenJob(name, STAMP, Packed(job(name, **fields)))


def plain(written: Written) -> list[str]:
    return gzip.decompress(written_bytes(written)).decode().split("\n")


def packed(*lines: str) -> bytes:
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def test_what_is_kept_is_what_is_read() -> None:
    written = Written({7: entry("größe"), 2**62: entry(HOSTILE, tags={HOSTILE: HOSTILE})})
    assert parse_written(written_bytes(written)) == written
    assert written.jobs[7].find_settings() == job("größe")
    assert parse_written(written_bytes(Written())) == Written()


def test_each_job_is_one_line_of_json() -> None:
    _, line = plain(Written({7: entry("a")}))
    assert json.loads(line) == {
        "job_id": 7,
        "job_name": "a",
        "at": 1_700_000_000.5,
        "by": "ana@prod.example",
        "operation": "import",
        "settings": job("a"),
    }


def test_jobs_are_entered_and_dropped() -> None:
    written = Written({1: entry("a"), 2: entry("b")})
    assert written.with_jobs({2: entry("c")}).jobs[2].job_name == "c"
    assert set(written.without_jobs({1, 9}).jobs) == {2}
    assert written.without_jobs({9}) is written
    assert written.with_jobs({}) is written


GOOD = plain(Written({7: entry("a")}))[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not compressed",
        written_bytes(Written({7: entry("a")}))[:-9],
        packed(""),
        packed("[]"),
        packed('{"version":2}'),
        packed('{"version":true}'),
        packed(GOOD),
        packed('{"version":1}', ""),
        packed('{"version":1}', "[]"),
        packed('{"version":1}', GOOD[:-1] + "]"),
        packed('{"version":1}', GOOD.replace('"job_id":7', '"job_id":0')),
        packed('{"version":1}', GOOD.replace('"job_id":7', '"job_id":null')),
        packed('{"version":1}', GOOD.replace('"job_name":"a",', "", 1)),
        packed('{"version":1}', GOOD.replace("1700000000.5", "1e300")),
        packed('{"version":1}', GOOD.replace("1700000000.5", "-1")),
        packed('{"version":1}', GOOD.replace("1700000000.5", '"now"')),
        packed('{"version":1}', GOOD.replace('"by":"ana@prod.example"', '"by":1')),
        packed('{"version":1}', GOOD.replace('"job_id":7', '"job_id":7,"job_id":8')),
        gzip.compress("{“".encode(), mtime=0),
    ],
)
def test_a_damaged_file_is_not_an_empty_one(content: bytes) -> None:
    with pytest.raises(InvalidJsonError):
        parse_written(content)


@pytest.mark.parametrize(
    "settings", ["{", "[]", "null", "1e999", '{"a":1,"a":2}', '{"a":' * 200 + "1" + "}" * 200]
)
def test_settings_that_are_none_are_no_base(settings: str) -> None:
    line = GOOD.replace(Packed(job("a")).text(), settings)
    assert parse_written(packed('{"version":1}', line)).jobs[7].find_settings() is None


@pytest.mark.parametrize("bound", [{"most_bytes": 90_000}, {"most_plain_bytes": 150_000}])
def test_what_takes_too_much_leaves_out_the_largest(bound: dict[str, int]) -> None:
    dice = random.Random(1)
    jobs = {number: entry("a", tags={"x": dice.randbytes(1_200).hex()}) for number in range(1, 100)}
    jobs[100] = entry("small")
    content = written_bytes(Written(jobs), **bound)
    assert len(content) <= 90_000
    kept = parse_written(content).jobs
    assert 100 in kept
    assert 40 < len(kept) < 100


def test_an_announcement_is_kept_beside_what_was_written_and_ends_with_it() -> None:
    written = Written({7: entry("a")}, {7: entry("b"), 8: entry("c")})
    assert parse_written(written_bytes(written)) == written
    assert [one.job_name for one in written.find_candidates(7)] == ["b", "a"]
    assert written.find_candidates(9) == []
    done = written.with_jobs({7: entry("b")})
    assert (set(done.jobs), set(done.announced)) == ({7}, {8})
    gone = written.without_jobs({8})
    assert (set(gone.jobs), set(gone.announced)) == ({7}, {7})


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def state(files: FakeFiles) -> StateFolder:
    folder = StateFolder(files, STATE)
    folder.prepare()
    return folder


def test_the_folder_keeps_it(state: StateFolder) -> None:
    assert state.find_written() == Written()
    state.save_written(Written({7: entry("a")}))
    assert state.find_written() == Written({7: entry("a")})


def test_a_damaged_file_stops_nothing_and_says_so(files: FakeFiles, state: StateFolder) -> None:
    files.files[f"{STATE}/written.jsonl.gz"] = b"x"
    found = state.find_written()
    assert not found.jobs
    assert "unknown which jobs were changed here" in found.issues[0].message


def test_one_that_cannot_be_read_is_not_taken_for_none(
    files: FakeFiles, state: StateFolder
) -> None:
    files.unreadable[f"{STATE}/written.jsonl.gz"] = WorkspaceError("Slow.")
    with pytest.raises(WorkspaceError):
        state.find_written()
