"""What errors and issues say."""

from core.errors import Issue


def test_an_issue_is_told_behind_the_path_that_it_is_about() -> None:
    assert Issue("no such cluster", "tasks[0]").sentence() == "tasks[0]: no such cluster"
    assert Issue("no such cluster").sentence() == "no such cluster"
