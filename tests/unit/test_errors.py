"""What errors and issues say, and the tree of errors as the docstring draws it."""

import re
from collections.abc import Iterator

from core import errors
from core.errors import Issue

_LINE = re.compile(r"^(?P<indent> *)[*+-] (?P<name>\w+)  +(?P<what>\S.*)$", re.MULTILINE)


def subclasses(error: type[Exception], depth: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the depth and name of an error of this module and all below it, as defined."""
    yield depth, error.__name__
    for below in error.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from subclasses(below, depth + 1)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn = [(len(line["indent"]) // 2, line["name"]) for line in _LINE.finditer(errors.__doc__)]
    assert drawn == list(subclasses(errors.SyncError))


def test_every_error_belongs_to_the_tree() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    tree = {name for _, name in subclasses(errors.SyncError)}
    assert defined - tree == {"StoppedError"}  # nothing failed: it must not be taken for a failure


def test_an_issue_says_what_is_wrong_and_then_where() -> None:
    assert str(Issue("no such cluster", "tasks[0]")) == "no such cluster (tasks[0])"
    assert str(Issue("no such cluster")) == "no such cluster"
    assert str(Issue("broken\n  ^", "a.json")) == "broken (a.json)\n  ^"
