"""Merge requests and issues of GitLab. Source: docs.gitlab.com/api."""

from collections.abc import Mapping

from rest import Rest


class GitLab:
    """The project of this pipeline. Reads GitLab's own variables, and GITLAB_API_TOKEN.

    The token is a project access token: CI_JOB_TOKEN may neither open merge requests nor comment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._api = Rest(env["CI_API_V4_URL"], {"PRIVATE-TOKEN": env["GITLAB_API_TOKEN"]})
        self._rest = Rest(
            f"{env['CI_API_V4_URL']}/projects/{env['CI_PROJECT_ID']}",
            {"PRIVATE-TOKEN": env["GITLAB_API_TOKEN"]},
        )

    @property
    def run_url(self) -> str:
        return self._env["CI_JOB_URL"]

    @property
    def commit(self) -> str:
        """The commit that was proposed: in a merged results pipeline CI_COMMIT_SHA is a trial."""
        return self._env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or self._env["CI_COMMIT_SHA"]

    @property
    def pull_request(self) -> int:
        return int(self._env["CI_MERGE_REQUEST_IID"])

    @property
    def target(self) -> str:
        return self._env["CI_DEFAULT_BRANCH"]

    def find_pull_request(self, branch: str) -> int | None:
        found = self._rest.pages(
            "merge_requests", state="opened", source_branch=branch, target_branch=self.target
        )
        return int(found[0]["iid"]) if found else None

    def open_pull_request(self, branch: str, title: str, text: str) -> int:
        body = {
            "source_branch": branch,
            "target_branch": self.target,
            "title": title,
            "description": text,
        }
        return int(self._rest.call("POST", "merge_requests", body)["iid"])

    def close_pull_request(self, number: int) -> None:
        self._rest.call("PUT", f"merge_requests/{number}", {"state_event": "close"})

    def find_comment(self, number: int, marker: str) -> str | None:
        me = self._api.call("GET", "user")["id"]
        found = [
            f"merge_requests/{number}/notes/{one['id']}"
            for one in self._rest.pages(f"merge_requests/{number}/notes")
            if one["author"]["id"] == me and one["body"].startswith(marker)
        ]
        return found[0] if found else None

    def add_comment(self, number: int, text: str) -> None:
        self._rest.call("POST", f"merge_requests/{number}/notes", {"body": text})

    def change_comment(self, comment: str, text: str) -> None:
        self._rest.call("PUT", comment, {"body": text})

    def find_issue(self, label: str) -> int | None:
        me = self._api.call("GET", "user")["id"]
        found = [
            int(one["iid"])
            for one in self._rest.pages("issues", state="opened", labels=label)
            if one["author"]["id"] == me
        ]
        return min(found, default=None)

    def open_issue(self, label: str, title: str, text: str) -> int:
        body = {"title": title, "description": text, "labels": label}
        return int(self._rest.call("POST", "issues", body)["iid"])

    def change_issue(self, number: int, text: str) -> None:
        self._rest.call("PUT", f"issues/{number}", {"description": text})

    def close_issue(self, number: int) -> None:
        self._rest.call("PUT", f"issues/{number}", {"state_event": "close"})
