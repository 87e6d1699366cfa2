"""Lives of processes."""

import os
import subprocess
import sys

from core.gateways.machine.processes import process_start


def test_this_process_has_one_life():
    assert process_start(os.getpid()) == process_start(os.getpid()) is not None


def test_no_process_has_no_life():
    assert process_start(None) is None
    assert process_start(2**22 + 1) is None  # beyond what Linux gives out


def test_a_process_that_ended_is_dead_even_before_its_parent_notices():
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()  # ends with the process
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert process_start(process.pid) is None
    process.stdout.close()
    process.wait()
    assert process_start(process.pid) is None
