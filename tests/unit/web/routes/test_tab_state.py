"""What a tab shows, read once."""

from collections import Counter

import pytest

from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from tests.fakes import FakeOperationStore
from web.routes.tab_state import TAB_KINDS, read_tab


class Counting(FakeOperationStore):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: Counter[tuple] = Counter()

    def active(self):
        self.questions["active",] += 1
        return super().active()

    def latest(self, kinds, *, ended=False):
        self.questions["latest", tuple(kinds), ended] += 1
        return super().latest(kinds, ended=ended)


@pytest.fixture
def store() -> Counting:
    return Counting()


def end(store, kind: OperationKind, status: Status = Status.SUCCEEDED):
    name = store.start(kind, {}, "ana").operation_id
    store.claim(name)
    store.finish(name, status, Outcome())
    return store.get(name)


@pytest.mark.parametrize("tab", TAB_KINDS)
def test_nothing_is_asked_twice(store, tab):
    for kind in OperationKind:
        end(store, kind)
    store.start(OperationKind.INFO, {}, "ana")
    store.questions.clear()
    state = read_tab(store, tab, may_operate=True)
    assert (state.with_rows, state.elsewhere, state.finished) is not None
    assert set(store.questions.values()) == {1}
    assert store.questions.total() <= {"mappings": 7, "import": 6}.get(tab, 5)


def test_a_tab_without_operations_of_its_own_shows_none(store):
    end(store, OperationKind.EXPORT)
    state = read_tab(store, "history", may_operate=True)
    assert (state.shown, state.with_rows, state.is_active) == (None, None, False)
    assert state.finished.kind is OperationKind.EXPORT


def test_another_tab_s_operation_is_at_work_elsewhere(store):
    running = store.start(OperationKind.EXPORT, {}, "ana")
    assert read_tab(store, "export", may_operate=True).elsewhere is None
    state = read_tab(store, "import", may_operate=True)
    assert state.elsewhere == running
    assert (state.is_active, state.finished) == (True, None)


def test_an_operation_that_ended_before_it_had_rows_leaves_those_of_the_validation(store):
    validated = end(store, OperationKind.VALIDATE)
    end(store, OperationKind.IMPORT, Status.FAILED)
    assert read_tab(store, "import", may_operate=True).with_rows == validated


def test_the_last_reading_stays_while_a_new_one_is_at_work(store):
    read = end(store, OperationKind.INFO)
    failed = end(store, OperationKind.INFO, Status.FAILED)
    assert read_tab(store, "workspace", may_operate=True).reading == failed
    store.start(OperationKind.INFO, {}, "ana")
    assert read_tab(store, "workspace", may_operate=True).reading == read


ENTRY, OTHER = "20261112T140200Z-import-0123456789ab", "20261112T140300Z-remove-0123456789ab"


def of_entry(store, kind: OperationKind, entry: str, *, ends: bool = True):
    name = store.start(kind, {"entry": entry}, "ana").operation_id
    store.claim(name)
    if ends:
        store.finish(name, Status.SUCCEEDED, Outcome())
    return store.get(name)


def restored(store, entry: str):
    return read_tab(store, "restore", may_operate=True, entry=entry)


def test_the_page_of_restore_shows_the_operations_of_its_entry_alone(store):
    mine = of_entry(store, OperationKind.PLAN_RESTORE, ENTRY)
    assert (restored(store, ENTRY).shown, restored(store, ENTRY).now.validation) == (mine, mine)
    for entry in (OTHER, ""):
        state = restored(store, entry)
        assert (state.shown, state.with_rows, state.now.validation) == (None, None, None)


def test_the_restore_of_another_entry_is_running_elsewhere(store):
    running = of_entry(store, OperationKind.PLAN_RESTORE, ENTRY, ends=False)
    assert restored(store, ENTRY).elsewhere is None
    assert restored(store, OTHER).elsewhere == running
    assert read_tab(store, "history", may_operate=True).elsewhere == running


def test_a_restore_that_ended_before_it_had_rows_leaves_those_of_the_preview(store):
    previewed = of_entry(store, OperationKind.PLAN_RESTORE, ENTRY)
    name = store.start(OperationKind.RESTORE, {"entry": ENTRY}, "ana").operation_id
    store.claim(name)
    store.finish(name, Status.FAILED, Outcome())
    assert restored(store, ENTRY).with_rows == previewed
