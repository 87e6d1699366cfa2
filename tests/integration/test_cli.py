"""The command line: one document, three exit codes, nothing that leaks or steers a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.builders import definition_text, job
from tests.checkout import git, make_repository
from tests.emulated import Emulated

ADMIN = "admin@dev.example"
ROOT = Path(__file__).parents[2]
TOP = {"operation", "status", "counts", "rows", "issues", "api_calls"}
ROW = {
    *("job_name", "file_name", "status", "result", "changes", "issues", "message", "mapped"),
    *("origin", "doubt"),
}


@pytest.fixture
def environment(
    dev: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """The configuration of an app beside DEV, and nothing of the machine's own."""
    for name in list(os.environ):
        if name.startswith("DATABRICKS_") or name in {"APP_MODE", "NUM_THREADS", "FULL_READ"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABRICKS_HOST", dev.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", dev.token)
    monkeypatch.setenv("WORKSPACE_GIT_FOLDER_PATH", dev.folder)
    monkeypatch.setenv("CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("RETRY_TIMEOUT_SECONDS", "1")
    monkeypatch.setenv("COLUMNS", "200")
    return monkeypatch


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(list(arguments))
    return code, capsys.readouterr().out


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out = run(capsys, *arguments, "--json")
    return code, json.loads(out)


def test_json_is_one_document_of_the_documented_shape(dev, environment, capsys) -> None:
    dev.create_job(job("load"))
    code, document = run_json(capsys, "export")
    assert code == 0
    assert document.keys() == TOP
    assert (document["operation"], document["status"]) == ("export", "completed")
    assert document["counts"] == {"new": 1}
    [row] = document["rows"]
    assert row.keys() == ROW
    assert (row["job_name"], row["file_name"], row["status"]) == ("load", "load.json", "new")
    assert document["api_calls"]["GET /api/2.2/jobs/list"] == 1
    assert all(isinstance(count, int) for count in document["api_calls"].values())


def test_changes_and_issues_have_the_documented_shape(dev, environment, capsys) -> None:
    job_id = dev.create_job(job("load"))
    run(capsys, "export")
    dev.reset_job(job_id, job("load", timeout_seconds=60))
    dev.put("broken.json", b"{")
    code, document = run_json(capsys, "validate")
    assert code == 1
    assert document["status"] == "completed_with_errors"
    rows = {row["job_name"] or row["file_name"]: row for row in document["rows"]}
    [change] = rows["load"]["changes"]
    expected = {"path": "timeout_seconds", "current": 60, "desired": None, "origin": ""}
    assert change == expected
    [issue] = rows["broken.json"]["issues"]
    assert issue.keys() == {"path", "message"}


def test_details_are_added_when_asked_for(dev, environment, capsys) -> None:
    dev.put("by hand.json", definition_text(job("by hand"), run_as=ADMIN))
    _, document = run_json(capsys, "validate", "--details")
    [row] = document["rows"]
    assert {item["what"] for item in row["details"]["not_mapped"]} == {"path"}


def test_what_was_mapped_is_in_the_document_in_the_details_and_in_the_csv(
    dev, environment, capsys, tmp_path
) -> None:
    dev.put("mappings.json", b"{value_mappings: {tags: {env: 'prod', key: '\\x1b[31m'}}}")
    environment.setenv("RESOURCE_NAME_MAPPINGS_FILE_PATH", f"{dev.folder}/mappings.json")
    tags = {"env": "dev", "key": "x"}
    dev.put("by hand.json", definition_text(job("by hand", tags=tags), run_as=ADMIN))
    _, document = run_json(capsys, "validate")
    [row] = document["rows"]
    rule = {"section": "value_mappings.tags", "name": "env", "line": 1}
    assert {"path": "tags.env", "git": "dev", "here": "prod", **rule} in row["mapped"]
    sentence = (
        'by hand › mapped here › tags.env: "dev" → "prod" (value_mappings.tags “env”, line 1)'
    )
    for option in ("--details", "--diff"):
        _, out = run(capsys, "validate", option)
        assert sentence in out
        assert "\x1b" not in out
    run(capsys, "validate", "--csv", str(tmp_path / "rows.csv"))
    assert (tmp_path / "rows.csv").read_text("utf-8-sig").splitlines()[1].endswith('"2",""')
    assert sentence not in run(capsys, "validate")[1]


def test_a_dry_run_writes_nothing(dev, environment, capsys) -> None:
    dev.create_job(job("load"))
    before = dev.files()
    code, document = run_json(capsys, "export", "--dry-run")
    assert (code, document["counts"]) == (0, {"new": 1})
    assert dev.files() == before
    assert not [call for call in document["api_calls"] if not call.startswith("GET ")]


def test_the_whole_way_in_tables(dev, environment, capsys) -> None:
    dev.create_job(job("load"))
    for arguments in (["info"], ["export"], ["validate"], ["import"], ["adopt"], ["pull"]):
        code, out = run(capsys, *arguments)
        assert code == 0, out
        assert f"{arguments[0]}: completed" in out
    assert "1 unchanged not shown" in run(capsys, "validate")[1]
    assert "load.json" in run(capsys, "validate", "--all")[1]


def test_what_does_not_belong_here_is_counted_and_shown_when_asked_for(
    dev, environment, capsys
) -> None:
    for name in ("load", "tmp"):
        dev.create_job(job(name))
    dev.put("mappings.json", b'{jobs: {exclude: ["tmp*"]}}')
    environment.setenv("RESOURCE_NAME_MAPPINGS_FILE_PATH", f"{dev.folder}/mappings.json")
    for mode in ("Export", "Both"):
        environment.setenv("APP_MODE", mode)
        code, out = run(capsys, "export")
        assert code == 0, out
        assert "1 excluded not shown; --all shows them." in out.replace("1 unchanged and ", "")
        assert "tmp.json" not in dev.files()
    out = run(capsys, "validate", "--all")[1]
    assert "Excluded by “tmp*” (line 1 of the mapping file)." in out
    assert "1 excluded, 1 unchanged" in out
    document = run_json(capsys, "validate")[1]
    assert document["counts"] == {"excluded": 1, "unchanged": 1}
    assert {row["status"] for row in document["rows"]} == {"excluded", "unchanged"}
    code, document = run_json(capsys, "import", "--only", "tmp")
    assert code == 1
    assert "does not belong here" in document["rows"][1]["issues"][0]["message"]


def test_a_broken_mapping_file_keeps_a_workspace_that_only_exports_from_it(
    dev, environment, capsys
) -> None:
    dev.create_job(job("load"))
    dev.put("mappings.json", b'{jobs: {exclude: "tmp*"}}')
    environment.setenv("RESOURCE_NAME_MAPPINGS_FILE_PATH", f"{dev.folder}/mappings.json")
    environment.setenv("APP_MODE", "Export")
    code, document = run_json(capsys, "export")
    assert code == 1
    assert "line 1, column 18" in document["issues"][0]["message"]
    assert "load.json" not in dev.files()


def test_with_four_eyes_the_page_alone_changes_jobs(dev, environment, capsys) -> None:
    environment.setenv("FOUR_EYES", "1")
    dev.create_job(job("load"))
    assert run(capsys, "export")[0] == 0
    dev.clear_calls()
    for command in (["import"], ["remove", "--yes"], ["remove"]):
        code, document = run_json(capsys, *command)
        assert code == 2
        assert "Request it on the page." in document["issues"][0]["message"]
    assert dev.calls() == {}


def test_a_removal_needs_yes(dev, environment, capsys) -> None:
    dev.create_job(job("load"))
    run(capsys, "export")
    run(capsys, "import")
    dev.remove_file("load.json")
    code, document = run_json(capsys, "remove")
    assert code == 2
    assert [row["job_name"] for row in document["rows"]] == ["load"]
    assert "--yes" in document["issues"][0]["message"]
    assert dev.names() == ["load"]
    assert run(capsys, "remove", "--only", "other", "--yes")[0] == 2
    assert run(capsys, "remove", "--only", "load", "--yes")[0] == 0
    assert dev.names() == []


def test_a_removal_that_would_be_refused_says_so_also_without_yes(dev, environment, capsys) -> None:
    dev.put("broken.json", b"{ not json")
    code, document = run_json(capsys, "remove")
    assert code == 2
    assert "nothing can be treated as deleted" in document["issues"][0]["message"]
    dev.seed(users=[{"userName": "visitor@dev.example", "token": "visitor-token"}])
    environment.setenv("DATABRICKS_TOKEN", "visitor-token")
    code, document = run_json(capsys, "remove", "--only", "load")
    assert code == 2
    assert "not known to be a workspace admin" in document["issues"][0]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKSPACE_GIT_FOLDER_PATH", ""),
        ("WORKSPACE_GIT_FOLDER_PATH", "relative/path"),
        ("APP_MODE", "Sync"),
        ("NUM_THREADS", "0"),
        ("NUM_THREADS", "17"),
        ("NUM_THREADS", "abc"),
    ],
)
def test_a_wrong_configuration_is_named(environment, capsys, name: str, value: str) -> None:
    environment.setenv(name, value)
    code, document = run_json(capsys, "info")
    assert (code, document["status"]) == (2, "failed")
    assert name in document["issues"][0]["message"]


