"""The parts of what a module opens: its story begins with `opened`."""

from typing import Any

import pytest

from tests.pipelines.site import Site


@pytest.fixture(scope="module")
def site(opened: tuple[Site, Any]) -> Site:
    return opened[0]


@pytest.fixture(scope="module")
def runner(opened: tuple[Site, Any]) -> Any:
    """The runner of the module's provider."""
    return opened[1]
