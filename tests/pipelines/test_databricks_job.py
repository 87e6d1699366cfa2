"""The recipe of a scheduled Databricks job: the workspace takes it, and its task does its work."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import start_environment
from tests.builders import job
from tests.emulated import Emulated, promote
from tests.pipelines.shell import check_out_product
from tests.pipelines.site import DOCS

pytestmark = pytest.mark.slow

FOLDER = "/Workspace/job-sync/databricks-job-sync"
Pair = tuple[Emulated, Emulated]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with start_environment(tmp_path_factory.mktemp("workspaces")) as started:
        yield Emulated(started["DEV"]), Emulated(started["PROD"])


def create(workspace: Emulated, name: str) -> dict[str, Any]:
    """Create the job of a recipe. Returns its settings as the workspace has them."""
    text = (DOCS / "databricks" / f"{name}.json").read_text("utf-8")
    settings = json.loads(text.replace("APPLICATION-ID", workspace.running.client_id))
    workspace.create_job(settings)
    return workspace.settings_of(settings["name"])


def run_task(
    workspace: Emulated, settings: dict[str, Any], home: Path, mappings: bytes
) -> subprocess.CompletedProcess[str]:
    """Run the one task as its cluster does: the file, its parameters, and a login."""
    [task] = settings["tasks"]
    workspace.put("/Workspace/job-sync/config/job-mappings.json", mappings)
    python_task = task["spark_python_task"]
    product = home / "product"
    if not product.exists():
        check_out_product(product)
    places = {"/Workspace/job-sync/jobs": workspace.folder, FOLDER: str(product)}

    def here(text: str) -> str:
        for place, replaced in places.items():
            text = text.replace(place, replaced)
        return text

    return subprocess.run(
        [sys.executable, *map(here, (python_task["python_file"], *python_task["parameters"]))],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DATABRICKS_HOST": workspace.url,
            "DATABRICKS_CLIENT_ID": workspace.running.client_id,
            "DATABRICKS_CLIENT_SECRET": workspace.running.client_secret,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_export_writes_into_the_git_folder_and_not_itself(pair: Pair, tmp_path: Path) -> None:
    dev, _ = pair
    dev.create_job(job("load"))
    settings = create(dev, "nightly-export")
    assert settings["schedule"]["pause_status"] == "UNPAUSED"
    done = run_task(dev, settings, tmp_path, b'{jobs: {exclude: ["tag:app=job-sync"]}}')
    assert done.returncode == 0, done.stdout + done.stderr
    assert [name for name in dev.files() if name.endswith(".json")] == ["load.json"]


def test_the_drift_report_fails_when_something_moved(pair: Pair, tmp_path: Path) -> None:
    dev, prod = pair
    settings = create(prod, "nightly-drift")
    run_as = {"default": {"service_principal_name": prod.running.client_id}}
    mappings = json.dumps(
        {"jobs": {"exclude": ["tag:app=job-sync"]}, "run_as_mappings": run_as}
    ).encode()
    prod.put("/Workspace/job-sync/config/job-mappings.json", mappings)
    place = "/Workspace/job-sync/config/job-mappings.json"
    promoted = promote(dev, prod, mapping_path=place)
    assert promoted.status == "completed"
    done = run_task(prod, settings, tmp_path, mappings)
    assert done.returncode == 0, done.stdout + done.stderr
    prod.reset_job(prod.job_id("load"), {**prod.settings_of("load"), "timeout_seconds": 60})
    done = run_task(prod, settings, tmp_path, mappings)
    assert done.returncode == 1
    assert "load" in done.stdout
    assert "RuntimeError: drift ended with exit code 1" in done.stderr
