"""What this machine knows about its processes, and about itself."""

import socket
from pathlib import Path

import psutil

_LINUX = Path("/proc/self/stat")
_BOOT, _NAMESPACE = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
_DEAD = "ZX"
_STATE, _START = 0, 19  # after the name of the program. Source: proc(5), /proc/pid/stat


def process_start(pid: int | None) -> str | None:
    """Return a text that identifies one use of a process id; None when no such process is alive.

    On Linux it counts from the start of the machine: a clock that is set does not move it.
    """
    if pid is None:
        return None
    if _LINUX.exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[_STATE] in _DEAD else fields[_START]
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return f"{process.create_time():.2f}" if alive else None
    except psutil.Error:
        return None


def machine() -> str:
    """Return what identifies the machine or container in which process ids are unique."""
    try:
        return f"{_BOOT.read_text().strip()} {_NAMESPACE.readlink()}"
    except OSError:
        return socket.gethostname()
