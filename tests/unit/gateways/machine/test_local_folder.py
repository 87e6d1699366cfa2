"""Where this machine keeps what may be lost."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.gateways.machine.local_folder import default_cache_folder, page_folder
from core.settings import AppMode, Settings

SETTINGS = Settings("/Workspace/Shared/jobs", cache_folder="/cache")
DEV = {"DATABRICKS_HOST": "https://dev.example"}


def test_the_folder_lies_in_the_configured_cache():
    folder = page_folder(SETTINGS, DEV)
    assert folder.parent == Path("/cache")
    assert folder.name.startswith("page-")
    assert len(folder.name) == len("page-") + 12


def test_without_a_cache_it_lies_in_a_folder_of_this_user():
    assert str(os.getuid()) in default_cache_folder().name
    assert page_folder(Settings("/Workspace/x"), {}).parent == default_cache_folder()


@pytest.mark.parametrize(
    "env",
    [
        {**DEV, "PORT": "8000"},
        {**DEV, "PORT": " 8000 ", "OPERATORS": "ana@dev.example", "SECRET_KEY": "x"},
        {**DEV, "DATABRICKS_APP_PORT": "8000", "PORT": "9000"},
        {**DEV, "DATABRICKS_TOKEN": "another", "NUM_THREADS": "8", "WORKSPACE_NAME": "DEV"},
        {"DATABRICKS_HOST": "dev.example"},
        {"DATABRICKS_HOST": "https://dev.example/"},
        {"DATABRICKS_HOST": " HTTPS://Dev.Example:443/browse "},
    ],
)
def test_all_processes_of_one_deployment_find_the_same_folder_after_a_restart_too(env):
    assert page_folder(SETTINGS, env) == page_folder(SETTINGS, DEV)


OTHERS = [
    {"DATABRICKS_HOST": "https://prod.example"},
    {"DATABRICKS_HOST": "http://dev.example"},
    {"DATABRICKS_HOST": "https://dev.example:8443"},
    {"DATABRICKS_HOST": "https://dev.example/?o=1"},
    {"DATABRICKS_HOST": "https://dev.example/?o=2"},
    {**DEV, "DATABRICKS_CONFIG_PROFILE": "prod"},
    {**DEV, "DATABRICKS_APP_NAME": "job-sync"},
    {**DEV, "PORT": "8001"},
    {**DEV, "DATABRICKS_APP_PORT": "8002"},
    {"DATABRICKS_AZURE_RESOURCE_ID": "/subscriptions/1/dev"},
    {"DATABRICKS_AZURE_RESOURCE_ID": "/subscriptions/1/prod"},
    {},
]


def test_no_two_deployments_share_operations():
    folders = {page_folder(SETTINGS, env) for env in (DEV, *OTHERS)}
    assert len(folders) == 1 + len(OTHERS)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": AppMode.IMPORT},
        {"mode": AppMode.EXPORT},
        {"mapping_path": "/Workspace/Shared/map.json"},
        {"state_path": "/Workspace/Shared/state"},
    ],
)
def test_two_deployments_for_one_workspace_do_not_share_operations(change):
    assert page_folder(replace(SETTINGS, **change), DEV) != page_folder(SETTINGS, DEV)


@pytest.mark.parametrize("host", ["https://[dev", "https://dev:x", "https://dev:99999999", "://"])
def test_a_host_that_is_none_has_a_folder_all_the_same(host):
    assert page_folder(SETTINGS, {"DATABRICKS_HOST": host}).name.startswith("page-")


def test_git_folders_do_not_share_operations():
    other = Settings("/Workspace/Shared/other", cache_folder="/cache")
    assert page_folder(other, DEV) != page_folder(SETTINGS, DEV)


@pytest.mark.parametrize("hostile", ["../../etc", "a/b", "\0", "名" * 4000])
def test_no_name_leads_out_of_the_cache(hostile):
    folder = page_folder(SETTINGS, {"DATABRICKS_APP_NAME": hostile})
    assert folder.parent == Path("/cache")
    assert folder.name.replace("-", "").isalnum()
