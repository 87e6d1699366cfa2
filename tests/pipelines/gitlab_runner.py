"""Runs a pipeline of GitLab: which jobs its rules choose, and their scripts.

Scripts run as they are written, in one shell for each job. What a pipeline uses beyond this is an
error. Source: docs.gitlab.com/ci/yaml.
"""

import fnmatch
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.emulated import Emulated
from tests.pipelines.forge import MAIN, Forge, Thread
from tests.pipelines.gitlab_api import BASE, PROJECT, make_api
from tests.pipelines.shell import (
    check_out_product,
    machine_environment,
    run_git,
    run_script,
)
from tests.pipelines.site import DOCS, Site, open_site

_COMPARED = re.compile(r"""\$(\w+)\s*==\s*(?:\$(\w+)|"([^"]*)")""")
_JOB_KEYS = {
    *("extends", "image", "variables", "before_script", "script", "rules", "environment"),
    *("resource_group", "timeout", "interruptible", "artifacts", "when", "needs", "allow_failure"),
}


@dataclass(frozen=True)
class Pipeline:
    """What starts a pipeline. `changed` are the files of a push or a merge request."""

    source: str
    commit: str = ""
    ref: str = MAIN
    changed: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass
class JobRun:
    """How a job ended: `manual` when nobody started it, `success` or `failure`."""

    result: str
    log: str = ""
    artifacts: dict[str, str] = field(default_factory=dict)


def merge_request_pipeline(forge: Forge, pull: Thread, *, fork: bool = False) -> Pipeline:
    changed = forge.git("diff", "--name-only", f"{pull.target}...{pull.source}").split("\n")
    variables = {
        "CI_MERGE_REQUEST_IID": str(pull.number),
        "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "77" if fork else str(PROJECT),
    }
    commit = forge.tip(pull.source)
    return Pipeline("merge_request_event", commit, pull.source, tuple(changed), variables)


@contextmanager
def open_gitlab(directory: Path) -> Iterator[tuple[Site, "GitLabRunner"]]:
    """Start a site and its runners, with the variables that docs/ci/README.md describes."""
    with open_site(directory, make_api) as site:

        def variables(workspace: Emulated, *rights: str) -> dict[str, str]:
            token = {"GITLAB_API_TOKEN": site.forge.issue_token("bot", *rights)} if rights else {}
            return {
                "DATABRICKS_HOST": workspace.url,
                "DATABRICKS_CLIENT_ID": workspace.running.client_id,
                "DATABRICKS_CLIENT_SECRET": workspace.running.client_secret,
                **token,
            }

        environments = {
            "job-sync-dev": variables(site.dev, "read", "push", "pull", "comment"),
            "job-sync-prod-read": variables(site.prod, "comment", "issue"),
            "job-sync-prod": variables(site.prod),
        }
        yield site, GitLabRunner(site.forge, environments, site.directory)


