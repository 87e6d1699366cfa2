"""compose.yaml agrees with the image, the local workspaces, and itself."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings
from emulator.identifiers import secret_for
from emulator.samples import MAPPING_FILE_PATH
from emulator.workspace import WorkspaceSpec
from tests.replicas import PAGES, WORKERS
from web.settings import PageSettings

ROOT = Path(__file__).resolve().parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = (*PAGES, *WORKERS, "page-dev")
ENVIRONMENT: dict[str, str] = SERVICES["page-1"]["environment"]


def test_all_replicas_have_one_environment():
    assert {str(SERVICES[name]["environment"]) for name in (*PAGES, *WORKERS)} == {str(ENVIRONMENT)}


@pytest.mark.parametrize("name", OURS)
def test_every_environment_is_one_that_the_app_takes(name: str):
    given = SERVICES[name]["environment"]
    settings, page = Settings.from_env(given), PageSettings.from_env(given)
    assert bool(settings.redis_url) == (name != "page-dev")
    assert bool(page.secret_key) == (name != "page-dev")
    assert page.is_open


def test_what_is_open_to_everybody_is_published_to_this_machine_alone():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize(("name", "workspace"), [("page-1", "PROD"), ("page-dev", "DEV")])
def test_the_logins_are_those_of_the_local_workspaces(name: str, workspace: str, tmp_path: Path):
    given = SERVICES[name]["environment"]
    remote: Any = None
    spec = WorkspaceSpec(workspace, tmp_path, remote)
    assert given["DATABRICKS_CLIENT_ID"] == spec.app_client_id
    assert given["DATABRICKS_CLIENT_SECRET"] == secret_for(workspace, "app", "secret")
    port = given["DATABRICKS_HOST"].rpartition(":")[2]
    assert f"{workspace}:{port}" in SERVICES["workspaces"]["command"]
    if "RESOURCE_NAME_MAPPINGS_FILE_PATH" in given:
        assert given["RESOURCE_NAME_MAPPINGS_FILE_PATH"] == f"/Workspace{MAPPING_FILE_PATH}"


def test_images_of_others_have_versions():
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    assert images
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_the_proxy_passes_on_to_every_page_and_asks_whether_its_process_lives():
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]
    assert "reverse_proxy page-1:8000 page-2:8000 {" in caddyfile
    assert "health_uri /healthz" in caddyfile  # not /readyz: without Redis a page still says so


def test_what_the_file_says_of_itself_is_in_the_docs():
    text = (ROOT / "docs/replicas.md").read_text()
    [command] = {" ".join(SERVICES[name]["entrypoint"]) for name in WORKERS}
    assert command in text
