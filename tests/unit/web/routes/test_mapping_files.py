"""What the scripts of the Mappings tab fetch."""

import pytest

from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState, MappingEntry
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.reporting.mapping_details import MappingsInformation
from tests.fakes import FakeOperationStore
from tests.unit.components.test_components import is_harmless, text_of
from web.routes.mapping_files import MappingFiles

ENTRY = MappingEntry("s", "a", "b", 300, "b", tuple(map(str, range(200))), EntryState.FINE, 3)


@pytest.fixture
def store() -> FakeOperationStore:
    return FakeOperationStore()


@pytest.fixture
def files(store: FakeOperationStore) -> MappingFiles:
    return MappingFiles(store)


def end(store: FakeOperationStore, kind: OperationKind, outcome: Outcome) -> Operation:
    operation = store.start(kind, {}, "ana")
    store.finish(operation.operation_id, Status.SUCCEEDED, outcome)
    return operation


def reading(store: FakeOperationStore) -> str:
    details = MappingsInformation("/m.json", "{}", exists=True, entries=(ENTRY,))
    return end(store, OperationKind.MAPPINGS, Outcome(details=details)).operation_id


def test_the_file_comes_without_the_names_of_jobs(store, files):
    found = files.file(reading(store))
    assert (found["path"], found["text"]) == ("/m.json", "{}")
    [entry] = found["entries"]
    assert (entry["name"], entry["jobs"], entry["line"]) == ("a", 300, 3)
    assert "job_names" not in entry


def test_who_may_only_look_gets_the_file_without_secrets(store, files):
    assert files.masked_file("x") is None
    assert files.masked_file(reading(store))["is_masked"] is False
    secret = MappingEntry("value_mappings.tags", "password", "x", 1, "hunter2")
    details = MappingsInformation("/m.json", "{password: 'hunter2'}", entries=(secret,))
    name = end(store, OperationKind.MAPPINGS, Outcome(details=details)).operation_id
    shown = files.masked_file(name)
    assert shown["is_masked"] is True
    assert "hunter2" not in str(shown)
    assert files.file(name)["text"] == "{password: 'hunter2'}"


def test_the_jobs_of_an_entry_are_a_panel_that_tells_how_many_are_left_out(store, files):
    panel = files.jobs(reading(store), 0)
    assert is_harmless(panel["body"])
    assert "… and 100 other jobs." in text_of(panel["body"])


def test_names_to_map_come_with_some_of_their_jobs(store, files):
    names = tuple(map(str, range(500)))
    unmapped = UnmappedName("cluster", "x", names, ("y",), "s", '"x": "y"')
    operation = end(store, OperationKind.VALIDATE, Outcome(unmapped=(unmapped,)))
    [found] = files.unmapped(operation.operation_id)
    assert (found["name"], found["candidates"], len(found["jobs"])) == ("x", ["y"], 200)


def test_what_is_gone_or_of_another_kind_is_not_found(store, files):
    assert files.file("x") is files.unmapped("x") is files.jobs("x", 0) is None
    operation = reading(store)
    assert files.unmapped(operation) is None
    assert files.jobs(operation, 1) is None