class GitLabRunner:
    """The runners of one project. `variables` are those of each environment, by its name."""

    def __init__(
        self, forge: Forge, variables: Mapping[str, Mapping[str, str]], directory: Path
    ) -> None:
        self._forge = forge
        self._variables = variables
        self._directory = directory
        self._runs = 0
        directory.mkdir()
        _make_product_repository(directory / "product", forge.repository.parent / "job-sync.git")

    def run(
        self,
        file: Path,
        pipeline: Pipeline,
        *,
        start: Callable[[str], bool] = lambda _name: False,
    ) -> dict[str, JobRun]:
        """Run the jobs that rules choose.

        Args:
            start: asked with the name of each manual job whether somebody starts it.
        """
        jobs = yaml.safe_load(file.read_text("utf-8"))
        ended: dict[str, JobRun] = {}
        for name in jobs:
            job = _extended(jobs, name)
            if name.startswith(".") or not _is_chosen(
                job["rules"], pipeline, self._event(pipeline)
            ):
                continue
            needed = [ended[before].result for before in job.get("needs", [])]
            is_started = job.get("when") != "manual" or start(name)
            if not is_started or any(result != "success" for result in needed):
                ended[name] = JobRun("manual")
                continue
            ended[name] = self._run_job(job, pipeline)
        return ended

    def _event(self, pipeline: Pipeline) -> dict[str, str]:
        branch = {"CI_COMMIT_BRANCH": pipeline.ref} if "CI_MERGE_REQUEST_IID" not in (
            pipeline.variables
        ) else {}  # fmt: skip
        return {
            "CI_PIPELINE_SOURCE": pipeline.source,
            "CI_DEFAULT_BRANCH": MAIN,
            **branch,
            **pipeline.variables,
        }

    def _run_job(self, job: Mapping[str, Any], pipeline: Pipeline) -> JobRun:
        assert job.keys() <= _JOB_KEYS, job.keys()
        self._runs += 1
        directory = self._directory / f"run-{self._runs}"
        project, temporary = directory / "project", directory / "temp"
        project.mkdir(parents=True)
        temporary.mkdir()
        commit = pipeline.commit or self._forge.tip(pipeline.ref)
        token = self._forge.issue_token("job", "read")
        environment = {
            **machine_environment(directory / "home"),
            "TMPDIR": str(temporary),
            "GITLAB_CI": "true",
            "CI": "true",
            "CI_API_V4_URL": self._forge.url + BASE,
            "CI_COMMIT_SHA": commit,
            "CI_JOB_TOKEN": token,
            "CI_JOB_URL": f"{self._forge.url}/-/jobs/1",
            "CI_PROJECT_DIR": str(project),
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_URL": f"{self._forge.url}/git/definitions",
            "CI_SERVER_URL": self._forge.url,
            "JOB_SYNC_REPOSITORY": f"{self._forge.url}/git/job-sync.git",
            "JOB_SYNC_REF": "v1",
            **self._event(pipeline),
            **self._variables[job["environment"]["name"]],
            **job["variables"],
        }
        self._check_out(project, commit, token, environment)
        ended = run_script(
            "\n".join([*job["before_script"], *job["script"]]),
            shell=["bash", "-eo", "pipefail"],
            environment=environment,
            directory=project,
            temporary=temporary,
        )
        kept = job.get("artifacts", {"paths": [], "reports": {}})
        names = [*kept["paths"], *kept["reports"].values()]
        artifacts = {
            name: (project / name).read_text("utf-8-sig")
            for name in names
            if (project / name).exists()
        }
        return JobRun("success" if ended.code == 0 else "failure", ended.log, artifacts)

    def _check_out(
        self, project: Path, commit: str, token: str, environment: Mapping[str, str]
    ) -> None:
        scheme, _, rest = self._forge.url.partition("://")
        url = f"{scheme}://gitlab-ci-token:{token}@{rest}/git/definitions.git"
        depth = environment["GIT_DEPTH"]
        is_whole = depth == "0"

        def git(*arguments: str) -> None:
            run_git(project, environment, *arguments)

        wanted = ["+refs/heads/*:refs/remotes/origin/*"] if is_whole else []
        limit = [] if is_whole else [f"--depth={depth}"]
        git("init", "--quiet")
        git("remote", "add", "origin", url)
        git("fetch", "--quiet", "--no-tags", *limit, "origin", *wanted, f"+{commit}:refs/tested")
        git("checkout", "--quiet", "--detach", commit)


def _extended(jobs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a job with what it extends: mappings are merged, lists are replaced."""
    job = dict(jobs[name])
    if "extends" not in job:
        return job
    base = _extended(jobs, job["extends"])
    variables = {**base.get("variables", {}), **job.get("variables", {})}
    return {**base, **job, "variables": variables}


def _is_chosen(rules: list[dict[str, Any]], pipeline: Pipeline, event: Mapping[str, str]) -> bool:
    for rule in rules:
        assert rule.keys() <= {"if", "changes"}, rule
        paths = [path.replace("/**/*", "/*") for path in rule.get("changes", [])]
        touches = not paths or any(
            fnmatch.fnmatch(name, path) for name in pipeline.changed for path in paths
        )
        if touches and all(_compare(part, event) for part in rule["if"].split("&&")):
            return True
    return False


def _compare(text: str, event: Mapping[str, str]) -> bool:
    found = _COMPARED.fullmatch(text.strip())
    assert found, f"not understood: {text}"
    name, other, literal = found.groups()
    return event.get(name) == (event.get(other) if other else literal)


def _make_product_repository(directory: Path, repository: Path) -> None:
    """Make a repository of this checkout as it is now, with a tag."""
    check_out_product(directory)
    # Links lead outside of the repository: their targets are what is committed.
    for link in list(directory.iterdir()):
        target = link.resolve()
        link.unlink()
        subprocess.run(["cp", "-r", str(target), str(link)], check=True)
    # Bytecode that is valid in each clone: compiling it there would take most of the time.
    compiled = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(directory)]
    subprocess.run([sys.executable, *compiled], check=True)
    who = ["-c", "user.name=x", "-c", "user.email=x@dev.example"]
    for arguments in (
        ["init", "--quiet"],
        ["add", "--all", "."],
        [*who, "commit", "--quiet", "-m", "x"],
        ["tag", "v1"],
        ["clone", "--quiet", "--bare", ".", str(repository)],
    ):
        subprocess.run(["git", *arguments], cwd=directory, check=True)


FILE = DOCS / "gitlab" / "job-sync.gitlab-ci.yml"
NIGHTLY_EXPORT, NIGHTLY_DRIFT = (
    Pipeline("schedule", variables={"JOB_SYNC": name}) for name in ("export", "drift")
)
MERGED = Pipeline("push", changed=("jobs/load.json",))
