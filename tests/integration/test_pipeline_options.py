"""What a pipeline gets of the command line: a summary, JUnit, and exit codes that tell more."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cli
from tests.builders import definition_text, job
from tests.emulated import Emulated

ADMIN = "admin@dev.example"


@pytest.fixture
def run(dev: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Any:
    """The command line beside DEV; returns the exit code."""
    for name in ("APP_MODE", "NUM_THREADS", "FULL_READ", "RESOURCE_NAME_MAPPINGS_FILE_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABRICKS_HOST", dev.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", dev.token)
    monkeypatch.setenv("WORKSPACE_GIT_FOLDER_PATH", dev.folder)
    monkeypatch.setenv("CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("RETRY_TIMEOUT_SECONDS", "1")
    return lambda *arguments: cli.main(list(arguments))


def test_exit_codes_tell_nothing_to_do_changes_pending_and_errors_apart(dev, run) -> None:
    job_id = dev.create_job(job("load"))
    assert run("export", "--dry-run", "--exit-code") == 2
    assert run("export", "--exit-code") == 0
    assert run("export", "--dry-run", "--exit-code") == 0
    assert run("validate", "--exit-code") == 0
    assert run("import", "--exit-code") == 0
    assert run("drift", "--exit-code") == 0
    dev.reset_job(job_id, job("load", timeout_seconds=60))
    assert run("drift", "--exit-code") == 2
    assert run("validate", "--exit-code") == 2
    assert run("import", "--exit-code") == 2  # changed here only: left alone
    assert run("import", "--only", "load", "--exit-code") == 0
    dev.put("new.json", definition_text(job("new"), run_as=ADMIN))
    assert run("validate", "--exit-code") == 2
    dev.put("broken.json", b"{")
    assert run("validate", "--exit-code") == 1
    assert run("validate") == 1


def test_wrong_usage_is_an_error_where_two_means_changes(dev, run, monkeypatch) -> None:
    monkeypatch.setenv("APP_MODE", "Export")
    assert run("validate") == 2
    assert run("validate", "--exit-code") == 1
    for arguments in (["validate", "--exit-code", "--nothing"], ["export", "--exit-code", "x"]):
        with pytest.raises(SystemExit) as ended:
            run(*arguments)
        assert ended.value.code == 1


def test_a_summary_and_junit_are_written_beside_what_is_printed(dev, run, tmp_path) -> None:
    dev.put("new.json", definition_text(job("new"), run_as=ADMIN))
    assert run("validate", "--markdown", "s.md", "--junit", "j.xml") == 0
    text = (tmp_path / "s.md").read_text()
    assert text.startswith("## Job Sync: validation\n")
    assert "| `new` | New |" in text
    [case] = ElementTree.parse(tmp_path / "j.xml").iter("testcase")
    assert case.get("name") == "new"


def test_what_could_not_be_carried_out_is_in_the_files_all_the_same(
    dev, run, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "wrong-token-1234")
    assert run("validate", "--exit-code", "--markdown", "s.md", "--junit", "j.xml") == 1
    text = (tmp_path / "s.md").read_text()
    assert "failed" in text
    assert "refused the login" in text
    assert "wrong-token" not in text
    [case] = ElementTree.parse(tmp_path / "j.xml").iter("testcase")
    assert case.find("error") is not None
