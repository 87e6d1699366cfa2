"""What a kind of operation needs, and what counts as done."""

import pytest

from core.operations.kinds import OperationKind, Request, carried_out


def test_an_import_counts_what_it_did_and_not_what_was_left() -> None:
    outcome = {
        "counts": {"new": 4, "unchanged": 7, "error": 1},
        "states": {"planned": {"new": 1}, "done": {"new": 3}, "failed": {"error": 1}, "": {}},
    }
    assert carried_out(OperationKind.IMPORT, outcome) == {"new": 3, "error": 1}
    assert carried_out(OperationKind.VALIDATE, outcome) == outcome["counts"]
    assert carried_out(OperationKind.REMOVE, {}) == {}


def test_an_export_counts_what_it_left_as_it_is() -> None:
    outcome = {"states": {"planned": {"new": 1}, "done": {"new": 2}, "": {"unchanged": 7}}}
    assert carried_out(OperationKind.EXPORT, outcome) == {"new": 2, "unchanged": 7}


@pytest.mark.parametrize("kind", [OperationKind.IMPORT, OperationKind.REMOVE])
@pytest.mark.parametrize("params", [{}, {"plan": "1"}, {"names": ["load"]}])
def test_a_selection_that_is_missing_does_not_become_everything(
    kind: OperationKind, params: dict[str, object]
) -> None:
    with pytest.raises(KeyError):
        Request.from_json(kind, params)
