"""Runs a pipeline of Azure DevOps: stages, jobs, conditions, steps, variables and macros.

Shell steps run as they are written. What a pipeline uses beyond this is an error.
Source: learn.microsoft.com/azure/devops/pipelines/process.
"""

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.azure_api import COLLECTION, PROJECT, REPOSITORY_ID, make_api
from tests.pipelines.forge import MAIN, Forge, Thread
from tests.pipelines.shell import (
    check_out_product,
    machine_environment,
    run_git,
    run_script,
)
from tests.pipelines.site import DOCS, Login, Site, open_site

_COMMAND = re.compile(r"##vso\[([\w.]+)\s*([^\]\n]*)\](.*)$", re.MULTILINE)  # anywhere in a line
_MACRO = re.compile(r"\$\(([\w.]+)\)")
_WORD = re.compile(r"\s*(?:(\w+)\(|(\w+(?:\.\w+)*)\['([^']*)'\]|'([^']*)'|([,)]))")
_SHELL = ["bash", "--noprofile", "--norc"]  # no -e: a script has to ask for it
_TASKS = ("UsePythonVersion@0", "PublishTestResults@2")


@dataclass(frozen=True)
class Build:
    """What starts a pipeline: `IndividualCI`, `Schedule`, `PullRequest` or `Manual`."""

    reason: str
    commit: str = ""
    ref: str = f"refs/heads/{MAIN}"
    changed: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class JobRun:
    """How a job ended: `skipped`, `success` or `failure`, with what it printed and kept."""

    result: str
    steps: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    artifacts: dict[str, str] = field(default_factory=dict)
    test_results: str = ""


def pull_request_build(forge: Forge, pull: Thread, *, fork: bool = False) -> Build:
    variables = {
        "System.PullRequest.PullRequestId": str(pull.number),
        "System.PullRequest.SourceCommitId": forge.tip(pull.source),
        "System.PullRequest.IsFork": str(fork),
    }
    ref = f"refs/pull/{pull.number}/merge"
    return Build("PullRequest", forge.make_trial_merge(pull), ref, (), variables)


@contextmanager
def open_azure(directory: Path) -> Iterator[tuple[Site, "AzureRunner"]]:
    """Start a site and its agents, with the variable groups that docs/ci/README.md describes."""
    with open_site(directory, make_api) as site:
        yield site, AzureRunner(site.forge, site.logins(), site.directory)


class AzureRunner:
    """The agents of one project."""

    def __init__(self, forge: Forge, groups: Mapping[str, Login], directory: Path) -> None:
        self._forge = forge
        self._groups = groups
        self._directory = directory
        self._runs = 0

    def run(
        self, file: Path, build: Build, *, approve: Callable[[str], bool] = lambda _name: True
    ) -> dict[str, JobRun]:
        """Run a pipeline; empty when the event does not start it."""
        pipeline = yaml.safe_load(file.read_text("utf-8"))
        if build.reason != "Manual" and not _starts(pipeline, build):
            return {}
        stages = pipeline.get("stages") or [{"stage": "", "jobs": pipeline["jobs"]}]
        ended: dict[str, JobRun] = {}
        for stage in stages:
            [job] = stage["jobs"]
            name = job.get("job") or job["deployment"]
            has_failed = any(run.result != "success" for run in ended.values())
            looked_up = {
                f"dependencies.{before}.outputs": {
                    f"{before}.{key}": value for key, value in run.outputs.items()
                }
                for before, run in ended.items()
            }
            condition = stage.get("condition", "succeeded()")
            if not _holds(condition, {"variables": {}, **looked_up}, has_failed):
                ended[name] = JobRun("skipped")
                continue
            if "environment" in job and not approve(job["environment"]):
                ended[name] = JobRun("skipped")
                continue
            self._runs += 1
            directory = self._directory / f"run-{self._runs}"
            directory.mkdir(parents=True)
            ended[name] = _Job(self._forge, directory, job, build, self._groups).run()
        return ended


