"""Every side panel works after every other one."""

import pytest

from tests.e2e.panel_controls import Controls, Panel
from tests.e2e.panels.conftest import KINDS


@pytest.mark.parametrize("first", KINDS)
def test_every_two_panels(controls: Controls, panels: dict[str, Panel], first: str) -> None:
    for second in KINDS:
        controls.open(panels[first])
        controls.close()
        for key in reversed(controls.open(panels[second])):  # it is closed last
            if controls.reveal(key):
                controls.press(key)
        assert not controls.is_open
