"""The ledgers of imported jobs and exported files."""

import json
from typing import Any

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
from core.state.seals import Proof, Seals

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
    ledger = ExportedLedger(
        {
            "sub/load.json": ExportedFile(BIG, "load"),
            "gone.json": ExportedFile(2, "gone", "ana@dev.example", removed=True),
        }
    )
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


def test_an_announced_job_is_ours_however_its_creator_is_spelled() -> None:
    assert 7 in settle_pending(PENDING, [live(7, "load")], "ME").jobs


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


SEALS = Seals(("k" * 32,))
OURS = ImportedLedger(
    {5: ImportedJob("a", 1, "a.json", 1_700_000_000, Proof.PROVEN)},
    (PendingCreate("b", 2, "b.json", Proof.PROVEN),),
    needs_proof=True,
)


def sealed() -> dict[str, Any]:
    return OURS.as_json(SEALS, "42")


def read(document: Any, workspace_id: str = "42") -> ImportedLedger:
    return parse_imported_ledger(document, SEALS, workspace_id)


def test_sealed_entries_come_back_as_proven():
    assert read(json.loads(json.dumps(sealed()))) == OURS


@pytest.mark.parametrize(
    "change",
    [
        {"job_name": "other"},
        {"source_job_id": 9},
        {"file_path": "other.json"},
        {"at": 1},
        {"seal": "0" * 64},
    ],
)
def test_a_changed_entry_is_forged_and_counts_for_nothing(change):
    document = sealed()
    document["jobs"]["5"] |= change
    document["pending"][0] |= change
    ledger = read(document)
    assert not ledger.jobs
    assert list(ledger.forged) == [5]
    if "at" not in change:
        assert not ledger.pending


def test_an_entry_copied_to_another_job_or_workspace_is_forged():
    copied = sealed()
    copied["jobs"] = {"6": copied["jobs"]["5"]}
    assert not read(copied).jobs
    assert not read(sealed(), "43").jobs


def test_an_entry_without_its_seal_is_not_proven():
    document = sealed()
    del document["jobs"]["5"]["seal"]
    ledger = read(document)
    assert ledger.jobs[5].proof is Proof.UNPROVEN
    assert not ledger.vouches_for(5)


def test_a_forged_entry_stays_what_it_is_until_the_job_is_entered_anew():
    document = sealed()
    document["jobs"]["5"]["job_name"] = "forged"
    again = read(read(document).as_json(SEALS, "42"))
    assert list(again.forged) == [5]
    entered = again.with_job(5, OURS.jobs[5])
    assert read(entered.as_json(SEALS, "42")).jobs == OURS.jobs


def test_whoever_lacks_the_key_leaves_seals_that_still_hold():
    document = sealed()
    without_key = parse_imported_ledger(document)
    assert read(without_key.as_json()).jobs == OURS.jobs
    moved = without_key.with_job(5, without_key.jobs[5].moved_to("elsewhere.json"))
    assert read(moved.as_json()).jobs[5].proof is Proof.UNPROVEN


@pytest.mark.parametrize("entry", [{"seal": 5}, {"at": "x"}, {"at": True}, {"seal": None}])
def test_a_seal_or_a_time_of_another_type_is_a_broken_ledger(entry):
    document = sealed()
    document["jobs"]["5"] |= entry
    with pytest.raises(StateError, match=r"The ledger imported\.json"):
        read(document)


def test_an_announcement_proves_the_job_that_came_of_it():
    live_jobs = [live(7, "b")]
    assert settle_pending(read(sealed()), live_jobs, "me").jobs[7].proof is Proof.PROVEN
    without = sealed()
    del without["pending"][0]["seal"]
    assert settle_pending(read(without), live_jobs, "me").jobs[7].proof is Proof.UNPROVEN
