"""What `make promote` shows."""

import pytest

from examples import promote


@pytest.mark.slow
def test_the_journey_ends_with_nothing_left_to_change(capsys) -> None:
    assert promote.main() == 0
    shown = capsys.readouterr().out
    assert shown.count("Nothing left to change.") == 2
    assert "DEV $ python cli.py export" in shown
    assert "PROD $ python cli.py import" in shown
    assert "remove: completed: 1 excluded, 1 removed" in shown
    assert "completed with errors" not in shown
