"""Runs a workflow of GitHub Actions: its triggers, jobs, conditions, steps and their outputs.

Shell steps run as they are written. Of actions it knows checkout, setup-python and
upload-artifact. What a workflow uses beyond this is an error, so that nothing passes unrun.
"""

import base64
import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.forge import MAIN, REPOSITORY, Forge, Thread
from tests.pipelines.github_api import BASE, make_api
from tests.pipelines.github_expressions import fill, holds
from tests.pipelines.shell import (
    check_out_product,
    machine_environment,
    run_git,
    run_script,
)
from tests.pipelines.site import DOCS, Login, Site, open_site

PRODUCT = "acme/job-sync"
_RIGHTS = {
    ("contents", "read"): {"read"},
    ("contents", "write"): {"read", "push"},
    ("pull-requests", "write"): {"pull", "comment"},
    ("issues", "write"): {"issue", "comment"},
    ("actions", "write"): {"start"},
}
_COMMAND = re.compile(r"^\s*::|##\[")  # what the runner takes for an order in a log
_SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


@dataclass(frozen=True)
class Event:
    """What starts a workflow. `changed` are the files of a push or a pull request."""

    name: str
    ref: str = f"refs/heads/{MAIN}"
    sha: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    from_fork: bool = False


@dataclass
class JobRun:
    """How a job ended: `skipped`, `success` or `failure`, with what it printed and kept."""

    result: str
    steps: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    artifacts: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)


def pull_request_event(forge: Forge, pull: Thread, *, fork: str = "") -> Event:
    """Return the event of a pull request, opened from a branch here or from a fork."""
    merged = forge.make_trial_merge(pull)
    changed = forge.git("diff", "--name-only", f"{pull.target}...{pull.source}").split("\n")
    head = {"sha": forge.tip(pull.source), "repo": {"full_name": fork or REPOSITORY}}
    payload = {"pull_request": {"number": pull.number, "head": head}}
    ref = f"refs/pull/{pull.number}/merge"
    return Event("pull_request", ref, merged, payload, {}, tuple(changed), bool(fork))


@contextmanager
def open_github(directory: Path) -> Iterator[tuple[Site, "GitHubRunner"]]:
    """Start a site and its runners, with the environments that docs/ci/README.md describes."""
    with open_site(directory, make_api) as site:
        yield site, GitHubRunner(site.forge, site.logins(), site.directory)


class GitHubRunner:
    """The runners of one repository."""

    def __init__(self, forge: Forge, environments: Mapping[str, Login], directory: Path) -> None:
        self._forge = forge
        self._environments = environments
        self._directory = directory
        self._runs = 0

    def run(
        self, file: Path, event: Event, *, approve: Callable[[str], bool] = lambda _name: True
    ) -> dict[str, JobRun]:
        """Run a workflow; empty when the event does not start it.

        Args:
            approve: asked with the name of each environment before a job of it begins.
        """
        workflow = yaml.safe_load(file.read_text("utf-8"))
        if not _starts(workflow[True], event):
            return {}
        ended: dict[str, JobRun] = {}
        for name, job in workflow["jobs"].items():
            ended[name] = self._run_job(workflow, job, event, ended, approve)
        return ended

    def _run_job(
        self,
        workflow: Mapping[str, Any],
        job: Mapping[str, Any],
        event: Event,
        ended: Mapping[str, JobRun],
        approve: Callable[[str], bool],
    ) -> JobRun:
        needed = [job["needs"]] if "needs" in job else []
        has_failed = any(ended[name].result != "success" for name in needed)
        contexts = self._contexts(workflow, job, event, ended)
        if not holds(job.get("if", "success()"), contexts, has_failed=has_failed):
            return JobRun("skipped")
        if not approve(job["environment"]):
            return JobRun("skipped")
        return _Job(self._forge, self._next_directory(), workflow, job, event, contexts).run()

    def _next_directory(self) -> Path:
        self._runs += 1
        directory = self._directory / f"run-{self._runs}"
        directory.mkdir(parents=True)
        return directory

    def _contexts(
        self,
        workflow: Mapping[str, Any],
        job: Mapping[str, Any],
        event: Event,
        ended: Mapping[str, JobRun],
    ) -> dict[str, Any]:
        environment = self._environments[job["environment"]]
        permissions = job.get("permissions", workflow["permissions"])
        rights = {right for one in permissions.items() for right in _RIGHTS[one]}
        token = self._forge.issue_token(
            "github-actions[bot]", *({"read"} if event.from_fork else rights)
        )
        return {
            "github": {
                "event_name": event.name,
                "event": event.payload,
                "ref": event.ref,
                "repository": REPOSITORY,
                "token": token,
            },
            "inputs": event.inputs,
            "vars": {
                "JOB_SYNC_REPOSITORY": PRODUCT,
                "JOB_SYNC_REF": "v1",
                **environment.variables,
            },
            "secrets": {} if event.from_fork else environment.secrets,
            "needs": {name: {"outputs": one.outputs} for name, one in ended.items()},
        }


