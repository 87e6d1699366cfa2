"""Puts summaries where people review: pull requests and issues of the provider that runs this.

    review.py comment FILE             writes FILE as the comment of this run's pull request
    review.py propose BRANCH FILE      opens a pull request for BRANCH, with FILE as a comment
    review.py withdraw BRANCH          closes that pull request
    review.py note FILE                writes FILE as an open issue
    review.py settle                   closes that issue

Each has one comment and one issue, which later runs change: nothing is repeated. A FILE that is
missing means that the run failed before it had a summary, and the comment says so. Needs nothing
but Python's standard library; which variables it reads is said in the modules of the providers.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from azure_devops import AzureDevOps
from github import GitHub
from gitlab import GitLab
from rest import ProviderError

LABEL = "job-sync-drift"
_OPENED = (
    "Exported from {workspace}: the definitions of all its jobs as they are now. The comment below "
    "lists what changes.\n\nEach export makes this branch anew, so do not commit to it."
)
_MISSING = "**The run ended before there was a summary.** Its log says why."


class Provider(Protocol):
    """What this needs of a provider."""

    @property
    def run_url(self) -> str: ...
    @property
    def commit(self) -> str: ...
    @property
    def pull_request(self) -> int: ...
    def find_pull_request(self, branch: str) -> int | None: ...
    def open_pull_request(self, branch: str, title: str, text: str) -> int: ...
    def close_pull_request(self, number: int) -> None: ...
    def find_comment(self, number: int, marker: str) -> str | None: ...
    def add_comment(self, number: int, text: str) -> None: ...
    def change_comment(self, comment: str, text: str) -> None: ...


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Carry out one command. Returns 0 done, 1 refused by the provider."""
    options = _parser().parse_args(arguments)
    workspace = env.get("WORKSPACE_NAME", "") or "the workspace"
    try:
        provider = _provider(env)
        if options.command == "comment":
            _comment(provider, provider.pull_request, "validate", _text(options.file))
        elif options.command == "propose":
            _propose(provider, options, workspace)
        elif options.command == "withdraw":
            _withdraw(provider, options.branch)
        elif isinstance(provider, AzureDevOps):
            raise ProviderError("Azure Repos has no issues.")
        elif options.command == "note":
            _note(provider, _text(options.file), workspace)
        else:
            _settle(provider)
    except KeyError as error:
        print(f"{error.args[0]} is not set.", file=sys.stderr)
        return 1
    except ProviderError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="review.py", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("comment").add_argument("file", type=Path)
    proposing = commands.add_parser("propose")
    proposing.add_argument("branch")
    proposing.add_argument("file", type=Path)
    proposing.add_argument("--start", metavar="WORKFLOW", help="start this one for it, on GitHub")
    commands.add_parser("withdraw").add_argument("branch")
    commands.add_parser("note").add_argument("file", type=Path)
    commands.add_parser("settle")
    return parser


def _provider(env: Mapping[str, str]) -> GitHub | GitLab | AzureDevOps:
    if env.get("GITHUB_ACTIONS"):
        return GitHub(env)
    if env.get("GITLAB_CI"):
        return GitLab(env)
    if env.get("TF_BUILD"):
        return AzureDevOps(env)
    raise ProviderError("This is no run of GitHub Actions, GitLab or Azure Pipelines.")


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else _MISSING


def _propose(
    provider: GitHub | GitLab | AzureDevOps, options: argparse.Namespace, workspace: str
) -> None:
    number = provider.find_pull_request(options.branch)
    if number is None:
        title = f"Export the jobs of {workspace}"
        text = _OPENED.format(workspace=workspace)
        number = provider.open_pull_request(options.branch, title, text)
        print(f"Opened pull request {number}.")
    _comment(provider, number, "export", _text(options.file))
    if options.start and isinstance(provider, GitHub):
        provider.start_workflow(options.start, options.branch, number)


def _withdraw(provider: Provider, branch: str) -> None:
    number = provider.find_pull_request(branch)
    if number is not None:
        provider.close_pull_request(number)
        print(f"Closed pull request {number}: there is nothing to export.")


def _comment(provider: Provider, number: int, about: str, text: str) -> None:
    marker = f"<!-- job-sync: {about} -->"  # each summary begins with its own
    head = "" if text.startswith(marker) else f"{marker}\n"
    body = f"{head}{text}\n\n{_origin(provider)}"
    comment = provider.find_comment(number, marker)
    if comment is None:
        provider.add_comment(number, body)
    else:
        provider.change_comment(comment, body)
    print(f"The summary is in a comment on pull request {number}.")


def _note(provider: GitHub | GitLab, text: str, workspace: str) -> None:
    body = f"{text}\n\n{_origin(provider)}"
    number = provider.find_issue(LABEL)
    if number is None:
        number = provider.open_issue(LABEL, f"Jobs of {workspace} were changed by hand", body)
    else:
        provider.change_issue(number, body)
    print(f"The summary is in issue {number}.")


def _settle(provider: GitHub | GitLab) -> None:
    number = provider.find_issue(LABEL)
    if number is not None:
        provider.close_issue(number)
        print(f"Closed issue {number}.")


def _origin(provider: Provider) -> str:
    return f"Commit {provider.commit[:12]} · [log]({provider.run_url})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