class _Job:
    def __init__(
        self,
        forge: Forge,
        directory: Path,
        job: Mapping[str, Any],
        build: Build,
        groups: Mapping[str, Login],
    ) -> None:
        self._forge, self._job, self._build = forge, job, build
        self._workspace = directory / "workspace"
        self._temporary = directory / "temp"
        self._workspace.mkdir()
        self._temporary.mkdir()
        self._token = forge.issue_token("build-service", "read", "push", "pull", "comment")
        self._secrets = {"System.AccessToken": self._token}
        self._variables = {
            "Pipeline.Workspace": str(self._workspace),
            "Agent.TempDirectory": str(self._temporary),
            "System.CollectionUri": f"{forge.url}{COLLECTION}/",
            "System.TeamProject": PROJECT,
            "Build.Repository.ID": REPOSITORY_ID,
            "Build.BuildId": "1",
            "Build.Reason": build.reason,
            "Build.SourceBranch": build.ref,
            "Build.SourceVersion": build.commit or forge.tip(MAIN),
            "TF_BUILD": "True",
            **build.variables,
        }
        for entry in job["variables"]:
            if "group" in entry:
                self._variables |= groups[entry["group"]].variables
                if build.variables.get("System.PullRequest.IsFork") != "True":
                    self._secrets |= groups[entry["group"]].secrets
            else:
                self._variables[entry["name"]] = entry["value"]
        self._machine = machine_environment(directory / "home")

    def run(self) -> JobRun:
        if not self._runs(self._job.get("condition", "succeeded()"), False):
            return JobRun("skipped")
        run = JobRun("success")
        steps = self._job.get("steps") or self._job["strategy"]["runOnce"]["deploy"]["steps"]
        for step in steps:
            name = step.get("displayName") or step.get("checkout") or step.get("task")
            if not self._runs(step.get("condition", "succeeded()"), run.result == "failure"):
                run.steps[name] = "skipped"
                continue
            is_done = True
            if "checkout" in step:
                self._check_out(step)
            elif "task" in step:
                self._act(step, run)
            else:
                is_done = self._script(step, run)
            run.steps[name] = "success" if is_done else "failure"
            if not is_done:
                run.result = "failure"
        return run

    def _runs(self, condition: str, has_failed: bool) -> bool:
        for name, value in self._build.parameters.items():
            condition = condition.replace(f"${{{{ parameters.{name} }}}}", str(value))
        return _holds(condition, {"variables": self._variables}, has_failed)

    def _script(self, step: Mapping[str, Any], run: JobRun) -> bool:
        known = {"bash", "name", "displayName", "condition", "workingDirectory", "env"}
        assert step.keys() <= known, step
        assert "${{" not in step["bash"], "a value in a script is code"
        visible = {name.upper().replace(".", "_"): v for name, v in self._variables.items()}
        ended = run_script(
            self._filled(step["bash"]),
            shell=_SHELL,
            environment={
                **self._machine,
                **visible,
                **{name: self._filled(text) for name, text in step.get("env", {}).items()},
            },
            directory=Path(self._filled(step.get("workingDirectory", str(self._workspace)))),
            temporary=self._temporary,
        )
        run.log += ended.log
        for found in _COMMAND.finditer(ended.log):
            self._obey(found[1], found[2], found[3].rstrip("\r"), step.get("name", ""), run)
        return ended.code == 0

    def _obey(self, command: str, text: str, value: str, step: str, run: JobRun) -> None:
        """Carry out a logging command, as the agent does with what a step prints."""
        options = dict(part.split("=", 1) for part in text.split(";") if part)
        if command == "task.setvariable":
            self._variables[options["variable"]] = value
            if options.get("isOutput") == "true":
                run.outputs[f"{step}.{options['variable']}"] = value
        elif command == "task.uploadsummary":
            run.summary += Path(value).read_text("utf-8") if Path(value).exists() else ""
        elif command == "artifact.upload":
            if Path(value).exists():
                run.artifacts[options["artifactname"]] = Path(value).read_text("utf-8-sig")
        else:
            assert (command, options.get("type")) == ("task.logissue", "error"), command

    def _act(self, step: Mapping[str, Any], run: JobRun) -> None:
        assert step["task"] in _TASKS, step["task"]
        if step["task"] == "PublishTestResults@2":
            file = Path(self._filled(step["inputs"]["testResultsFiles"]))
            run.test_results = file.read_text("utf-8") if file.exists() else ""

    def _check_out(self, step: Mapping[str, Any]) -> None:
        target = self._workspace / step["path"]
        if step["checkout"] == "job-sync":
            assert step["persistCredentials"] is False
            check_out_product(target)
            return
        target.mkdir(parents=True)

        def git(*arguments: str) -> None:
            run_git(target, self._machine, *arguments)

        url = f"{self._forge.url}/git/definitions.git"
        key = f"http.{url}.extraheader"
        commit, is_whole = self._variables["Build.SourceVersion"], step["fetchDepth"] == 0
        limit = [] if is_whole else [f"--depth={step['fetchDepth']}"]
        wanted = ["+refs/heads/*:refs/remotes/origin/*"] if is_whole else []
        git("init", "--quiet")
        git("remote", "add", "origin", url)
        git("config", key, f"AUTHORIZATION: bearer {self._token}")
        git("fetch", "--quiet", "--no-tags", *limit, "origin", *wanted, f"+{commit}:refs/tested")
        git("checkout", "--quiet", "--detach", commit)
        if not step["persistCredentials"]:
            git("config", "--unset", key)

    def _filled(self, text: str) -> str:
        """Replace macros; one whose variable is unknown stays, as it does in a real run."""
        known = {**self._variables, **self._secrets}
        return _MACRO.sub(lambda found: known.get(found[1], found[0]), text)


