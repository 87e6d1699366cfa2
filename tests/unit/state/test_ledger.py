"""The ledgers of imported jobs and exported files."""

import json

import pytest

from core.errors import StateError
from core.ports import LiveJob
from core.state.ledger import (
    ExportedFile,
    ExportedLedger,
    ImportedJob,
    ImportedLedger,
    PendingCreate,
    parse_exported_ledger,
    parse_imported_ledger,
    settle_pending,
)

BIG = 9_007_199_254_740_993


def live(job_id: int, name: str, creator: str = "me") -> LiveJob:
    return LiveJob.pack(job_id, {"name": name}, creator, creator, complete=False)


def test_the_imported_ledger_comes_back_as_it_was_written():
    ledger = ImportedLedger(
        {BIG: ImportedJob("load", 1, "etl/load.json"), 2: ImportedJob("by hand", None)},
        (PendingCreate("new", 3, "new.json"), PendingCreate("newer", None)),
    )
    assert parse_imported_ledger(json.loads(json.dumps(ledger.as_json()))) == ledger


def test_the_exported_ledger_comes_back_as_it_was_written():
    ledger = ExportedLedger({"sub/load.json": ExportedFile(BIG, "load")})
    assert parse_exported_ledger(json.loads(json.dumps(ledger.as_json()))) == ledger


def test_a_job_is_entered_and_taken_out_without_touching_the_ledger_itself():
    before = ImportedLedger({1: ImportedJob("a", 1)})
    after = before.with_job(2, ImportedJob("b", 2)).with_job(1, ImportedJob("a2", 1))
    assert after.jobs == {1: ImportedJob("a2", 1), 2: ImportedJob("b", 2)}
    assert after.without_jobs({1, 99}).jobs == {2: ImportedJob("b", 2)}
    assert before.jobs == {1: ImportedJob("a", 1)}


def test_a_ledger_of_a_version_without_paths_is_read_as_it_is():
    document = {
        "version": 1,
        "jobs": {"5": {"job_name": "a", "source_job_id": 1}},
        "pending": [{"job_name": "b", "source_job_id": None}],
    }
    ledger = ImportedLedger({5: ImportedJob("a", 1, "")}, (PendingCreate("b", None, ""),))
    assert parse_imported_ledger(document) == ledger


BROKEN = [
    None,
    [],
    "text",
    5,
    {},
    {"version": 2, "jobs": {}, "pending": [], "files": {}},
    {"version": 1},
    {"version": 1, "jobs": [], "pending": [], "files": []},
    {"version": 1, "jobs": {"x": {}}, "pending": [], "files": {"x": {}}},
    {"version": 1, "jobs": None, "pending": [], "files": None},
    {"version": True, "jobs": {}, "pending": [], "files": {}},
    {"version": 1.0, "jobs": {}, "pending": [], "files": {}},
    {"version": "1", "jobs": {}, "pending": [], "files": {}},
    {"version": None, "jobs": {}, "pending": [], "files": {}},
]
ENTRY = {"job_name": "a", "source_job_id": 1}
NO_IDS = [True, False, None, 1.0, 1e30, 2**63, 0, -1, "", "x", "1.0", "٣", [], {}]
"""What is no id of a job in this workspace."""


@pytest.mark.parametrize(
    "document",
    [
        *BROKEN,
        {"version": 1, "jobs": {"x": {"job_name": "a", "source_job_id": 1}}, "pending": []},
        {"version": 1, "jobs": {"1": {"job_name": "a", "source_job_id": "x"}}, "pending": []},
        {"version": 1, "jobs": {"1": {"job_name": "a"}}, "pending": []},
        {"version": 1, "jobs": {}, "pending": [{}]},
        {"version": 1, "jobs": {}},
        {"version": 1, "jobs": {}, "pending": None},
        {"version": 1, "jobs": {}, "pending": {}},
        {"version": 1, "jobs": {"1": None}, "pending": []},
        {"version": 1, "jobs": {"1": {**ENTRY, "job_name": None}}, "pending": []},
        {"version": 1, "jobs": {"1": {**ENTRY, "file_path": None}}, "pending": []},
        *(
            {"version": 1, "jobs": {"1": {**ENTRY, "source_job_id": value}}, "pending": []}
            for value in (True, 1.0, "1", [], {})
        ),
        *(
            {"version": 1, "jobs": {key: ENTRY}, "pending": []}
            for key in ("", "0", "-1", "05", "1.0", " 1", "1_0", "٣", "true", str(2**63))
        ),
    ],
)
def test_an_unreadable_ledger_of_imports_is_never_an_empty_one(document):
    with pytest.raises(StateError, match=r"imported\.json"):
        parse_imported_ledger(document)


@pytest.mark.parametrize(
    "document",
    [
        *BROKEN,
        {"version": 1, "files": {"a.json": None}},
        {"version": 1, "files": {"a.json": {"job_id": 1, "job_name": None}}},
        *(
            {"version": 1, "files": {"a.json": {"job_id": value, "job_name": "a"}}}
            for value in NO_IDS
        ),
    ],
)
def test_an_unreadable_ledger_of_exports_is_never_an_empty_one(document):
    with pytest.raises(StateError, match=r"exported\.json"):
        parse_exported_ledger(document)


def test_what_is_wrong_with_a_ledger_is_said():
    with pytest.raises(StateError, match="“version” of a ledger should be 1"):
        parse_imported_ledger({"version": True, "jobs": {}, "pending": []})


@pytest.mark.parametrize("source_id", [0, -5, 10**30])
def test_a_number_that_an_earlier_version_took_for_a_source_id_is_none(source_id):
    entry = {**ENTRY, "source_job_id": source_id}
    ledger = parse_imported_ledger({"version": 1, "jobs": {"1": entry}, "pending": []})
    assert ledger.jobs == {1: ImportedJob("a", None)}


LOAD = ImportedJob("load", 1, "load.json")
PENDING = ImportedLedger({5: ImportedJob("old", 5)}, (PendingCreate("load", 1, "load.json"),))


def test_an_announced_job_that_exists_is_entered():
    settled = settle_pending(PENDING, [live(7, "load"), live(8, "other")], "me")
    assert settled == ImportedLedger({5: ImportedJob("old", 5), 7: LOAD})


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        [live(7, "load", creator="ana")],
        [live(7, "Load")],
        [live(7, "load"), live(8, "load")],
        [live(5, "load")],
    ],
)
def test_an_announced_job_that_is_not_provably_ours_is_not_entered(jobs):
    assert settle_pending(PENDING, jobs, "me") == ImportedLedger({5: ImportedJob("old", 5)})
