"""What a team has that uses the pipelines: DEV and PROD, a repository, and jobs in DEV."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint

from emulator import start_environment
from tests.builders import job
from tests.emulated import Emulated
from tests.pipelines.forge import Forge, serve

DOCS = Path(__file__).parents[2] / "docs" / "ci"
STATE = "/Workspace/job-sync/state"
BRANCH = "job-sync/export"
DEFINITION = "jobs/{}.json"
MAPPINGS = "config/job-mappings.json"


@dataclass(frozen=True)
class Login:
    """What a provider keeps of one workspace. Its secrets reach only what asks for them."""

    variables: Mapping[str, str]
    secrets: Mapping[str, str]


@dataclass
class Site:
    """The two workspaces and the provider's repository; `directory` is for runs of pipelines."""

    dev: Emulated
    prod: Emulated
    forge: Forge
    directory: Path

    def logins(self) -> dict[str, Login]:
        """Return the logins by the names that docs/ci/README.md gives them."""
        dev, prod = (
            Login(
                {"DATABRICKS_HOST": one.url, "DATABRICKS_CLIENT_ID": one.running.client_id},
                {"DATABRICKS_CLIENT_SECRET": one.running.client_secret},
            )
            for one in (self.dev, self.prod)
        )
        return {"job-sync-dev": dev, "job-sync-prod-read": prod, "job-sync-prod": prod}

    def create(self, name: str, **settings: Any) -> None:
        self.dev.create_job(job(name, tags={"env": "dev"}, **settings))

    def change(self, workspace: Emulated, name: str, **settings: Any) -> None:
        changed = {**workspace.settings_of(name), **settings}
        workspace.reset_job(workspace.job_id(name), changed)

    def definition(self, name: str, branch: str = "main") -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.forge.files(branch)[DEFINITION.format(name)])
        return document

    def edited(self, name: str, **settings: Any) -> dict[str, bytes | None]:
        """Return the file of a definition as somebody edited it."""
        document = self.definition(name)
        document["settings"].update(settings)
        return {DEFINITION.format(name): json.dumps(document, indent=2).encode()}


@contextmanager
def open_site(directory: Path, make_api: Any) -> Iterator[Site]:
    """Start the workspaces and the provider, both empty but for the repository's first files."""
    (directory / "forge").mkdir()
    forge = Forge(directory / "forge")
    api: Blueprint = make_api(forge)
    with start_environment(directory / "workspaces") as workspaces, serve(forge, api):
        dev, prod = Emulated(workspaces["DEV"]), Emulated(workspaces["PROD"])
        mappings = {
            "value_mappings": {"tags": {"env": "prod"}},
            "run_as_mappings": {"default": {"service_principal_name": prod.running.client_id}},
        }
        forge.commit({"README.md": b"# Jobs\n", MAPPINGS: json.dumps(mappings).encode()})
        yield Site(dev, prod, forge, directory / "runs")
