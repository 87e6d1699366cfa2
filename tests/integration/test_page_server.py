"""The page as gunicorn serves it, started as `make demo` starts it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from emulator import RunningWorkspace, start_environment
from examples import demo
from examples.page_server import PageError, PortError, start_page

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(tmp_path):
    with start_environment(tmp_path / "workspaces", ("DEV",)) as environment:
        yield environment["DEV"]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_a_page_is_served_until_it_is_stopped(workspace: RunningWorkspace, tmp_path, monkeypatch):
    monkeypatch.setenv("APP_MODE", "Nonsense")  # nothing of the caller's environment gets in
    monkeypatch.setenv("DATABRICKS_TOKEN", "of-somebody-else")
    with start_page(workspace, tmp_path / "page", WORKSPACE_NAME="Harbour") as page:
        page.require_alive()
        assert "Job Sync" in read(page.url)
        assert "Harbour" in read(f"{page.url}/_dash-layout")
    assert page.process.poll() == 0
    assert not page.is_healthy()
    with pytest.raises(PageError, match=r"(?s)DEV page stopped unexpectedly.*Shutting down"):
        page.require_alive()


def test_a_port_in_use_is_named(workspace: RunningWorkspace, tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with (
            pytest.raises(PortError, match=f"Port {port} cannot be used"),
            start_page(workspace, tmp_path / "page", port=port),
        ):
            pass


def test_the_demo_shows_where_to_click_and_stops_when_told(tmp_path):
    command = [sys.executable, "-m", "examples.demo", "--ports", "0", "0", "0", "0"]
    with subprocess.Popen(
        [*command, "--state", str(tmp_path / "state")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        text = "".join(iter(process.stdout.readline, "Press Ctrl+C to stop.\n"))
        pages = re.findall(r"http://localhost:\d+", text)
        assert [read(f"{page}/healthz") for page in pages] == ["OK", "OK"]
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - asked < 10
    for page in pages:
        with pytest.raises(OSError, match="refused"):
            read(page)
    assert len(text.splitlines()) < 24
    assert (tmp_path / "state" / "page-DEV" / "page.log").is_file()


def test_ports_are_checked(capsys):
    with pytest.raises(SystemExit):
        demo.main(["--ports", "1", "2", "3", "65536"])
    assert "'65536' is not a port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "file", "bind"),
    [
        ({}, "AUTH=none\nPORT=8123\n", "127.0.0.1:8123"),
        ({"AUTH": "none", "BIND_ADDRESS": "0.0.0.0"}, "", "0.0.0.0:8000"),
    ],  # the rest of it is in unit/web/serving/test_listening.py
)
def test_where_nobody_signs_in_gunicorn_listens_on_this_machine_alone(
    tmp_path, variables: dict[str, str], file: str, bind: str
):
    """Whether the environment says so, or the file beside the app."""
    configuration = shutil.copy(ROOT / "gunicorn.conf.py", tmp_path)
    (tmp_path / ".env").write_text(file)
    command = [sys.executable, "-m", "gunicorn", "-c", configuration, "--chdir", str(ROOT)]
    shown = subprocess.run(
        [*command, "--print-config", "app:create_server()"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "WORKSPACE_GIT_FOLDER_PATH": "/Workspace/x", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(rf"^bind += \['{re.escape(bind)}'\]$", shown.stdout, re.MULTILINE), shown
