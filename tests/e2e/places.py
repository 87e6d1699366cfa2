"""What the tests put into the workspaces, and how they start the page beside one."""

import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from core.json_text import JobSettings
from emulator.samples import MAPPING_FILE_PATH
from examples.page_server import RunningPage
from tests.builders import definition_text
from tests.emulated import Emulated

MAPPING = f"/Workspace{MAPPING_FILE_PATH}"
StartPage = Callable[..., AbstractContextManager[RunningPage]]

_EVERYBODY = """{
  // Jobs of anybody run as the administrator of this workspace.
  run_as_mappings: {default: {user_name: "%s"}},
}"""


def map_everybody(workspace: Emulated) -> None:
    """Write a mapping file that lets all jobs run as the administrator."""
    name = workspace.connect().ports.principals.current().name
    workspace.put(MAPPING, (_EVERYBODY % name).encode())


def define(workspace: Emulated, *definitions: JobSettings) -> None:
    """Write definitions into the Git folder as if they had been pulled."""
    for settings in definitions:
        number = zlib.crc32(settings["name"].encode())
        workspace.put(f"{settings['name']}.json", definition_text(settings, job_id=number))
