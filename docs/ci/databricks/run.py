"""Runs one command of `cli.py` as a task of a Databricks job.

    run.py FOLDER [NAME=VALUE]… COMMAND [OPTION]…

FOLDER is where this repository is in the workspace. A Python task has parameters and no environment
of its own, so the configuration comes as NAME=VALUE. The login is that of the job's `run_as`.
"""

import os
import re
import sys
from collections.abc import Sequence

_SETTING = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)", re.DOTALL)


def main(arguments: Sequence[str]) -> None:
    """Run the command.

    Raises:
        RuntimeError: it did not end with 0, so that the task and its run fail.
    """
    folder, *rest = arguments
    while rest and (setting := _SETTING.fullmatch(rest[0])):
        os.environ[setting[1]] = setting[2]
        rest.pop(0)
    sys.path.insert(0, folder)
    os.chdir(folder)
    from cli import main as run_cli  # noqa: PLC0415 - only found now

    code = run_cli(rest)
    if code != 0:
        raise RuntimeError(f"{' '.join(rest[:1])} ended with exit code {code}; see its output.")


if __name__ == "__main__":
    main(sys.argv[1:])
