"""Every control of every side panel does its own thing, in every order of two."""

import itertools

import pytest

from tests.e2e.panel_controls import Controls, Panel
from tests.e2e.panels.conftest import KINDS


@pytest.mark.parametrize("name", [kind for kind in KINDS if kind != "markup"])  # as “changed”
def test_every_two_controls_of_a_panel(
    controls: Controls, panels: dict[str, Panel], name: str
) -> None:
    panel = panels[name]
    keys = controls.open(panel)
    for pair in itertools.product(keys, repeat=2):
        for key in pair:
            if not controls.is_open:
                assert controls.open(panel) == keys
            if controls.reveal(key):
                controls.press(key)
