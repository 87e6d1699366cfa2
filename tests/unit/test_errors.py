"""What errors and issues say."""

from core.errors import Issue


def test_an_issue_is_told_behind_the_path_that_it_is_about() -> None:
    assert str(Issue("no such cluster", "tasks[0]")) == "tasks[0]: no such cluster"
    assert str(Issue("no such cluster")) == "no such cluster"
