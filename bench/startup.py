"""How soon the command line answers without a workspace: `python -m bench.startup [TIMES]`.

Help, wrong usage and a wrong configuration, each a process of its own: the median, beside an
interpreter that does nothing, and beside one that loads the SDK, as every other command does.
"""

import os
import platform
import statistics
import subprocess
import sys
import time

from bench.workspaces import ROOT

TIMES = 9
_CLI = [sys.executable, str(ROOT / "cli.py")]
_FOLDER = {"WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs"}
_ROW = "{:<44} {:>8}"
_CASES: tuple[tuple[str, list[str], dict[str, str]], ...] = (
    ("python -c pass", [sys.executable, "-c", "pass"], {}),
    ("python -c 'import databricks.sdk'", [sys.executable, "-c", "import databricks.sdk"], {}),
    ("cli.py --help", [*_CLI, "--help"], {}),
    ("cli.py validate --help", [*_CLI, "validate", "--help"], {}),
    ("cli.py deploy: no such command", [*_CLI, "deploy"], {}),
    ("cli.py export --force: no such option", [*_CLI, "export", "--force"], {}),
    ("cli.py info: no Git folder is configured", [*_CLI, "info"], {}),
    ("cli.py info: APP_MODE is wrong", [*_CLI, "info"], {**_FOLDER, "APP_MODE": "Sideways"}),
    ("cli.py info: no workspace is configured", [*_CLI, "info"], _FOLDER),
)


def main() -> int:
    """Print one row for each command."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {times}.\n")
    print(_ROW.format("command", "seconds"))
    for name, command, variables in _CASES:
        seconds = statistics.median(_seconds(command, variables) for _ in range(times))
        print(_ROW.format(name, f"{seconds:.2f}"), flush=True)
    return 0


def _seconds(command: list[str], variables: dict[str, str]) -> float:
    ours = ("DATABRICKS_", "APP_MODE", "WORKSPACE_GIT_FOLDER_PATH")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    started = time.monotonic()
    subprocess.run(command, env=kept | variables, capture_output=True, check=False)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
