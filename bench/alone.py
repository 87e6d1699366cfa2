"""Runs a command and reports its seconds and peak memory: `python bench/alone.py FILE COMMAND …`.

On Linux a process starts with the peak memory of the process that started it. Started by this
small one, a command shows its own, and not that of the local workspaces.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Run the command with our own stdout, and write what it took to FILE."""
    started = time.monotonic()
    process = subprocess.Popen(sys.argv[2:], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    unit = 1024 if sys.platform == "linux" else 1024 * 1024  # kB on Linux, bytes on macOS
    took = {"seconds": seconds, "memory_mb": usage.ru_maxrss / unit}
    Path(sys.argv[1]).write_text(json.dumps(took))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
