"""Installs a browser for the tests of the page where there is none. `python -m tests.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from examples.browser import executable

_ADVICE = "Install Chromium or Chrome, or set CHROMIUM to its executable, and try again."


def main() -> int:
    """Make sure that there is a browser. Returns 1 when there is none."""
    if not _is_there() and not os.environ.get("CHROMIUM"):
        _install()
    if _is_there():
        return 0
    chosen = os.environ.get("CHROMIUM")
    missing = f"CHROMIUM is {chosen}, which is no file." if chosen else "There is no Chromium."
    print(f"{missing} {_ADVICE}", file=sys.stderr)
    return 1


def _is_there() -> bool:
    return Path(executable() or _of_playwright()).is_file()


def _of_playwright() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _install() -> None:
    """Install it as Debian does, where that is possible, or else as Playwright does."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-q")
        if _run("apt-get", "install", "-qy", "chromium"):
            return
    _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
