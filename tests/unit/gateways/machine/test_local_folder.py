"""Where this machine keeps what may be lost."""

import os
from pathlib import Path

import pytest

from core.gateways.machine.local_folder import default_cache_folder, page_folder
from core.settings import Settings

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


def test_all_processes_of_one_deployment_find_the_same_folder():
    assert page_folder(SETTINGS, DEV) == page_folder(SETTINGS, {**DEV, "PORT": "8001"})


@pytest.mark.parametrize(
    "env",
    [
        {"DATABRICKS_HOST": "https://prod.example"},
        {**DEV, "DATABRICKS_CONFIG_PROFILE": "prod"},
        {**DEV, "DATABRICKS_APP_NAME": "job-sync"},
        {},
    ],
)
def test_deployments_do_not_share_operations(env):
    assert page_folder(SETTINGS, env) != page_folder(SETTINGS, DEV)


def test_git_folders_do_not_share_operations():
    other = Settings("/Workspace/Shared/other", cache_folder="/cache")
    assert page_folder(other, DEV) != page_folder(SETTINGS, DEV)


@pytest.mark.parametrize("hostile", ["../../etc", "a/b", "\0", "名" * 4000])
def test_no_name_leads_out_of_the_cache(hostile):
    folder = page_folder(SETTINGS, {"DATABRICKS_APP_NAME": hostile})
    assert folder.parent == Path("/cache")
    assert folder.name.replace("-", "").isalnum()
