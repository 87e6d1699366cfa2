"""Every kind of operation has all that the page needs of it: whatever is forgotten fails here."""

import pytest

from components import ids
from components.tabs import TABS, tabs_of
from components.words import WORDS
from core.operations.kinds import KINDS, OperationKind
from core.settings import AppMode


def test_every_kind_of_operation_has_its_row_its_words_and_its_button() -> None:
    for table in (KINDS, WORDS, ids.OPERATION_BUTTONS):
        assert set(table) == set(OperationKind)


def test_no_button_starts_two_kinds_of_operation() -> None:
    assert len(set(ids.OPERATION_BUTTONS.values())) == len(OperationKind)


@pytest.mark.parametrize("kind", OperationKind)
def test_a_kind_of_operation_is_shown_wherever_it_may_be_started(kind: OperationKind) -> None:
    [tab] = [tab for tab in TABS if tab.name == KINDS[kind].tab]
    modes = [mode for mode in AppMode if mode.allows(KINDS[kind].mode)]
    assert all(mode.allows(tab.mode) for mode in modes)


def test_a_deployment_shows_the_tabs_of_its_mode() -> None:
    assert tabs_of(AppMode.EXPORT) == ("export", "mappings", "history", "workspace")
    assert tabs_of(AppMode.IMPORT) == ("import", "mappings", "history", "restore", "workspace")
    both = ("export", "import", "mappings", "history", "restore", "workspace")
    assert tabs_of(AppMode.BOTH) == both


def test_what_is_selected_or_counted_comes_from_a_plan() -> None:
    for kind, traits in KINDS.items():
        if traits.needs_names or traits.needs_whole_plan:
            assert traits.needs_plan, kind
        if traits.needs_fields:
            assert traits.needs_names, kind
        if traits.needs_number:
            assert traits.needs_names, kind
