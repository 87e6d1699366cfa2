"""How soon the command line answers without a workspace.

Run `python -m bench.startup [TIMES] [--write]`.

Help, wrong usage and a wrong configuration, each a process of its own: the median, beside an
interpreter that does nothing, and beside one that loads the SDK, as every other command does.
"""

import os
import statistics
import subprocess
import sys
import time

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import ROOT

TIMES = 9
_CLI = [sys.executable, str(ROOT / "cli.py")]
_FOLDER = {"WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs"}
_CASES: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("python -c pass", [sys.executable, "-c", "pass"], {}),
    ("python -c 'import databricks.sdk'", [sys.executable, "-c", "import databricks.sdk"], {}),
    ("cli.py --help", [*_CLI, "--help"], {}),
    ("cli.py validate --help", [*_CLI, "validate", "--help"], {}),
    ("cli.py deploy", [*_CLI, "deploy"], {}),
    ("cli.py export --force", [*_CLI, "export", "--force"], {}),
    ("cli.py info", [*_CLI, "info"], {}),
    ("APP_MODE=Sideways cli.py info", [*_CLI, "info"], {**_FOLDER, "APP_MODE": "Sideways"}),
    ("WORKSPACE_GIT_FOLDER_PATH=… cli.py info", [*_CLI, "info"], _FOLDER),
)


def main() -> int:
    """Print one row for each command."""
    options = read_options(__doc__)
    [times] = options.numbers or (TIMES,)
    with Sheet(
        "startup",
        ("command", "seconds"),
        note=f"The median of {times}.",
        packages=("databricks-sdk",),
        document=document_of(options),
    ) as sheet:
        for name, command, variables in _CASES:
            seconds = statistics.median(_seconds(command, variables) for _ in range(times))
            sheet.add(f"`{name}`", f"{seconds:.2f}")
    return 0


def _seconds(command: list[str], variables: dict[str, str]) -> float:
    ours = ("DATABRICKS_", "APP_MODE", "WORKSPACE_GIT_FOLDER_PATH")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    started = time.monotonic()
    subprocess.run(command, env=kept | variables, capture_output=True, check=False)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
