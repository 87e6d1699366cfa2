"""The pipelines of docs/ci by the schemas of their providers, by linters, and by our own rules."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipelines.site import DOCS

GITHUB = sorted((DOCS / "github").glob("*.yml"))
AZURE = sorted((DOCS / "azure-devops").glob("*.yml"))
GITLAB = sorted((DOCS / "gitlab").glob("*.yml"))
STEPS = sorted((DOCS / "steps").glob("*.sh"))
PROGRAMS = Path(sys.executable).parent
# May push or fetch once more, so that their checkout keeps its token.
KEEP_CREDENTIALS = {"job-sync-export.yml": 1, "job-sync-import.yml": 1}


def check(*command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


def github_jobs(file: Path) -> Iterator[Mapping[str, Any]]:
    yield from load(file)["jobs"].values()


def test_there_is_each_pipeline_of_each_provider() -> None:
    names = ["job-sync-drift", "job-sync-export", "job-sync-import", "job-sync-validate"]
    assert [one.stem for one in GITHUB] == [one.stem for one in AZURE] == names
    assert set(names) < load(GITLAB[0]).keys()


@pytest.mark.slow
def test_yamllint_finds_nothing() -> None:
    check(PROGRAMS / "yamllint", "--strict", "-c", DOCS / ".yamllint.yml", DOCS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", GITHUB), ("vendor.gitlab-ci", GITLAB)],
    ids=["github", "gitlab"],
)
def test_they_have_the_form_that_the_provider_wants(schema: str, files: list[Path]) -> None:
    check(PROGRAMS / "check-jsonschema", "--builtin-schema", schema, *files)


@pytest.mark.slow
def test_those_of_azure_devops_have_the_form_that_it_wants(tmp_path: Path) -> None:
    """To its parser every scalar is a text, and the schema of check-jsonschema says so."""
    files = []
    for file in AZURE:
        files.append(tmp_path / f"{file.stem}.json")
        texts = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)
        files[-1].write_text(json.dumps(texts))
    options = ["--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"]
    schema = ["--builtin-schema", "vendor.azure-pipelines"]
    check(PROGRAMS / "check-jsonschema", *schema, *options, *files)


def find_program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:{Path.home() / 'go' / 'bin'}")
    if not found:
        pytest.skip(f"{name} is not on this machine.")
    return found


def test_actionlint_finds_nothing() -> None:
    check(find_program("actionlint"), *GITHUB)


def test_shellcheck_finds_nothing() -> None:
    check(find_program("shellcheck"), *STEPS)


@pytest.mark.parametrize("file", STEPS, ids=lambda one: one.name)
def test_a_shared_step_can_be_run_and_stops_at_the_first_error(file: Path) -> None:
    check("bash", "-n", file)
    assert os.access(file, os.X_OK)
    assert "\nset -euo pipefail\n" in file.read_text("utf-8")


@pytest.mark.parametrize("file", GITHUB, ids=lambda one: one.stem)
def test_workflows_of_github_have_least_rights(file: Path) -> None:
    workflow, text = load(file), file.read_text("utf-8")
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text
    assert "secrets." not in json.dumps(workflow.get("env", {}))
    kept = 0
    for job in github_jobs(file):
        assert job["permissions"].get("contents") in {"read", "write"}
        assert "secrets." not in json.dumps(job.get("env", {}))
        for step in job["steps"]:
            kept += _keeps_credentials(step)
            assert "${{" not in step.get("run", ""), "a value in a script is code"
            environment = step.get("env", {})
            assert not ("GITHUB_TOKEN" in environment and "secrets." in json.dumps(environment))
    assert kept == KEEP_CREDENTIALS.get(file.name, 0)


def _keeps_credentials(step: Mapping[str, Any]) -> bool:
    is_checkout = step.get("uses", "").startswith("actions/checkout@")
    return is_checkout and step["with"].get("persist-credentials") is not False


def test_all_that_has_to_be_set_up_is_in_the_instructions() -> None:
    text = (DOCS / "README.md").read_text("utf-8")
    pattern = "|".join(
        (
            r"(?:vars|secrets)\.(\w+)",
            r"environment: (job-sync-[\w-]+)",
            r"group: (job-sync-(?:dev|prod)[\w-]*)$",
            r"name: (job-sync-(?:dev|prod)[\w-]*)$",
            r"\$\((DATABRICKS\w+)\)",
        )
    )
    for file in (*GITHUB, *AZURE, *GITLAB):
        for found in re.finditer(pattern, file.read_text("utf-8"), re.MULTILINE):
            [name] = [one for one in found.groups() if one]
            assert f"`{name}`" in text, (file.name, name)


@pytest.mark.parametrize("file", sorted(DOCS.glob("*.md")), ids=lambda one: one.name)
def test_each_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", file.read_text("utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


def test_actions_are_pinned_by_commit() -> None:
    for file in GITHUB:
        for line in file.read_text("utf-8").splitlines():
            if "uses:" in line:
                assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("file", AZURE, ids=lambda one: one.stem)
def test_scripts_of_azure_devops_stop_at_the_first_error(file: Path) -> None:
    """Its bash does not, unless a script of several lines asks for it."""
    scripts = re.findall(r"- bash: \|\n((?: +.*\n|\n)+?)(?= +\w+:)", file.read_text("utf-8"))
    assert scripts
    for script in scripts:
        first = script.strip().splitlines()[0]
        assert first == "set -euo pipefail" or "exit 1" in script, script


def test_an_import_that_fails_in_gitlab_fails_its_pipeline() -> None:
    """What is started by hand may fail unless it says otherwise."""
    importing = load(GITLAB[0])["job-sync-import"]
    assert (importing["when"], importing["allow_failure"]) == ("manual", False)


@pytest.mark.parametrize("file", [*GITHUB, *AZURE, *GITLAB], ids=lambda one: one.stem)
def test_no_token_is_part_of_a_command_or_an_address(file: Path) -> None:
    text = file.read_text("utf-8")
    for line in text.splitlines():
        assert not re.search(r"https?://\S*\$", line), line
        if "TOKEN" in line and "echo" in line:
            assert "password=" in line, line  # of a credential helper, which git reads
    assert not re.search(r"DATABRICKS_TOKEN", text)
