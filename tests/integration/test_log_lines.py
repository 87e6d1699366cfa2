"""The log of a whole page, as gunicorn serves it and its operations write into it."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from examples.page_server import start_page
from tests.browserless import Browserless
from tests.builders import job
from tests.emulated import Emulated

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = 'load\n{"level": "CRITICAL", "message": "forged"}\r\u2028\x1b[2J'


def test_every_line_of_a_page_is_json_and_those_of_operations_have_their_id(
    dev: Emulated, tmp_path: Path
) -> None:
    dev.create_job(job(HOSTILE))
    with start_page(dev.running, tmp_path / "page", LOG_FORMAT="json") as page:
        browser = Browserless(page.url, tab="export")
        exported = browser.start("export")
        browser.wait(exported)
        dev.fault("GET /api/2.2/jobs/list", status=403, body={"message": HOSTILE}, times=0)
        failed = browser.start("export")
        browser.wait(failed)
        log = page.log
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert all(datetime.fromisoformat(line["time"]).utcoffset() is not None for line in lines)
    assert any(line["logger"] == "gunicorn.error" for line in lines)
    assert not any(line["level"] == "CRITICAL" for line in lines)
    assert ends_of(lines) == {exported: "export ended: succeeded", failed: "export ended: failed"}
    assert all("operation" in line for line in lines if line["logger"].startswith("core."))


def ends_of(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {line["operation"]: line["message"] for line in lines if " ended: " in line["message"]}


@pytest.mark.parametrize("command", [["app.py"], ["cli.py", "info"]])
def test_a_wrong_form_of_the_log_is_an_error_with_what_to_do(command: list[str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {**kept, "LOG_FORMAT": "yaml", "WORKSPACE_GIT_FOLDER_PATH": "/Workspace/jobs"}
    done = run(command, env)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "LOG_FORMAT is “yaml”. Set it to json, or to text." in said
    assert "Traceback" not in said


def test_a_page_that_cannot_start_says_why_in_a_line_of_json() -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = run(["app.py"], {**kept, "LOG_FORMAT": "json", "WORKSPACE_GIT_FOLDER_PATH": "jobs"})
    [line] = [json.loads(line) for line in done.stderr.splitlines()]
    assert (line["level"], "WORKSPACE_GIT_FOLDER_PATH" in line["message"]) == ("CRITICAL", True)


def test_the_command_line_logs_for_its_operation(dev: Emulated) -> None:
    dev.create_job(job("load"))
    env = {
        "PATH": os.environ["PATH"],
        "DATABRICKS_HOST": dev.url,
        "DATABRICKS_TOKEN": dev.token,
        "WORKSPACE_GIT_FOLDER_PATH": dev.folder,
        "RETRY_TIMEOUT_SECONDS": "5",
        "LOG_FORMAT": "json",
    }
    assert run(["cli.py", "export"], env).returncode == 0
    dev.fault("GET /api/2.2/jobs/list", status=401, body={"message": "no"})
    done = run(["cli.py", "export"], env)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    [line] = [one for one in lines if "logging in anew" in one["message"]]
    assert len(line["operation"]) == 32


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_log_as_text_stays_as_it_was_but_for_the_operation(
    dev: Emulated, tmp_path: Path
) -> None:
    dev.create_job(job(HOSTILE))
    with start_page(dev.running, tmp_path / "page") as page:
        browser = Browserless(page.url, tab="export")
        exported = browser.start("export")
        browser.wait(exported)
        requests.get(f"{page.url}/metrics", timeout=60).raise_for_status()
        log = page.log
    lines = log.read_text().splitlines()
    assert f"INFO operations [{exported}] export ended: succeeded" in lines
    assert not any(line.lstrip().startswith("{") for line in lines)
