"""Which processes keep their operations together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.gateways.machine.local_folder import deployment_name, page_folder
from core.settings import AppMode, Settings

SETTINGS = Settings("/Workspace/Shared/jobs", mapping_path="/Workspace/Shared/mappings.json")
ENV = {"DATABRICKS_HOST": "https://dev.example"}


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "9000"},
        {"DATABRICKS_APP_PORT": "9001"},
        {"DATABRICKS_HOST": "dev.example/"},
        {"DATABRICKS_CLIENT_SECRET": "x"},
    ],
)
def test_all_replicas_have_one_name(env: Mapping[str, str]) -> None:
    here = replace(SETTINGS, cache_folder="/elsewhere", threads=4, redis_url="redis://other")
    assert deployment_name(here, {**ENV, **env}) == deployment_name(SETTINGS, ENV)


@pytest.mark.parametrize(
    "change",
    [
        {"folder": "/Workspace/Shared/other"},
        {"mapping_path": ""},
        {"state_path": "/Workspace/Shared/state"},
        {"mode": AppMode.EXPORT},
    ],
)
def test_another_deployment_has_another_name(change: dict[str, Any]) -> None:
    assert deployment_name(replace(SETTINGS, **change), ENV) != deployment_name(SETTINGS, ENV)


def test_another_workspace_has_another_name() -> None:
    there = {"DATABRICKS_HOST": "https://prod.example"}
    assert deployment_name(SETTINGS, there) != deployment_name(SETTINGS, ENV)


def test_two_that_differ_in_their_port_alone_have_folders_of_their_own() -> None:
    assert page_folder(SETTINGS, {**ENV, "PORT": "9000"}) != page_folder(SETTINGS, ENV)
