"""A definition's file that holds another shape of JSON, over HTTP and from the command line."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.builders import job
from tests.damaged import DAMAGED, damaged_bytes, damaged_words
from tests.emulated import Emulated
from tests.integration.conftest import Pair

Command = Callable[..., tuple[int, dict[str, Any]]]
every_shape = pytest.mark.parametrize("shape", DAMAGED)
STATE = "/Workspace/Shared/state"


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run one command beside a workspace, as a deployment of its mode does."""
    for name in list(os.environ):
        if name.startswith("DATABRICKS_") or name in {"NUM_THREADS", "FULL_READ"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(workspace: Emulated, mode: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        values = {
            "DATABRICKS_HOST": workspace.url,
            "DATABRICKS_TOKEN": workspace.token,
            "WORKSPACE_GIT_FOLDER_PATH": workspace.folder,
            "STATE_FOLDER_PATH": STATE,
            "APP_MODE": mode,
            "CACHE_FOLDER": str(tmp_path / workspace.url.rpartition(":")[2]),
            "RETRY_TIMEOUT_SECONDS": "1",
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        code = cli.main([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def promoted(pair: Pair) -> Pair:
    """Two jobs that DEV exported and PROD imported."""
    dev, prod = pair
    [admin] = [
        one["name"] for one in dev.control("GET", "state")["users"] if "admins" in one["groups"]
    ]
    prod.seed(users=[{"userName": admin}])
    for name in ("load", "report"):
        dev.create_job(job(name))
    for workspace in pair:
        workspace.api("POST", "2.0/workspace/mkdirs", json={"path": STATE})
    dev_service, prod_service = (one.service(state_path=STATE) for one in pair)
    assert dev_service.export().status == "completed"
    dev.commit()
    assert prod_service.pull().status == "completed"
    assert prod_service.import_jobs().status == "completed"
    return pair


def rows_of(document: dict[str, Any]) -> dict[str, str]:
    return {row["file_name"] or row["job_name"]: row["status"] for row in document["rows"]}


def words_of(document: dict[str, Any]) -> str:
    rows = [issue["message"] for row in document["rows"] for issue in row["issues"]]
    return "\n".join([*rows, *(issue["message"] for issue in document["issues"])])


def make_old(workspace: Emulated) -> None:
    """Take the paths out of the ledger, as the versions before wrote it."""
    ledger = json.loads(workspace.read(f"{STATE}/imported.json"))
    for entry in ledger["jobs"].values():
        del entry["file_path"]
    workspace.put(f"{STATE}/imported.json", json.dumps(ledger).encode())


@every_shape
def test_a_damaged_file_deletes_nothing_on_its_whole_way(
    promoted: Pair, command: Command, shape: str
) -> None:
    dev, prod = promoted
    dev.put("load.json", damaged_bytes(shape))
    written = dev.files()
    code, exported = command(dev, "Export", "export")
    assert code == 1
    assert rows_of(exported) == {"load.json": "error", "report.json": "unchanged"}
    assert exported["counts"]["error"] == 2  # the file, and the job that gets no second one
    assert damaged_words(shape) in words_of(exported)
    assert dev.files() == written

    dev.commit()
    code, pulled = command(prod, "Import", "pull")
    assert (code, rows_of(pulled)) == (1, {"load.json": "error"})
    assert damaged_words(shape) in words_of(pulled)

    jobs, files = prod.stored_jobs(), prod.files()
    code, validated = command(prod, "Import", "validate")
    assert code == 1
    assert rows_of(validated) == {
        "load": "unmanaged",
        "load.json": "error",
        "report.json": "unchanged",
    }
    assert damaged_words(shape) in words_of(validated)
    for arguments in (["remove", "--yes"], ["remove", "--only", "load", "--yes"], ["remove"]):
        code, refused = command(prod, "Import", *arguments)
        assert code != 0
        assert "removed" in words_of(refused) or "deleted" in words_of(refused)
    assert command(prod, "Import", "import")[0] == 1
    assert command(prod, "Import", "adopt")[0] == 1
    assert (prod.stored_jobs(), prod.files()) == (jobs, files)


@every_shape
def test_a_damaged_file_deletes_no_job_of_an_old_ledger(
    promoted: Pair, command: Command, shape: str
) -> None:
    _, prod = promoted
    make_old(prod)
    prod.put("load.json", damaged_bytes(shape))
    jobs, files = prod.stored_jobs(), prod.files()
    code, validated = command(prod, "Import", "validate")
    assert (code, rows_of(validated)["load.json"]) == (1, "error")
    assert command(prod, "Import", "remove", "--yes")[0] == 1
    assert (prod.stored_jobs(), prod.files()) == (jobs, files)


def test_a_fresh_deployment_writes_no_twin(dev: Emulated, command: Command) -> None:
    dev.create_job(job("load"))
    dev.put("load.json", b"{}")
    code, exported = command(dev, "Export", "export")
    assert (code, rows_of(exported)) == (1, {"load.json": "error"})
    assert "load.json is not a definition and is not overwritten" in words_of(exported)
    assert {path for path in dev.files() if path.endswith(".json")} == {"load.json"}


def test_json_of_other_tools_changes_nothing(promoted: Pair, command: Command) -> None:
    dev, prod = promoted
    for workspace in promoted:
        workspace.put("conf/load.json", b'{"version": 2}')
        workspace.put(".vscode/tasks.json", b'{"version": "2.0.0", "tasks": [{"label": "x"}]}')
    assert command(dev, "Export", "export")[0] == 0
    prod.remove_file("load.json")
    code, validated = command(prod, "Import", "validate")
    assert (code, validated["counts"]) == (0, {"deleted": 1, "unchanged": 1})
    assert command(prod, "Import", "remove", "--yes")[0] == 0
    assert prod.names() == ["report"]
