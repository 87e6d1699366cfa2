"""`cli.py bundle` beside a workspace that answers over HTTP."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.bundle_reading import Bundle, Created, Found
from tests.emulated import Emulated

MAPPINGS = "/Workspace/Shared/config/mappings.json"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    dev: Emulated,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABRICKS_HOST": dev.url,
        "DATABRICKS_TOKEN": dev.token,
        "WORKSPACE_GIT_FOLDER_PATH": dev.folder,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": MAPPINGS,
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "COLUMNS": "300",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["bundle", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def read(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.yml")}


def test_jobs_of_the_folder_become_a_bundle(
    dev: Emulated, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_MODE", "Export")  # PROD's values are read all the same
    task = notebook_task("main", existing_cluster_id="__CLUSTER__etl dev__")
    dev.put("first.json", definition_text(job("First", tasks=[task])))
    dev.put(
        "sub/second.json",
        definition_text(job("second", tasks=[run_job_task("x", "__JOB__First__")])),
    )
    names = {"compute_name_mappings": {"cluster_name_mappings": {"etl dev": "etl prod"}}}
    dev.put(MAPPINGS, json.dumps(names).encode())
    calls = dev.calls()
    code, out = run("--out", "out", "--name", "team", "--prod-host", "https://prod.example/?o=1")
    assert code == 0, out
    assert "bundle: completed: 2 created" in out
    assert not {call for call in dev.calls() if "POST" in call} - set(calls)
    files = read(tmp_path / "out")
    bundles = {target: Bundle(files, target) for target in ("dev", "prod")}
    clusters = {
        target: bundle.jobs["first"]["tasks"][0]["existing_cluster_id"]
        for target, bundle in bundles.items()
    }
    assert clusters == {"dev": Found("cluster", "etl dev"), "prod": Found("cluster", "etl prod")}
    running = bundles["prod"].jobs["second"]["tasks"][0]["run_job_task"]
    assert running == {"job_id": Created("first")}
    assert bundles["dev"].root["bundle"] == {"name": "team"}
    assert bundles["dev"].root["targets"]["prod"] == {"workspace": {"host": "https://prod.example"}}
    assert run("--out", "out")[0] == 0
    assert read(tmp_path / "out").keys() == files.keys()


def test_what_cannot_be_in_it_is_an_error_and_the_rest_is_written(
    dev: Emulated, run: Run, tmp_path: Path
) -> None:
    token = "dapi" + "0123456789abcdef" * 2
    dev.put("good.json", definition_text(job("good")))
    dev.put("bad.json", definition_text(job("bad", tags={"t": token})))
    dev.put("broken.json", b"{")
    code, out = run("--out", "out")
    assert code == 1
    assert "holds a secret" in out
    assert "There is no mapping file" in out
    assert token not in out
    assert sorted(read(tmp_path / "out")) == ["databricks.yml", "resources/good.job.yml"]


def test_a_folder_with_anything_is_refused_before_a_call(
    dev: Emulated, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    before = dev.calls()
    code, out = run("--out", "out")
    assert code == 2
    assert "is not empty" in out
    assert dev.calls().keys() - before.keys() <= {"GET /.well-known/databricks-config"}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "x", "--name", "../x"],
        ["--out", "x", "--dev-host", "dev.example"],
        ["--out", "x", "--prod-host", "https://me:secret@prod.example"],
        [],
    ],
)
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as error:
        run(*arguments)
    assert error.value.code == 2


@pytest.mark.skipif(
    shutil.which("databricks") is None, reason="the Databricks CLI is not on the PATH"
)
def test_the_vendor_s_client_takes_it(dev: Emulated, run: Run, tmp_path: Path) -> None:
    settings: dict[str, Any] = job("load", tags={"a": "${x.y}"}, description="yes")
    dev.put("load.json", definition_text(settings))
    code, out = run("--out", "out", "--dev-host", dev.url)
    assert code == 0, out
    validated = subprocess.run(
        ["databricks", "bundle", "validate", "--output", "json", "--target", "dev"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(validated.stdout)["resources"]["jobs"]["load"]
    assert {key: loaded[key] for key in settings} == settings


def test_a_checkout(
    dev: Emulated, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_FOLDER_PATH", "/Workspace/Shared/state")
    folder = tmp_path / "jobs"
    folder.mkdir()
    (folder / "load.json").write_bytes(definition_text(job("load", max_concurrent_runs=1)))
    mappings = {"value_mappings": {"fields": {"max_concurrent_runs": 4}}}
    (tmp_path / "mappings.json").write_text(json.dumps(mappings))
    code, out = run("--folder", "jobs", "--mappings", "mappings.json", "--out", "out")
    assert code == 0, out
    runs = {
        target: Bundle(read(tmp_path / "out"), target).jobs["load"]["max_concurrent_runs"]
        for target in ("dev", "prod")
    }
    assert runs == {"dev": 1, "prod": 4}
