"""The forge in the form of GitLab's REST API."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from tests.pipelines.forge import Caller, Comment, Forge, Thread

BASE = "/api/v4"
PROJECT = 42
_PAGE = 2  # so small that comments have several pages


def make_api(forge: Forge) -> Blueprint:
    api = Blueprint("gitlab", __name__, url_prefix=BASE)
    project = f"/projects/{PROJECT}"

    def caller(right: str) -> Caller:
        return forge.require(request.headers["PRIVATE-TOKEN"], right)

    @api.get("/user")
    def get_user() -> Any:
        return jsonify({"id": caller("comment").name})

    @api.get(f"{project}/merge_requests")
    def list_pulls() -> Any:
        caller("pull")
        asked = request.args
        assert asked["state"] == "opened"
        found = forge.find_pulls(asked["source_branch"], asked["target_branch"])
        return jsonify([_thread(one) for one in found])

    @api.post(f"{project}/merge_requests")
    def open_pull() -> Any:
        body = request.get_json()
        thread = forge.add_thread(
            caller("pull"),
            body["title"],
            body["description"],
            source=body["source_branch"],
            target=body["target_branch"],
        )
        return jsonify(_thread(thread)), 201

    @api.put(f"{project}/merge_requests/<int:number>")
    def change_pull(number: int) -> Any:
        caller("pull")
        assert request.get_json() == {"state_event": "close"}
        forge.thread(number).is_open = False
        return jsonify(_thread(forge.thread(number)))

    @api.get(f"{project}/merge_requests/<int:number>/notes")
    def list_comments(number: int) -> Response:
        caller("comment")
        page = int(request.args.get("page", 1))
        comments = forge.thread(number).comments
        answer = jsonify([_comment(one) for one in comments[(page - 1) * _PAGE : page * _PAGE]])
        if len(comments) > page * _PAGE:
            answer.headers["Link"] = f'<{request.base_url}?page={page + 1}>; rel="next"'
        return answer

    @api.post(f"{project}/merge_requests/<int:number>/notes")
    def add_comment(number: int) -> Any:
        author, thread = caller("comment"), forge.thread(number)
        return jsonify(_comment(forge.add_comment(thread, author, request.get_json()["body"])))

    @api.put(f"{project}/merge_requests/<int:_number>/notes/<int:comment>")
    def change_comment(_number: int, comment: int) -> Any:
        caller("comment")
        forge.comment(comment).body = request.get_json()["body"]
        return jsonify(_comment(forge.comment(comment)))

    @api.get(f"{project}/issues")
    def list_issues() -> Any:
        caller("issue")
        assert request.args["state"] == "opened"
        label = request.args["labels"]
        found = [one for one in forge.issues() if one.is_open and one.label == label]
        return jsonify([_thread(one) for one in found])

    @api.post(f"{project}/issues")
    def open_issue() -> Any:
        body = request.get_json()
        thread = forge.add_thread(
            caller("issue"), body["title"], body["description"], label=body["labels"]
        )
        return jsonify(_thread(thread)), 201

    @api.put(f"{project}/issues/<int:number>")
    def change_issue(number: int) -> Any:
        caller("issue")
        thread, body = forge.thread(number), request.get_json()
        thread.body = body.get("description", thread.body)
        thread.is_open = body.get("state_event") != "close"
        return jsonify(_thread(thread))

    return api


def _thread(thread: Thread) -> dict[str, Any]:
    return {"iid": thread.number, "title": thread.title, "author": {"id": thread.author.name}}


def _comment(comment: Comment) -> dict[str, Any]:
    return {"id": comment.number, "body": comment.body, "author": {"id": comment.author.name}}