def test_the_mode_is_a_matter_of_configuration(environment, capsys) -> None:
    environment.setenv("APP_MODE", "EXPORT")
    assert run(capsys, "import")[0] == 2
    assert run(capsys, "export")[0] == 0


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["export", "--only", "x"]])
def test_wrong_usage_ends_with_two(environment, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


def test_a_refused_login_shows_no_token(environment, capsys) -> None:
    environment.setenv("DATABRICKS_TOKEN", "secret-token-1234")
    code = cli.main(["info"])
    shown = capsys.readouterr()
    assert code == 1
    assert "refused the login" in shown.out
    assert "secret-token-1234" not in shown.out + shown.err


@pytest.mark.slow
def test_an_unreachable_workspace_is_said(environment, capsys) -> None:
    environment.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    code, document = run_json(capsys, "info")
    assert code == 1
    assert "does not answer" in document["issues"][0]["message"]


def test_csv_is_harmless_and_opens_in_a_spreadsheet(dev, environment, capsys, tmp_path) -> None:
    dev.create_job(job("=cmd()"))
    run(capsys, "export", "--csv", str(tmp_path / "rows.csv"))
    content = (tmp_path / "rows.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"job_name","file_name","status"')
    assert b"'=cmd()" in content


@pytest.mark.parametrize("path", ["missing/rows.csv", "."])
def test_a_csv_file_that_cannot_be_written_is_said_before_anything_is_done(
    dev, environment, capsys, path: str
) -> None:
    dev.create_job(job("load"))
    before = dev.files()
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", "--csv", path])
    assert ended.value.code == 2
    assert path in capsys.readouterr().err
    assert dev.files() == before


def test_a_csv_file_that_fails_at_last_does_not_hide_the_result(
    dev, environment, capsys, tmp_path
) -> None:
    dev.create_job(job("load"))
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "missing" / "rows.csv")
    assert cli.main(["export", "--csv", "dangling.csv"]) == 1
    shown = capsys.readouterr()
    assert "export: completed: 1 created" in shown.out
    assert "dangling.csv" in shown.err
    assert "Traceback" not in shown.err


def test_an_unknown_selection_is_wrong_usage(dev, environment, capsys) -> None:
    dev.put("by hand.json", definition_text(job("by hand"), run_as=ADMIN))
    code, document = run_json(capsys, "import", "--only", "nobody")
    assert code == 2
    assert "“nobody”" in document["issues"][0]["message"]
    assert dev.names() == []


def test_pull_and_info_add_details(dev, environment, capsys) -> None:
    for command in ("info", "pull"):
        code, document = run_json(capsys, command)
        assert code == 0
        assert document.keys() == TOP | {"details"}
        assert document["details"]["git_folder"] == dev.folder
        assert document["rows"] == []
    assert dev.token not in json.dumps(document)


@pytest.mark.slow
def test_a_terminal_that_lacks_letters_gets_escapes(dev, environment, tmp_path) -> None:
    dev.create_job(job("Bestände · 在庫"))
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "export"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Best\\xe4nde" in done.stdout
    assert "export: completed: 1 created" in done.stdout
    assert dev.token not in done.stdout + done.stderr


def test_a_hostile_name_does_not_steer_the_terminal(dev, environment, capsys) -> None:
    dev.create_job(job("\x1b[31mred[/]\x07[bold]"))
    out = run(capsys, "export")[1]
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[/]" in out


def test_a_hostile_name_forges_no_line(dev, environment, capsys) -> None:
    dev.create_job(job("load\nexport: completed: 9 created\r\u2028export: failed\x85"))
    dev.fault("GET /api/2.2/jobs/get", status=400, body={"message": "a\nexport: forged"}, times=0)
    out = run(capsys, "export")[1]
    lines = [line for line in out.splitlines() if line.startswith("export: ")]
    assert lines == ["export: completed with errors: 1 error"]


@pytest.mark.slow
def test_the_env_file_is_read_and_the_exit_code_reaches_the_shell(dev, environment, tmp_path):
    (tmp_path / ".env").write_text("APP_MODE=Import\n")
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "export", "--json"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "APP_MODE is Import" in json.loads(done.stdout)["issues"][0]["message"]


def put(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document))
    return str(path)


