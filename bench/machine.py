"""On what figures were measured."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import psutil


def describe_machine(packages: Sequence[str] = (), *, look_s: float = 1.0) -> str:
    """Say what this machine is, which versions run on it, and what others used of it just now."""
    busy = psutil.cpu_percent(interval=look_s)
    gigabytes = psutil.virtual_memory().total / 1024**3
    versions = "".join(f", {name} {version(name)}" for name in packages)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {platform.system()}, {os.cpu_count()} cores, "
        f"{gigabytes:.0f} GB, Python {platform.python_version()}{versions}; other programs used "
        f"{busy:.0f} % of the cores in the second before."
    )