def _starts(pipeline: Mapping[str, Any], build: Build) -> bool:
    if build.reason == "Schedule":
        return bool(pipeline.get("schedules"))
    if build.reason == "PullRequest":
        return True  # a policy of the branch starts it
    trigger = pipeline["trigger"]
    if trigger == "none":
        return False
    branch = build.ref.removeprefix("refs/heads/")
    paths = trigger["paths"]["include"]
    return branch in trigger["branches"]["include"] and any(
        fnmatch.fnmatch(name, path) for name in build.changed for path in paths
    )


def _holds(condition: str, looked_up: Mapping[str, Mapping[str, str]], has_failed: bool) -> bool:
    """Evaluate a condition. A missing variable is empty, texts are compared in any case."""
    functions: dict[str, Callable[..., Any]] = {
        "succeeded": lambda: not has_failed,
        "always": lambda: True,
        "and": lambda *values: all(values),
        "or": lambda *values: any(values),
        "eq": lambda one, other: one.casefold() == other.casefold(),
        "ne": lambda one, other: one.casefold() != other.casefold(),
    }

    def value(position: int) -> tuple[Any, int]:
        found = _WORD.match(condition, position)
        assert found, f"not understood: {condition[position:]}"
        call, table, key, text, sign = found.groups()
        if call is None:
            assert sign is None, condition
            return (text if table is None else looked_up[table].get(key, "")), found.end()
        arguments: list[Any] = []
        position = found.end()
        while condition[position] != ")":
            argument, position = value(position)
            arguments.append(argument)
            position += condition[position] == ","
        return functions[call](*arguments), position + 1

    result, end = value(0)
    assert not condition[end:].strip(), condition
    return bool(result)


EXPORT, VALIDATE, IMPORT, DRIFT = (
    DOCS / "azure-devops" / f"job-sync-{name}.yml"
    for name in ("export", "validate", "import", "drift")
)
NIGHTLY = Build("Schedule")
MERGED = Build("IndividualCI", changed=("jobs/load.json",))
