"""Who may only look reads no secret at any address; who may change asks for them."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.kinds import OperationKind
from core.operations.running import carry_out
from core.settings import AppMode, Settings
from emulator import start_environment
from tests.builders import definition_text, job
from tests.emulated import IMPORT_FILE, Emulated
from tests.secret_samples import SAMPLES

HEADER = "X-Forwarded-Email"
ANA, BO = {HEADER: "ana@dev.example"}, {HEADER: "bo@dev.example"}
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
MAPPING = "/Workspace/Shared/job-sync/mappings.json"
NAMED = "by-its-name-only"
SECRETS = (*(sample.secret for sample in SAMPLES), NAMED)

FED = {"row", "history", "log", "csv", "timeline", "mappings", "export", "import", "workspace"}

pytestmark = pytest.mark.slow


def with_secrets(name: str, number: int = 0) -> dict[str, Any]:
    """A job with every sample, each at another place; its `number` makes it another version."""
    texts = [sample.text for sample in SAMPLES]
    task = {
        "task_key": "main",
        "max_retries": number,
        "spark_python_task": {
            "python_file": "/Shared/x.py",
            "parameters": ["--password", f"{NAMED}-{number}", *texts],
        },
        "new_cluster": {
            "spark_version": "15.4.x-scala2.12",
            "node_type_id": "i3.xlarge",
            "num_workers": 1,
            "spark_conf": {f"spark.x{at}": text for at, text in enumerate(texts)},
            "spark_env_vars": {"DB_PASS": f"{NAMED}-{number}"},
        },
    }
    return job(name, tasks=[task], parameters=[{"name": "p", "default": json.dumps({"x": texts})}])


@dataclass
class Site:
    """A page beside a workspace in which secrets were planted, with what was done there."""

    server: Flask
    store: SqliteOperationStore
    workspace: Emulated
    operations: dict[str, str]

    def ask(self, method: str, path: str, user: dict[str, str], **arguments: Any) -> Any:
        client = self.server.test_client()
        headers = {**SAME_SITE, **user}
        for _ in range(50):
            answer = client.open(path, method=method, headers=headers, **arguments)
            if answer.status_code != 503 or "Retry-After" not in answer.headers:
                break
            time.sleep(0.1)
        return answer

    def key_of(self, operation: str, name: str) -> str:
        rows = self.store.row_values(self.operations[operation])
        return next(row.key for row in rows if row.job == name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Do all that leaves something to read, as the processes of the page do it; once."""
    folder = tmp_path_factory.mktemp("secrets")
    with start_environment(folder) as environment, pytest.MonkeyPatch.context() as patch:
        yield begin(Emulated(environment["DEV"]), folder, patch)


def begin(dev: Emulated, folder: Path, patch: pytest.MonkeyPatch) -> Site:
    env = {
        "DATABRICKS_HOST": dev.url,
        "DATABRICKS_TOKEN": dev.token,
        "WORKSPACE_GIT_FOLDER_PATH": dev.folder,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": MAPPING,
        "CACHE_FOLDER": str(folder / "cache"),
        "APP_MODE": "Both",
        "RETRY_TIMEOUT_SECONDS": "5",
        "TRUSTED_USER_HEADER": HEADER,
        "OPERATORS": "ana@dev.example",
        "VIEWERS": "*",
    }
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        patch.setenv(name, env[name])
    settings = Settings.from_env(env)
    server = create_app(env).server
    store = SqliteOperationStore(page_folder(settings, env))
    operations: dict[str, str] = {}
    site = Site(server, store, dev, operations)

    def run(kind: OperationKind, name: str = "", **params: Any) -> None:
        operation = store.start(kind, params, "ana@dev.example")
        service = dev.service(mapping_path=MAPPING, mode=AppMode.BOTH)
        carry_out(operation.operation_id, store, lambda _: service, AppMode.BOTH, time.time)
        operations[name or kind.value] = operation.operation_id

    plant(dev)
    run(OperationKind.PREVIEW)
    run(OperationKind.EXPORT)
    run(OperationKind.VALIDATE, "first")
    run(OperationKind.IMPORT, names=["in-git"], plan=operations["first"])
    dev.put("in-git.json", definition_text(with_secrets("in-git", 1), job_id=7))
    run(OperationKind.VALIDATE)
    run(OperationKind.MAPPINGS)
    run(OperationKind.INFO)
    return site


def plant(dev: Emulated) -> None:
    dev.create_job(with_secrets("here-only"))
    dev.put("in-git.json", definition_text(with_secrets("in-git"), job_id=7))
    me = dev.connect().ports.principals.current().name
    entries = {f"old {at}": sample.text for at, sample in enumerate(SAMPLES)}
    document = {
        "run_as_mappings": {"default": {"user_name": me}},
        "value_mappings": {
            "parameters": {
                "p": {"a": SAMPLES[0].text},
                "db_password": {NAMED: f"{NAMED}-2"},
                "q": entries,
            },
            "tags": {"password": NAMED},
        },
    }
    dev.put(MAPPING, f"// {SAMPLES[0].text}\n{json.dumps(document, indent=1)}".encode())


