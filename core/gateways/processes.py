"""What this machine knows about its processes."""

import psutil


def process_start(pid: int | None) -> str | None:
    """Return a text that names one life of a process id; None when no such process lives."""
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{process.create_time():.2f}"
    except psutil.Error:
        return None
