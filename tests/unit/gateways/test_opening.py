"""What the processes of the page load before they have anything to do."""

import subprocess
import sys

_LOADED = "import sys, web.worker, web.reader; print('databricks.sdk' in sys.modules)"


def test_the_sdk_is_loaded_when_a_workspace_is_opened_and_not_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
