"""What the processes of the page load before they have anything to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.gateways.opening import require_workspace

_KEPT = """
import gc, os, core.errors
from core.gateways.opening import open_service
from core.settings import Settings
os.environ.update(DATABRICKS_HOST="http://127.0.0.1:9", DATABRICKS_AUTH_TYPE="none-of-these")
try:
    open_service(Settings("/Workspace/jobs", retry_s=1))
except core.errors.WorkspaceError:
    print(gc.isenabled(), gc.get_freeze_count() > 100_000)
"""
_LOADED = """
import sys, web.background.work, web.routes.reader
print('databricks.sdk' in sys.modules)
"""


def test_the_sdk_is_loaded_when_a_workspace_is_opened_and_not_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_garbage_is_looked_for_again_once_the_sdk_is_loaded_but_not_among_its_objects() -> None:
    done = subprocess.run([sys.executable, "-c", _KEPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True True"


def test_an_environment_that_names_no_workspace_is_refused_with_what_to_set(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.cfg")
    with pytest.raises(SettingsError, match="Set DATABRICKS_HOST"):
        require_workspace({"DATABRICKS_HOST": " ", "DATABRICKS_CONFIG_FILE": absent})


@pytest.mark.parametrize(
    "name", ["DATABRICKS_HOST", "DATABRICKS_AZURE_RESOURCE_ID", "DATABRICKS_RUNTIME_VERSION"]
)
def test_a_variable_may_name_the_workspace(name: str, tmp_path: Path) -> None:
    require_workspace({name: "x", "DATABRICKS_CONFIG_FILE": str(tmp_path / "absent.cfg")})


def test_the_configuration_file_of_the_sdk_may_name_the_workspace(tmp_path: Path) -> None:
    file = tmp_path / "databricks.cfg"
    file.write_text("[DEFAULT]")
    require_workspace({"DATABRICKS_CONFIG_FILE": str(file)})
