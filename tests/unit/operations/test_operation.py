"""How far an operation is, and who is at work."""

import pytest

from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind
from core.operations.operation import Operation, OperationRunningError, Status


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        (Status.QUEUED, True),
        (Status.RUNNING, True),
        (Status.CANCELLING, True),
        (Status.SUCCEEDED, False),
        (Status.FAILED, False),
        (Status.CANCELLED, False),
        (Status.INTERRUPTED, False),
    ],
)
def test_an_operation_is_active_until_it_has_ended(status, is_active):
    assert status.is_active is is_active


def test_everything_but_readings_excludes_others():
    readings = {OperationKind.INFO, OperationKind.MAPPINGS}
    assert set(OperationKind) - set(EXCLUSIVE_KINDS) == readings


def test_a_refusal_says_who_is_at_work_and_what_to_do():
    running = Operation("1", OperationKind.EXPORT, Status.RUNNING, "ana@dev.example", {}, 5.0)
    error = OperationRunningError(running, 7.0)
    assert (
        str(error)
        == "ana@dev.example is running “export” now. Wait until it finishes, or cancel it."
    )
    assert (error.operation, error.at) == (running, 7.0)
