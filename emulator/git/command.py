"""Runs the `git` binary: no shell, no configuration of the machine, no prompt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from emulator.errors import EmulatorError

TIMEOUT_S = 60
_SETTINGS = (
    "core.autocrlf=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "commit.gpgSign=false",
    "gc.auto=0",
    "protocol.file.allow=always",
)
_IDENTITY: Mapping[str, str] = {
    "GIT_AUTHOR_NAME": "Local workspace",
    "GIT_AUTHOR_EMAIL": "workspace@localhost",
    "GIT_COMMITTER_NAME": "Local workspace",
    "GIT_COMMITTER_EMAIL": "workspace@localhost",
}
_ISOLATION: Mapping[str, str] = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",  # reading the status writes nothing
    "GIT_TEMPLATE_DIR": "",
    "LC_ALL": "C",
}


class GitError(Exception):
    """`git` failed; the text is what it wrote to standard error."""


class Git:
    """Runs `git` in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def run(self, *arguments: str, index: Path | None = None) -> str:
        """Run a subcommand, on another index file if one is given, and return its output.

        Raises:
            GitError: it exited with another status than 0.
            EmulatorError: `git` is not installed, or does not end.
        """
        configured = [part for setting in _SETTINGS for part in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", *configured, *arguments],
                cwd=self._directory,
                env=_environment(index),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except ValueError as error:  # NUL or a lone surrogate in an argument
            raise GitError(f"An argument of git {arguments[0]} is not valid text") from error
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise EmulatorError(f"Cannot run git: {error}") from error
        if done.returncode != 0:
            message = done.stderr.decode(errors="replace").strip()
            raise GitError(message or f"git {arguments[0]} failed")
        return done.stdout.decode(errors="replace")


def _environment(index: Path | None) -> dict[str, str]:
    """Return the environment without variables that point git elsewhere, as in a Git hook."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    other_index = {"GIT_INDEX_FILE": str(index)} if index else {}
    return {**inherited, **_IDENTITY, **_ISOLATION, **other_index}
