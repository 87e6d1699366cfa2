"""`/metrics` of a page beside a workspace: whole operations, and who may read it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.settings import Settings
from tests.builders import definition_text, job
from tests.emulated import CREATE, LIST, Emulated
from web.background.work import run_operation

ROOT = Path(__file__).resolve().parents[2]
HEADER = "X-User"
ANA, BO = "ana@dev.example", "bo@dev.example"
TOKEN = "0123456789abcdef0123456789abcdef"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HOSTILE = (
    'load"} 1\njob_sync_forged{x="y',
    "9007199254740993",
    "../../etc/passwd",
    "größe 名前",
    "x" * 300,
)
Samples = dict[tuple[Any, ...], float]


def samples(answer: Any) -> Samples:
    """Return every sample that is not 0, by its name and the values of its labels."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.value
    }


@pytest.fixture
def env(prod: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    variables = {
        "DATABRICKS_HOST": prod.url,
        "DATABRICKS_TOKEN": prod.token,
        "WORKSPACE_GIT_FOLDER_PATH": prod.folder,
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "RETRY_TIMEOUT_SECONDS": "2",
        "NUM_THREADS": "4",
        "TRUSTED_USER_HEADER": HEADER,
        "OPERATORS": ANA,
        "METRICS_TOKEN": TOKEN,
    }
    for name in ("APP_MODE", "STATE_FOLDER_PATH", "RESOURCE_NAME_MAPPINGS_FILE_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def store(env: dict[str, str]) -> SqliteOperationStore:
    return SqliteOperationStore(page_folder(Settings.from_env(env), env))


@pytest.fixture
def run(store: SqliteOperationStore) -> Callable[..., str]:
    """Carries out an operation and returns its id."""

    def run_it(kind: str, **params: Any) -> str:
        name = store.start(OperationKind(kind), params, ANA).operation_id
        assert run_operation(name) == name
        return name

    return run_it


@pytest.fixture
def scrape(env: dict[str, str]) -> Callable[[], Samples]:
    client = create_app(env).server.test_client()
    return lambda: samples(client.get("/metrics", headers=BEARER))


def test_operations_show_what_they_did_whatever_jobs_are_called(
    prod: Emulated, run: Callable[..., str], scrape: Callable[[], Samples]
) -> None:
    for number, name in enumerate(HOSTILE, start=1):
        text = definition_text(job(name), job_id=number, run_as="admin@prod.example")
        prod.put(f"{number}.json", text)
    before = set(scrape())
    prod.fault(LIST, status=429, headers={"Retry-After": "1"})
    plan = run("validate", pause="", ask_workspace=False)
    run("import", plan=plan, names=list(HOSTILE), pause="")
    found = scrape()
    assert found["job_sync_operations_total", "validate", "succeeded"] == 1
    assert found["job_sync_operations_total", "import", "succeeded"] == 1
    assert found["job_sync_operation_seconds_count", "import"] == 1
    assert found["job_sync_jobs_written_total", "created", "import"] == len(HOSTILE)
    assert found["job_sync_api_calls_total", CREATE, "200"] == len(HOSTILE)
    assert found["job_sync_api_calls_total", LIST, "429"] == 1
    assert found["job_sync_api_waits_total", "rate_limit"] >= 1
    assert found["job_sync_api_wait_seconds_total", "rate_limit"] >= 0.9
    assert found["job_sync_last_validation_timestamp_seconds",] > time.time() - 3600
    calls = {key[1:]: value for key, value in found.items() if "api_calls" in key[0]}
    assert sum(calls.values()) <= sum(prod.calls().values())
    words = {word for key in found.keys() - before for word in key[1:]}
    assert not any(part in word for word in words for part in ("forged", "90071", "etc", "größ"))
    assert max(map(len, words)) < 60


def test_a_second_round_makes_no_series_that_the_first_did_not(
    prod: Emulated, run: Callable[..., str], scrape: Callable[[], Samples]
) -> None:
    def series() -> set[tuple[Any, ...]]:
        run("export")
        return {key for key in scrape() if "_bucket" not in key[0]}

    prod.create_job(job("load"))
    series()
    first = series()
    for number in range(20):
        prod.create_job(job(f"job {number} {HOSTILE[0]}"))
    assert series() <= first
    assert scrape()["job_sync_jobs_written_total", "created", "export"] == 21


def test_a_job_that_was_changed_here_shows_until_a_validation_finds_it_no_longer(
    prod: Emulated, run: Callable[..., str], scrape: Callable[[], Samples]
) -> None:
    for number, name in enumerate(("load", "other"), start=1):
        text = definition_text(job(name), job_id=number, run_as="admin@prod.example")
        prod.put(f"{number}.json", text)
    plan = run("validate", pause="", ask_workspace=False)
    run("import", plan=plan, names=["load", "other"], pause="")
    job_id = prod.job_id("load")
    assert ("job_sync_drifted_jobs",) not in scrape()
    prod.reset_job(job_id, job("load", timeout_seconds=60))
    for found in (1, 1):
        run("validate", pause="", ask_workspace=False)
        assert scrape()["job_sync_drifted_jobs",] == found
    assert scrape()["job_sync_last_validation_complete",] == 1
    prod.delete_job(prod.job_id("other"))
    run("validate", pause="", ask_workspace=False)
    assert scrape()["job_sync_drifted_jobs",] == 2
    prod.reset_job(job_id, job("load"))
    run("validate", pause="", ask_workspace=False)
    assert scrape()["job_sync_drifted_jobs",] == 1


def test_an_operation_whose_process_was_killed_counts_as_interrupted(
    env: dict[str, str], store: SqliteOperationStore, scrape: Callable[[], Samples]
) -> None:
    name = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    program = (
        "import sys, os; from core.gateways.stores import open_store; "
        "from core.settings import Settings; "
        "assert open_store(Settings.from_env(os.environ), os.environ).claim(sys.argv[1]); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, name], cwd=ROOT, check=False, timeout=120)
    for _ in range(2):
        assert scrape()["job_sync_operations_total", "export", "interrupted"] == 1
    found = store.get(name)
    assert found is not None
    assert found.status is Status.INTERRUPTED


def test_calls_of_the_page_itself_are_counted_with_those_of_operations(
    env: dict[str, str], prod: Emulated, tmp_path: Path
) -> None:
    app = create_app({**env, "OPERATORS": "group:admins"})
    client = app.server.test_client()
    assert client.get("/_dash-layout", headers={HEADER: BO}).status_code == 403
    asked = {key: count for key, count in prod.calls().items() if "scim" in key}
    assert asked
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = samples(client.get("/metrics", headers=BEARER))
        shown = {key[1]: value for key, value in found.items() if "scim" in str(key[1:])}
        if shown == asked:
            return
        time.sleep(0.05)
    raise AssertionError((shown, asked))


# Who may read it


def test_metrics_are_for_scrapers_with_the_token_and_for_who_may_look(env: dict[str, str]) -> None:
    client = create_app({**env, "VIEWERS": BO}).server.test_client()
    statuses = {
        "the token": client.get("/metrics", headers=BEARER),
        "a viewer": client.get("/metrics", headers={HEADER: BO}),
        "nobody": client.get("/metrics"),
        "a stranger": client.get("/metrics", headers={HEADER: "cy@dev.example"}),
        "a wrong token": client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}0"}),
        "the token elsewhere": client.get("/feed/export", headers=BEARER),
        "the token for an address like it": client.get("/metrics/", headers=BEARER),
        "the token to write": client.post("/metrics", headers=BEARER, json={}),
    }
    refused = {who: answer.status_code for who, answer in statuses.items()}
    assert refused == {
        "the token": 200,
        "a viewer": 200,
        "nobody": 401,
        "a stranger": 403,
        "a wrong token": 401,
        "the token elsewhere": 401,
        "the token for an address like it": 401,
        "the token to write": 405,
    }
    assert not any(TOKEN in answer.text for answer in statuses.values())


def test_without_a_token_no_scraper_is_let_in(env: dict[str, str]) -> None:
    client = create_app({**env, "METRICS_TOKEN": ""}).server.test_client()
    for sent in (BEARER, {"Authorization": "Bearer "}, {}):
        assert client.get("/metrics", headers=sent).status_code == 401


def test_on_an_open_page_a_scraper_on_another_machine_needs_the_token(env: dict[str, str]) -> None:
    client = create_app({**env, "TRUSTED_USER_HEADER": "", "AUTH": "none"}).server.test_client()
    there = {"Host": "page:8000"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers=there).status_code == 403
    assert client.get("/metrics", headers={**there, **BEARER}).status_code == 200
    assert client.get("/feed/export", headers={**there, **BEARER}).status_code == 403


def test_metrics_are_below_the_base_path_with_the_page(env: dict[str, str]) -> None:
    client = create_app({**env, "BASE_PATH": "/sync"}).server.test_client()
    assert client.get("/sync/metrics", headers=BEARER).status_code == 200


def test_a_store_that_cannot_be_read_is_an_error_and_not_zeros(
    env: dict[str, str], tmp_path: Path
) -> None:
    client = create_app(env).server.test_client()
    cache = Path(env["CACHE_FOLDER"])
    for path in sorted(cache.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    cache.rmdir()
    cache.write_text("in the way")
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 503
    assert "cannot be used" in answer.text


def test_the_library_of_metrics_is_loaded_with_the_first_scrape(env: dict[str, str]) -> None:
    program = (
        "import os, sys; from app import create_app; create_app(os.environ); "
        "sys.exit('prometheus_client' in sys.modules)"
    )
    environment = {**os.environ, **env}
    command = [sys.executable, "-c", program]
    subprocess.run(command, cwd=ROOT, env=environment, timeout=120, check=True)
