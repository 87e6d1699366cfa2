"""Pull requests of Azure Repos. Source: learn.microsoft.com/rest/api/azure/devops/git."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from rest import Rest

_VERSION: dict[str, Any] = {"api-version": "7.1"}
_HEADS = "refs/heads/"


class AzureDevOps:
    """The repository of this build. Reads the agent's variables, and SYSTEM_ACCESSTOKEN."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        headers = {"Authorization": f"Bearer {env['SYSTEM_ACCESSTOKEN']}"}
        collection = env["SYSTEM_COLLECTIONURI"].rstrip("/")
        self._project = f"{collection}/{quote(env['SYSTEM_TEAMPROJECT'], safe='')}"
        self._collection = Rest(collection, headers)
        repository = f"_apis/git/repositories/{env['BUILD_REPOSITORY_ID']}"
        self._rest = Rest(f"{self._project}/{repository}", headers)

    @property
    def run_url(self) -> str:
        return f"{self._project}/_build/results?buildId={self._env['BUILD_BUILDID']}"

    @property
    def commit(self) -> str:
        """The commit that was proposed: the build's own one is a trial merge of it."""
        proposed = self._env.get("SYSTEM_PULLREQUEST_SOURCECOMMITID")
        return proposed or self._env["BUILD_SOURCEVERSION"]

    @property
    def pull_request(self) -> int:
        return int(self._env["SYSTEM_PULLREQUEST_PULLREQUESTID"])

    @property
    def target(self) -> str:
        return self._env["BUILD_SOURCEBRANCH"].removeprefix(_HEADS)

    def find_pull_request(self, branch: str) -> int | None:
        criteria: dict[str, Any] = {
            "searchCriteria.status": "active",
            "searchCriteria.sourceRefName": _HEADS + branch,
            "searchCriteria.targetRefName": _HEADS + self.target,
        }
        found = self._rest.call("GET", "pullrequests", **criteria, **_VERSION)["value"]
        return int(found[0]["pullRequestId"]) if found else None

    def open_pull_request(self, branch: str, title: str, text: str) -> int:
        body = {
            "sourceRefName": _HEADS + branch,
            "targetRefName": _HEADS + self.target,
            "title": title,
            "description": text,
        }
        answer = self._rest.call("POST", "pullrequests", body, **_VERSION)
        return int(answer["pullRequestId"])

    def close_pull_request(self, number: int) -> None:
        body = {"status": "abandoned"}
        self._rest.call("PATCH", f"pullrequests/{number}", body, **_VERSION)

    def find_comment(self, number: int, marker: str) -> str | None:
        """Return our comment: nobody may change another's, and people may quote its marker."""
        me = self._collection.call("GET", "_apis/connectionData")["authenticatedUser"]["id"]
        threads = self._rest.call("GET", f"pullRequests/{number}/threads", **_VERSION)["value"]
        for thread in threads:
            for comment in thread.get("comments") or ():
                is_ours = comment["author"]["id"] == me and not comment.get("isDeleted")
                if is_ours and (comment.get("content") or "").startswith(marker):
                    return f"pullRequests/{number}/threads/{thread['id']}/comments/{comment['id']}"
        return None

    def add_comment(self, number: int, text: str) -> None:
        """Add a thread that is closed: an open one can keep a pull request from completing."""
        comment = {"parentCommentId": 0, "content": text, "commentType": "text"}
        body = {"comments": [comment], "status": "closed"}
        self._rest.call("POST", f"pullRequests/{number}/threads", body, **_VERSION)

    def change_comment(self, comment: str, text: str) -> None:
        self._rest.call("PATCH", comment, {"content": text}, **_VERSION)
