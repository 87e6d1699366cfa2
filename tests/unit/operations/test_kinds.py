"""What a kind of operation needs."""

import pytest

from core.operations.kinds import OperationKind, Request


@pytest.mark.parametrize("kind", [OperationKind.IMPORT, OperationKind.REMOVE])
@pytest.mark.parametrize("params", [{}, {"plan": "1"}, {"names": ["load"]}])
def test_a_selection_that_is_missing_does_not_become_everything(
    kind: OperationKind, params: dict[str, object]
) -> None:
    with pytest.raises(KeyError):
        Request.from_json(kind, params)
