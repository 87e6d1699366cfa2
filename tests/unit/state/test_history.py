"""The history of operations in the state folder."""

import base64
import gzip
import json
import random
import re
import tracemalloc
import zlib
from dataclasses import asdict, replace

import pytest

from core.errors import (
    InvalidJsonError,
    NotFoundError,
    PermissionDeniedError,
    StateError,
    WorkspaceError,
)
from core.operations.grid_row import GridRow, RecordedRow
from core.reporting.report import ReportRow
from core.state import history as history_module
from core.state.history import History, HistoryEntry, entry_id
from tests.fakes import FakeFiles

STATE = "/Workspace/Shared/.job-sync-state/abc"
FOLDER = f"{STATE}/history"
STARTED = 1_700_000_000.0
ENTRY = HistoryEntry(
    entry_id("import", STARTED, "0123456789abcdef"),
    kind="import",
    actor="ana@dev.example",
    mode="Both",
    started=STARTED,
    seconds=1.5,
    outcome="completed",
    counts={"new": 2},
    message="",
)
ROWS = [RecordedRow(GridRow("0", "<b>load</b>")).as_json()]


class Cache:
    """Keeps contents in memory, and counts what it was asked."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key):
        return self.kept.get(key)

    def put(self, key, content):
        self.kept[key] = content


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def history(files) -> History:
    return History(files, STATE, None, threads=2)


def entry_number(number: int) -> HistoryEntry:
    started = STARTED + number
    return replace(ENTRY, entry_id=entry_id("import", started, f"{number:016x}"), started=started)


def rows_of(history: History) -> list[RecordedRow]:
    return history.rows(ENTRY.entry_id, RecordedRow.from_json)


def put(files, name: str, content: bytes, suffix: str = ".json") -> None:
    files.make_folder(FOLDER)
    files.files[f"{FOLDER}/{name}{suffix}"] = content


# Names


def test_the_name_of_an_entry_sorts_by_time_and_tells_the_kind():
    assert ENTRY.entry_id == "20231114T221320Z-import-0123456789ab"


HOSTILE = [
    "",
    "..",
    "../x",
    "..%2Fx",
    f"../{ENTRY.entry_id}",
    f"{ENTRY.entry_id}/../../imported",
    f"{ENTRY.entry_id}\n",
    f"{ENTRY.entry_id}\0",
    ENTRY.entry_id.upper(),
    ENTRY.entry_id.replace("import", "im/port"),
    f"{ENTRY.entry_id}.json",
    "20231114T221320Z-import-" + "a" * 4000,
    "<script>",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_from_an_address_becomes_a_path(history, files, name):
    history.record(ENTRY, ROWS)
    files.unreadable = {path: WorkspaceError("was read") for path in files.files}
    for read in (history.entry, lambda name: history.rows(name, RecordedRow.from_json)):
        with pytest.raises(NotFoundError, match="not in the history"):
            read(name)


# Keeping and reading


def test_an_entry_is_read_as_it_was_kept(history):
    history.record(ENTRY, ROWS)
    assert history.entries() == (ENTRY,)
    assert history.entry(ENTRY.entry_id) == ENTRY
    assert rows_of(history) == [RecordedRow(GridRow("0", "<b>load</b>"))]


def test_a_workspace_without_a_history_has_none(history):
    assert history.entries() == ()
    with pytest.raises(NotFoundError, match="This operation is not in the history"):
        history.entry(ENTRY.entry_id)
    with pytest.raises(NotFoundError, match="This operation is not in the history"):
        rows_of(history)


def test_entries_come_newest_first(history):
    entries = [entry_number(number) for number in (2, 0, 1)]
    for entry in entries:
        history.record(entry, [])
    assert [entry.started - STARTED for entry in history.entries()] == [2, 1, 0]


def test_clicks_on_hidden_values_push_out_no_operation(history, files):
    history.record(ENTRY, ROWS)
    for number in range(1, 203):
        shown = entry_number(number)
        name = shown.entry_id.replace("-import-", "-reveal-")
        history.record(replace(shown, entry_id=name, kind="reveal"), [])
    entries = history.entries()
    assert (len(entries), entries[-1]) == (201, ENTRY)
    assert entries[0].kind == "reveal"


def test_the_oldest_entries_are_forgotten(history, files):
    put(files, "notes", b"somebody's own", ".txt")
    for number in range(203):
        history.record(entry_number(number), ROWS)
    assert len(history.entries()) == 200
    assert history.entries()[-1] == entry_number(3)
    assert len(files.files) == 2 * 200 + 1


@pytest.mark.parametrize("name", ["nul \0", "bad \ud800", "名" * 1300, "</script>"])
def test_hostile_names_survive(history, name):
    entry = replace(ENTRY, actor=name, message=name)
    kept = RecordedRow(GridRow("0", name), ReportRow(name, name, "new", message=name))
    history.record(entry, [kept.as_json()])
    assert history.entry(ENTRY.entry_id) == entry
    assert rows_of(history) == [kept]


@pytest.mark.slow
def test_rows_that_are_too_many_for_a_file_are_left_out(history, files):
    noise = base64.b85encode(random.Random(1).randbytes(8_600_000)).decode()
    history.record(ENTRY, [RecordedRow(GridRow("0", noise)).as_json()])
    assert rows_of(history) == []
    assert history.entry(ENTRY.entry_id) == ENTRY


def test_an_entry_that_cannot_be_written_is_an_error_that_says_so(history, files):
    files.read_only = PermissionDeniedError("No permission.", fix="Ask for it.")
    with pytest.raises(StateError, match=r"could not be added to the history. No permission. Ask"):
        history.record(ENTRY, ROWS)


def test_a_folder_that_cannot_be_listed_is_an_error(history, files):
    history.record(ENTRY, ROWS)
    files.unreadable[FOLDER] = PermissionDeniedError("No permission.")
    with pytest.raises(WorkspaceError, match="No permission"):
        history.entries()


# What cannot be used


def document(**changes: object) -> bytes:
    return json.dumps({**asdict(ENTRY), **changes}).encode()


BROKEN = [
    b"",
    b"{",
    b"\xff",
    b"[]",
    b"null",
    b"{}",
    document(unknown=1),
    document(counts=[1]),
    document(counts={"new": "2"}),
    document(kind=["import"]),
    document(started="yesterday"),
    document(seconds=None),
    document(message={"type": "Img"}),
    document(started=1e300),
]


@pytest.mark.parametrize("content", BROKEN)
def test_an_entry_that_cannot_be_used_says_so_and_hides_no_other(history, files, content):
    other = entry_number(1)
    history.record(other, [])
    put(files, ENTRY.entry_id, content)
    newest, broken = history.entries()
    assert newest == other
    assert (broken.entry_id, broken.kind, broken.outcome) == (
        ENTRY.entry_id,
        "import",
        "unreadable",
    )
    assert broken.started == STARTED
    assert "cannot be used" in broken.message
    with pytest.raises(StateError, match="left unchanged"):
        history.entry(ENTRY.entry_id)
    assert files.files[f"{FOLDER}/{ENTRY.entry_id}.json"] == content


def test_an_entry_that_cannot_be_read_now_says_why(history, files):
    history.record(ENTRY, ROWS)
    files.unreadable[f"{FOLDER}/{ENTRY.entry_id}.json"] = WorkspaceError("Out of order.")
    [entry] = history.entries()
    assert (entry.outcome, entry.message) == ("unreadable", "Out of order.")


def test_a_name_with_an_impossible_time_hides_no_other_entry(history, files):
    history.record(ENTRY, ROWS)
    put(files, "99999999T999999Z-import-0123456789ab", b"{")
    assert {entry.outcome for entry in history.entries()} == {"completed", "unreadable"}


@pytest.mark.parametrize("name", ["notes.json", "imported.json", f"{ENTRY.entry_id}x.json", "a.gz"])
def test_other_files_are_no_entries(history, files, name):
    put(files, name, b"{}", "")
    assert history.entries() == ()


def corrupt(content: bytes) -> bytes:
    """A gzip file whose header is right and whose content is not."""
    return content[:10] + b"\xff" * (len(content) - 10)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        gzip.compress(b"[]")[:-4],
        corrupt(gzip.compress(b"[1, 2, 3]")),
        gzip.compress(b"{"),
        gzip.compress(b"\xff"),
        gzip.compress(b"{}"),
        gzip.compress(b"[1]"),
        gzip.compress(b'[{"row": 1}]'),
        gzip.compress(b"[{}]"),
        gzip.compress(b"null"),
        gzip.compress(b"[" * 100_000),
        gzip.compress(b'[{"row": {"key": "0"}, "report": {}}]') + b"x",
        gzip.compress(b"[]") + gzip.compress(b"[]"),
        zlib.compress(b"[]"),
    ],
    ids=lambda _content: "rows",
)
def test_rows_that_cannot_be_used_say_so(history, files, content):
    history.record(ENTRY, ROWS)
    put(files, ENTRY.entry_id, content, ".rows.gz")
    with pytest.raises(StateError, match="cannot be used"):
        rows_of(history)


def test_rows_are_read_within_a_bound(history, files):
    """389 kB in the state folder became 847 MB in memory."""
    history.record(ENTRY, ROWS)
    put(files, ENTRY.entry_id, gzip.compress(bytes(400_000_000), 1), ".rows.gz")
    tracemalloc.start()
    with pytest.raises(StateError, match="cannot be used"):
        rows_of(history)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000_000


def test_rows_that_could_not_be_read_again_are_left_out(history, monkeypatch):
    monkeypatch.setattr(history_module, "_MOST_PLAIN_BYTES", 100)
    history.record(ENTRY, [{"row": {"key": "0", "message": "x" * 100}, "report": {}}])
    assert rows_of(history) == []


# The cache


def test_an_entry_never_changes_so_that_it_is_read_once(files):
    cache = Cache()
    history = History(files, STATE, cache, threads=2)
    history.record(ENTRY, ROWS)
    assert history.entries() == (ENTRY,)
    files.unreadable[f"{FOLDER}/{ENTRY.entry_id}.json"] = WorkspaceError("was read again")
    assert history.entries() == (ENTRY,)


def test_what_cannot_be_used_is_not_cached(files):
    cache = Cache()
    history = History(files, STATE, cache, threads=2)
    put(files, ENTRY.entry_id, b"{")
    history.entries()
    assert cache.kept == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unknown": 1}, "“unknown” is not a field of an entry of the history."),
        ({"kind": ["import"]}, "“kind” of an entry of the history should be a string."),
        ({"started": "now"}, "“started” of an entry of the history should be a number."),
        ({"seconds": -1}, "“seconds” of an entry of the history is not a time."),
        ({"counts": {"new": -1}}, "“counts” of an entry of the history should be an object of"),
    ],
)
def test_a_damaged_entry_is_refused_and_its_field_is_named(changes, message):
    with pytest.raises(InvalidJsonError, match=f"^{re.escape(message)}"):
        HistoryEntry.from_json(json.loads(document(**changes)))


def test_an_entry_without_what_it_needs_names_what_is_missing():
    kept = ENTRY.as_json()
    del kept["actor"]
    with pytest.raises(InvalidJsonError, match="“actor” is missing in an entry of the history"):
        HistoryEntry.from_json(kept)


def test_an_entry_of_another_version_keeps_its_own_words():
    entry = HistoryEntry.from_json({**ENTRY.as_json(), "kind": "teleport", "outcome": "beamed"})
    assert (entry.kind, entry.outcome) == ("teleport", "beamed")
    assert HistoryEntry.from_json(entry.as_json()) == entry


# Clocks


def test_the_order_is_that_of_the_workspace_s_clock_and_not_of_the_names():
    seconds = [1_700_000_000.0]
    files = FakeFiles(clock=lambda: seconds[0])
    history = History(files, STATE, None, threads=2)
    for started in (100, 90_000, 200):  # the second while the clock was a day ahead
        history.record(entry_number(started), [])
        seconds[0] += 60
    assert [entry.started - STARTED for entry in history.entries()] == [200, 90_000, 100]


def test_an_entry_of_the_future_is_forgotten_in_its_turn():
    seconds = [1_700_000_000.0]
    files = FakeFiles(clock=lambda: seconds[0])
    history = History(files, STATE, None, threads=2)
    history.record(entry_number(10_000_000), [])
    for number in range(200):
        seconds[0] += 60
        history.record(entry_number(number), [])
    kept = history.entries()
    assert len(kept) == 200
    assert max(entry.started for entry in kept) == STARTED + 199


def test_where_the_workspace_gives_no_times_the_names_order(files, history):
    files.modified_at = 0
    for number in (3, 1, 2):
        history.record(entry_number(number), [])
    assert [entry.started - STARTED for entry in history.entries()] == [3, 2, 1]
