"""Runs one step of a pipeline as its agent does: a script in a file, a shell, an environment."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 300
# Of this checkout, what the pipelines check out of this repository. No .env of the developer's.
PARTS = ("cli.py", "command_line", "core", "docs", "requirements.txt")


@dataclass(frozen=True)
class Ended:
    """How a step ended. `log` is everything that it printed."""

    code: int
    log: str


# Everything is installed here already, which pip finds once; after that it would only cost time.
_PIP = """#!/usr/bin/env bash
set -euo pipefail
[ "$1" = install ]
if mkdir "{once}" 2>/dev/null; then exec python -m pip "$@"; fi
"""


def machine_environment(home: Path) -> dict[str, str]:
    """Return what an agent's machine has by itself: programs, and no configuration.

    `home` is a folder that is not there yet, below one that all machines of a test share.
    """
    programs = home / "bin"
    programs.mkdir(parents=True)
    (programs / "pip").write_text(_PIP.format(once=home.parents[1] / "has-installed"))
    (programs / "pip").chmod(0o755)
    return {
        "PATH": f"{programs}:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",  # everything is here already; what is missing fails
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def check_out_product(target: Path) -> None:
    """Make a checkout of this repository as it is now."""
    target.mkdir(parents=True)
    for name in PARTS:
        (target / name).symlink_to(ROOT / name)


def run_script(
    script: str,
    *,
    shell: Sequence[str],
    environment: Mapping[str, str],
    directory: Path,
    temporary: Path,
) -> Ended:
    """Run a script by a shell that gets it as a file."""
    number = len(list(temporary.glob("step-*.sh")))
    file = temporary / f"step-{number}.sh"
    file.write_text(script, "utf-8")
    done = subprocess.run(
        [*shell, str(file)],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"))


def run_git(directory: Path, environment: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env=dict(environment),
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()
