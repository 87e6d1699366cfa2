"""Pull requests and issues of GitHub. Source: docs.github.com/rest."""

import json
from collections.abc import Mapping
from pathlib import Path

from rest import Json, Rest


class GitHub:
    """The repository of this run. Reads the variables that every runner sets, and GITHUB_TOKEN."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._owner = env["GITHUB_REPOSITORY"].partition("/")[0]
        self._rest = Rest(
            f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}",
            {
                "Authorization": f"Bearer {env['GITHUB_TOKEN']}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )

    @property
    def run_url(self) -> str:
        server, repository = self._env["GITHUB_SERVER_URL"], self._env["GITHUB_REPOSITORY"]
        return f"{server}/{repository}/actions/runs/{self._env['GITHUB_RUN_ID']}"

    @property
    def commit(self) -> str:
        """The commit that was proposed: the runner's own one is a trial merge of it."""
        event = self._event().get("pull_request")
        return str(event["head"]["sha"]) if event else self._env["GITHUB_SHA"]

    @property
    def pull_request(self) -> int:
        """The number of the pull request that started this run, or that PULL_REQUEST has."""
        event = self._event().get("pull_request")
        return int(event["number"] if event else self._env["PULL_REQUEST"])

    @property
    def target(self) -> str:
        return self._env["GITHUB_REF_NAME"]

    def find_pull_request(self, branch: str) -> int | None:
        head = f"{self._owner}:{branch}"
        found = self._rest.pages("pulls", state="open", head=head, base=self.target)
        return int(found[0]["number"]) if found else None

    def open_pull_request(self, branch: str, title: str, text: str) -> int:
        body = {"head": branch, "base": self.target, "title": title, "body": text}
        return int(self._rest.call("POST", "pulls", body)["number"])

    def close_pull_request(self, number: int) -> None:
        self._rest.call("PATCH", f"pulls/{number}", {"state": "closed"})

    def find_comment(self, number: int, marker: str) -> str | None:
        """Return our comment: people may quote its marker, so only a bot's counts."""
        found = [
            f"issues/comments/{one['id']}"
            for one in self._rest.pages(f"issues/{number}/comments")
            if one["user"]["type"] == "Bot" and one["body"].startswith(marker)
        ]
        return found[0] if found else None

    def add_comment(self, number: int, text: str) -> None:
        self._rest.call("POST", f"issues/{number}/comments", {"body": text})

    def change_comment(self, comment: str, text: str) -> None:
        self._rest.call("PATCH", comment, {"body": text})

    def find_issue(self, label: str) -> int | None:
        """Return our issue; the list has pull requests as well."""
        found = [
            int(one["number"])
            for one in self._rest.pages("issues", state="open", labels=label)
            if "pull_request" not in one and one["user"]["type"] == "Bot"
        ]
        return min(found, default=None)

    def open_issue(self, label: str, title: str, text: str) -> int:
        body = {"title": title, "body": text, "labels": [label]}
        return int(self._rest.call("POST", "issues", body)["number"])

    def change_issue(self, number: int, text: str) -> None:
        self._rest.call("PATCH", f"issues/{number}", {"body": text})

    def close_issue(self, number: int) -> None:
        self._rest.call("PATCH", f"issues/{number}", {"state": "closed"})

    def start_workflow(self, name: str, branch: str, number: int) -> None:
        """Start a workflow by hand: GitHub starts none for what GITHUB_TOKEN pushed or opened."""
        body = {"ref": branch, "inputs": {"pull_request": str(number)}}
        self._rest.call("POST", f"actions/workflows/{name}/dispatches", body)

    def _event(self) -> Json:
        event: Json = json.loads(Path(self._env["GITHUB_EVENT_PATH"]).read_text("utf-8"))
        return event
