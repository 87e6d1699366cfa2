"""A local Databricks workspace over HTTP, for trying things out and for tests.

The unmodified databricks-sdk talks to it. `python -m emulator` starts a DEV and a PROD workspace.
"""

from emulator.environment import Environment, RunningWorkspace, start_environment
from emulator.errors import EmulatorError
from emulator.options import WorkspaceOptions
from emulator.seeds import SeedDocument

__all__ = [
    "EmulatorError",
    "Environment",
    "RunningWorkspace",
    "SeedDocument",
    "WorkspaceOptions",
    "start_environment",
]