def addresses(site: Site) -> Iterator[str]:
    """Yield every address that can be read, with everything there is put in."""
    history = site.workspace.service(mapping_path=MAPPING, mode=AppMode.BOTH).history().entries()
    known: dict[str, list[str]] = {
        "operation_id": list(site.operations.values()),
        "entry_id": [entry.entry_id for entry in history],
        "key": [str(number) for number in range(4)],
        "number": [str(number) for number in range(8)],
        "tab": ["export", "import", "workspace", "mappings", "history"],
        "path": ["export", "import", "mappings", "workspace", "history"],
        "package_name": [],
        "fingerprinted_path": [],
        "filename": [],
    }
    for rule in site.server.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            yield from filled(rule.rule, known)


def filled(rule: str, known: dict[str, list[str]]) -> Iterator[str]:
    found = re.search(r"<(?:\w+:)?(\w+)>", rule)
    if found is None:
        yield rule
        return
    for value in known[found[1]]:
        yield from filled(rule.replace(found[0], value), known)


def seen(text: str) -> list[str]:
    """Return the secrets in an answer, as they are or as JSON escapes them."""
    return [one for one in SECRETS if one in text or json.dumps(one)[1:-1] in text]


def text_of(answer: Any) -> str:
    return str(answer.data.decode(errors="replace"))


def test_whoever_looks_reads_no_secret_at_any_address(site):
    wait_for_history(site)
    asked = [*dict.fromkeys(addresses(site))]
    assert len(asked) > 100
    answers = {path: site.ask("GET", path, BO) for path in asked}
    assert {path: found for path, one in answers.items() if (found := seen(text_of(one)))} == {}
    read = [path.split("/") for path, one in answers.items() if one.status_code == 200]
    assert {parts[2] for parts in read if parts[1] == "feed"} >= FED
    unasked = {path: seen(text_of(site.ask("GET", path, ANA))) for path in asked}
    assert not any(unasked.values())


def wait_for_history(site: Site) -> None:
    """The first answer may come before the workspace has been read."""
    entries = site.workspace.service(mapping_path=MAPPING, mode=AppMode.BOTH).history().entries()
    assert {"export", "validate", "import"} <= {entry.kind for entry in entries}


def test_only_who_may_change_is_shown_hidden_values_and_the_history_notes_it(site):
    row = f"row/{site.operations['validate']}/{site.key_of('validate', 'in-git')}"
    file = f"mappings/{site.operations['mappings']}"
    for what in (row, file):
        address = f"/feed/reveal/{what}"
        assert site.ask("GET", address, ANA).status_code in (404, 405)
        refused = site.ask("POST", address, BO, json={})
        assert (refused.status_code, seen(refused.text)) == (403, [])
        assert "read-only access" in refused.get_json()["message"]
        elsewhere = {**ANA, "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        assert site.ask("POST", address, elsewhere, json={}).status_code == 403
    assert reveals(site) == []
    shown = site.ask("POST", f"/feed/reveal/{row}", ANA, json={})
    assert set(seen(shown.text)) == set(SECRETS)
    panel = shown.get_json()
    assert json.loads(panel["desired"])["name"] == "in-git"
    shown = site.ask("POST", f"/feed/reveal/{file}", ANA, json={})
    assert SAMPLES[0].text in shown.get_json()["text"]
    assert [(entry.actor, entry.message) for entry in reveals(site)] == [
        ("ana@dev.example", "Showed the hidden values of the mapping file."),
        ("ana@dev.example", "Showed the hidden values of “in-git”."),
    ]
    assert site.ask("POST", "/feed/reveal/row/unknown/0", ANA, json={}).status_code == 404
    assert len(reveals(site)) == 2


def reveals(site: Site) -> list[Any]:
    history = site.workspace.service(mapping_path=MAPPING, mode=AppMode.BOTH).history()
    return [entry for entry in history.entries() if entry.kind == "reveal"]


def test_what_cannot_be_noted_is_not_shown(site):
    row = f"row/{site.operations['validate']}/{site.key_of('validate', 'in-git')}"
    site.workspace.fault(IMPORT_FILE, status=403, times=1000)
    answer = site.ask("POST", f"/feed/reveal/{row}", ANA, json={})
    assert (answer.status_code, seen(answer.text)) == (503, [])
    assert "Nothing is shown" in answer.text
    site.workspace.clear_faults()


def test_the_button_is_theirs_only_who_may_press_it(site):
    address = f"/feed/row/{site.operations['validate']}/{site.key_of('validate', 'in-git')}"
    assert "data-reveal" in site.ask("GET", address, ANA).text
    assert "data-reveal" not in site.ask("GET", address, BO).text


def test_an_export_stopped_at_each_secret_and_wrote_none(site):
    files = site.workspace.files()
    assert "here-only.json" not in files
    rows = {row.job: row for row in site.store.row_values(site.operations["export"])}
    assert rows["here-only"].status == "error"
    assert "Databricks token" in rows["here-only"].message