class _Job:
    """One job on a machine of its own."""

    def __init__(
        self,
        forge: Forge,
        directory: Path,
        workflow: Mapping[str, Any],
        job: Mapping[str, Any],
        event: Event,
        contexts: Mapping[str, Any],
    ) -> None:
        self._forge = forge
        self._workspace = directory / "workspace"
        self._temporary = directory / "temp"
        self._workspace.mkdir()
        self._temporary.mkdir()
        self._workflow, self._job, self._event = workflow, job, event
        runner = {"temp": str(self._temporary)}
        self._steps: dict[str, dict[str, Any]] = {}
        self._contexts = {**contexts, "runner": runner, "steps": self._steps}
        (self._temporary / "event.json").write_text(json.dumps(event.payload))
        self._environment = {
            **machine_environment(directory / "home"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": forge.url + BASE,
            "GITHUB_SERVER_URL": forge.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "1",
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(self._temporary / "event.json"),
            "GITHUB_REF": event.ref,
            "GITHUB_REF_NAME": event.ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
            "GITHUB_SHA": event.sha or forge.tip(event.ref.removeprefix("refs/heads/")),
            "GITHUB_WORKSPACE": str(self._workspace),
            "RUNNER_TEMP": str(self._temporary),
            "CI": "true",
            **self._filled({**workflow.get("env", {}), **job.get("env", {})}),
        }

    def run(self) -> JobRun:
        run = JobRun("success")
        for number, step in enumerate(self._job["steps"]):
            name = step.get("name", step.get("uses", "").partition("@")[0])
            has_failed = run.result == "failure"
            if not holds(step.get("if", "success()"), self._contexts, has_failed=has_failed):
                run.steps[name] = "skipped"
                continue
            is_done = self._act(step, run) if "uses" in step else self._script(step, run, number)
            run.steps[name] = "success" if is_done else "failure"
            if not is_done:
                run.result = "failure"
        outputs = self._job.get("outputs", {})
        run.outputs = {name: fill(text, self._contexts) for name, text in outputs.items()}
        return run

    def _script(self, step: Mapping[str, Any], run: JobRun, number: int) -> bool:
        assert step.keys() <= {"name", "id", "if", "env", "run", "working-directory"}, step
        assert "${{" not in step["run"], "a value in a script is code"
        output, summary = self._temporary / f"output-{number}", self._temporary / f"sum-{number}"
        output.touch()
        summary.touch()
        ended = run_script(
            step["run"],
            shell=_SHELLS[self._workflow["defaults"]["run"]["shell"]],
            environment={
                **self._environment,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                **self._filled(step.get("env", {})),
            },
            directory=self._workspace / step.get("working-directory", ""),
            temporary=self._temporary,
        )
        run.log += ended.log
        run.commands += [line for line in ended.log.splitlines() if _COMMAND.search(line)]
        run.summary += summary.read_text("utf-8")
        if "id" in step:
            lines = output.read_text("utf-8").splitlines()
            self._steps[step["id"]] = {"outputs": dict(line.split("=", 1) for line in lines)}
        return ended.code == 0

    def _act(self, step: Mapping[str, Any], run: JobRun) -> bool:
        action, options = step["uses"].partition("@")[0], self._filled(step.get("with", {}))
        if action == "actions/checkout":
            self._check_out(options)
        elif action == "actions/upload-artifact":
            path = Path(options["path"])
            if path.exists():
                run.artifacts[options["name"]] = path.read_text("utf-8-sig")
        else:
            assert action == "actions/setup-python", action
        return True

    def _check_out(self, options: Mapping[str, str]) -> None:
        target = self._workspace / options["path"]
        if options.get("repository", REPOSITORY) == PRODUCT:
            assert options["persist-credentials"] == "false"
            check_out_product(target)
            return
        target.mkdir()
        token = self._contexts["github"]["token"]
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        header = f"AUTHORIZATION: basic {basic}"
        url = f"{self._forge.url}/git/definitions.git"
        key = f"http.{self._forge.url}/.extraheader"

        def git(*arguments: str) -> None:
            run_git(target, self._environment, *arguments)

        depth, commit = options.get("fetch-depth", "1"), self._environment["GITHUB_SHA"]
        is_whole = depth == "0"
        wanted = ["+refs/heads/*:refs/remotes/origin/*"] if is_whole else []
        limit = [] if is_whole else [f"--depth={depth}"]
        git("init", "--quiet")
        git("remote", "add", "origin", url)
        git("config", key, header)
        git("fetch", "--quiet", "--no-tags", *limit, "origin", *wanted, f"+{commit}:refs/tested")
        branch = self._event.ref.removeprefix("refs/heads/").replace("/", "-")
        git("checkout", "--quiet", "-B", branch, commit)
        if options.get("persist-credentials") == "false":
            git("config", "--unset", key)

    def _filled(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: fill(text, self._contexts) for name, text in values.items()}


def _starts(triggers: Mapping[str, Any], event: Event) -> bool:
    if event.name not in triggers:
        return False
    trigger = triggers[event.name] or {}
    if isinstance(trigger, list):  # schedules
        return True
    branches, paths = trigger.get("branches"), trigger.get("paths")
    if branches and event.ref.removeprefix("refs/heads/") not in branches:
        return False
    return not paths or any(
        fnmatch.fnmatch(name, path.replace("**", "*")) for path in paths for name in event.changed
    )


EXPORT, VALIDATE, IMPORT, DRIFT = (
    DOCS / "github" / f"job-sync-{name}.yml" for name in ("export", "validate", "import", "drift")
)
NIGHTLY = Event("schedule")
MERGED = Event("push", changed=("jobs/load.json",))
