"""The forge in the form of GitHub's REST API."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from tests.pipelines.forge import REPOSITORY, Caller, Comment, Forge, Thread

BASE = "/api/github"
_PAGE = 2  # so small that comments have several pages


def make_api(forge: Forge) -> Blueprint:
    api = Blueprint("github", __name__, url_prefix=f"{BASE}/repos/{REPOSITORY}")

    def caller(right: str) -> Caller:
        scheme, _, token = request.headers["Authorization"].partition(" ")
        assert scheme == "Bearer"
        return forge.require(token, right)

    @api.get("/pulls")
    def list_pulls() -> Any:
        caller("pull")
        head, base = request.args["head"], request.args["base"]
        owner, _, branch = head.partition(":")
        assert owner == REPOSITORY.partition("/")[0]
        return jsonify([_thread(one) for one in forge.find_pulls(branch, base)])

    @api.post("/pulls")
    def open_pull() -> Any:
        body = request.get_json()
        thread = forge.add_thread(
            caller("pull"), body["title"], body["body"], source=body["head"], target=body["base"]
        )
        return jsonify(_thread(thread)), 201

    @api.patch("/pulls/<int:number>")
    def change_pull(number: int) -> Any:
        caller("pull")
        assert request.get_json() == {"state": "closed"}
        forge.thread(number).is_open = False
        return jsonify(_thread(forge.thread(number)))

    @api.get("/issues/<int:number>/comments")
    def list_comments(number: int) -> Response:
        caller("comment")
        page = int(request.args.get("page", 1))
        comments = forge.thread(number).comments
        answer = jsonify([_comment(one) for one in comments[(page - 1) * _PAGE : page * _PAGE]])
        if len(comments) > page * _PAGE:
            answer.headers["Link"] = f'<{request.base_url}?page={page + 1}>; rel="next"'
        return answer

    @api.post("/issues/<int:number>/comments")
    def add_comment(number: int) -> Any:
        author, thread = caller("comment"), forge.thread(number)
        return jsonify(_comment(forge.add_comment(thread, author, request.get_json()["body"])))

    @api.patch("/issues/comments/<int:number>")
    def change_comment(number: int) -> Any:
        caller("comment")
        forge.comment(number).body = request.get_json()["body"]
        return jsonify(_comment(forge.comment(number)))

    @api.get("/issues")
    def list_issues() -> Any:
        caller("issue")
        assert request.args["state"] == "open"
        label = request.args["labels"]
        return jsonify(
            [_thread(one) for one in forge.threads if one.is_open and one.label == label]
        )

    @api.post("/issues")
    def open_issue() -> Any:
        body = request.get_json()
        [label] = body["labels"]
        thread = forge.add_thread(caller("issue"), body["title"], body["body"], label=label)
        return jsonify(_thread(thread)), 201

    @api.patch("/issues/<int:number>")
    def change_issue(number: int) -> Any:
        caller("issue")
        thread, body = forge.thread(number), request.get_json()
        thread.body = body.get("body", thread.body)
        thread.is_open = body.get("state") != "closed"
        return jsonify(_thread(thread))

    @api.post("/actions/workflows/<name>/dispatches")
    def start(name: str) -> Any:
        caller("start")
        forge.started.append({"workflow": name, **request.get_json()})
        return "", 204

    return api


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "number": thread.number,
        "title": thread.title,
        "body": thread.body,
        "state": "open" if thread.is_open else "closed",
        "user": _user(thread.author),
        **({"pull_request": {}} if thread.is_pull else {}),
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {"id": comment.number, "body": comment.body, "user": _user(comment.author)}


def _user(caller: Caller) -> dict[str, str] | None:
    """Return who wrote something, None where the account is gone."""
    if not caller.name:
        return None
    return {"login": caller.name, "type": "Bot" if caller.is_bot else "User"}
