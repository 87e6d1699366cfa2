"""A DEV and a PROD workspace that answer over HTTP and share one Git repository."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from emulator import start_environment
from tests.emulated import Emulated

Pair = tuple[Emulated, Emulated]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Pair]]:
    """Start further pairs of workspaces with options of their own."""
    with ExitStack() as stack:
        started: list[int] = []

        def start_pair(**arguments: Any) -> Pair:
            started.append(1)
            directory = tmp_path / f"environment-{len(started)}"
            environment = stack.enter_context(start_environment(directory, **arguments))
            return Emulated(environment["DEV"]), Emulated(environment["PROD"])

        yield start_pair


@pytest.fixture
def pair(start: Callable[..., Pair]) -> Pair:
    return start()


@pytest.fixture
def dev(pair: Pair) -> Emulated:
    return pair[0]


@pytest.fixture
def prod(pair: Pair) -> Emulated:
    return pair[1]