def test_a_conversion_needs_no_workspace_and_writes_only_when_asked(
    monkeypatch, capsys, tmp_path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKSPACE_GIT_FOLDER_PATH", raising=False)
    put(tmp_path / "request.json", job("load", parameters=[{"name": "pwd", "default": "hush"}]))
    code, out = run(capsys, "convert", "request.json")
    assert code == 0
    assert "load.json would hold:" in out
    assert "hush" not in out
    code, document = run_json(capsys, "convert", "request.json")
    assert document.keys() == TOP | {"details"}
    assert document["details"]["files"].keys() == {"load.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["request.json"]
    assert "convert: completed: 1 created" in run(capsys, "convert", "request.json", "--write")[1]
    assert "hush" in (tmp_path / "load.json").read_text()
    code, document = run_json(capsys, "convert", "request.json", "--write")
    assert (code, document["counts"]) == (1, {"error": 1})
    assert "not overwritten" in document["rows"][0]["issues"][0]["message"]


@pytest.mark.parametrize("arguments", [[], ["a.json", "--to", "missing"]])
def test_a_conversion_needs_files_and_a_folder_that_exists(monkeypatch, arguments) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["convert", *arguments])
    assert ended.value.code == 2


def test_what_is_converted_is_imported_once_and_then_unchanged(
    dev, environment, capsys, tmp_path
) -> None:
    job_id = dev.create_job(job("answer", timeout_seconds=60))
    answer = dev.api("GET", f"2.2/jobs/get?job_id={job_id}").json()
    listed = dev.api("GET", "2.2/jobs/list?expand_tasks=true").json()
    identity = {"run_as": {"user_name": ADMIN}}
    requests = [
        job("created", **identity, access_control_list=[]),
        {"job_id": 5, "new_settings": job("reset", **identity)},
    ]
    (tmp_path / "made").mkdir()
    files = [
        put(tmp_path / "get.json", answer),
        put(tmp_path / "requests.json", requests),
        put(tmp_path / "bundle.json", {"resources": {"jobs": {"b": job("bundled", **identity)}}}),
    ]
    assert run(capsys, "convert", *files, "--to", "made", "--write")[0] == 0
    [again] = cli_rows(capsys, put(tmp_path / "list.json", listed))
    assert again["job_name"] == "answer"
    for path in (tmp_path / "made").iterdir():
        dev.put(path.name, path.read_bytes())
    before = dev.files()
    _, document = run_json(capsys, "import")
    assert document["counts"] == {"new": 3, "unchanged": 1}
    assert document["issues"] == []
    assert run_json(capsys, "import")[1]["counts"] == {"unchanged": 4}
    run(capsys, "export")
    assert dev.files() == before


def cli_rows(capsys: pytest.CaptureFixture[str], *files: str) -> list[dict[str, Any]]:
    _, document = run_json(capsys, "convert", *files)
    rows: list[dict[str, Any]] = document["rows"]
    return rows


def test_a_warning_of_the_mapping_file_shows_its_line(dev, environment, capsys) -> None:
    dev.put("mappings.json", b"{\n  value_mappings: {\n    tags: {env: 'prod'},\n  },\n}")
    environment.setenv("RESOURCE_NAME_MAPPINGS_FILE_PATH", f"{dev.folder}/mappings.json")
    code, out = run(capsys, "validate")
    assert code == 0
    assert f"does not match any definition. ({dev.folder}/mappings.json, line 3)" in out


def test_fields_are_taken_into_git_on_the_command_line(dev, environment, capsys) -> None:
    job_id = dev.create_job(job("load", timeout_seconds=300))
    run(capsys, "export")
    dev.reset_job(job_id, job("load", timeout_seconds=600))
    code, document = run_json(capsys, "take", "load", "--field", "timeout_seconds")
    assert (code, document["rows"][0]["result"]) == (0, "updated")
    assert json.loads(dev.read("load.json"))["settings"]["timeout_seconds"] == 600
    code, document = run_json(capsys, "take", "load", "--field", "timeout_seconds")
    assert (code, document["status"]) == (1, "completed_with_errors")
    assert run(capsys, "take", "nobody", "--field", "a")[0] == 2


def test_settings_that_came_with_a_repository_are_not_read(
    dev, environment, capsys, tmp_path
) -> None:
    """A pull request could say where the login of the pipeline is sent."""
    environment.delenv("DATABRICKS_HOST")
    repository = make_repository(tmp_path / "repository")
    environment.chdir(repository)
    (repository / ".env").write_text(f"DATABRICKS_HOST={dev.url}\n")
    environment.setenv("HOME", str(tmp_path))
    git(repository, "add", ".env")
    for index in (None, b"DIRC what nobody can read"):
        if index:
            (repository / ".git/index").write_bytes(index)
        assert cli.main(["info"]) == 2
        printed = capsys.readouterr()
        assert ".env was not read: it is part of a Git repository." in printed.err
        assert "No workspace is configured." in printed.out + printed.err
    (repository / ".git/index").unlink()
    code, out = run(capsys, "info")
    assert code == 0, out


def test_a_folder_of_this_machine_in_place_of_the_git_folder(
    dev, environment, capsys, tmp_path
) -> None:
    environment.setenv("STATE_FOLDER_PATH", "/Workspace/job-sync/state")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "map.json").write_text("{jobs: {exclude: ['tmp*']}}")
    dev.create_job(job("load"))
    dev.create_job(job("tmp"))
    places = ("--folder", "jobs", "--mappings", "file:map.json")
    code, document = run_json(capsys, "export", *places)
    assert (code, document["counts"]) == (0, {"new": 1, "excluded": 1})
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == ["load.json"]
    assert dev.files().keys().isdisjoint({"load.json"})
    environment.setenv("WORKSPACE_GIT_FOLDER_PATH", "file:./jobs")
    assert run_json(capsys, "validate")[1]["counts"] == {"unchanged": 1, "unmanaged": 1}
    for command in ("info", "drift", "mappings", "adopt", "import", "history"):
        code, out = run(capsys, command, *places)
        assert code == 0, out
    code, out = run(capsys, "validate", "--folder", "nothing-here")
    assert code == 1
    assert f"{tmp_path}/nothing-here does not exist on this machine." in out
