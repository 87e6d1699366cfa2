"""The forge in the form of Azure DevOps' REST API."""

from typing import Any

from flask import Blueprint, abort, jsonify, request

from tests.pipelines.forge import Caller, Forge, Thread

COLLECTION = "/api/azure/acme"
PROJECT = "Data Platform"  # projects have names with spaces
REPOSITORY_ID = "3411ebc1-d5aa-464f-9615-0b527bc66719"
_HEADS = "refs/heads/"
_DESCRIPTION = 4000  # characters; source: learn.microsoft.com, git/pull-requests/create


def make_api(forge: Forge) -> Blueprint:
    api = Blueprint("azure", __name__, url_prefix=COLLECTION)
    repository = f"/{PROJECT}/_apis/git/repositories/{REPOSITORY_ID}"

    def caller(right: str) -> Caller:
        scheme, _, token = request.headers["Authorization"].partition(" ")
        assert scheme == "Bearer"
        return forge.require(token, right)

    @api.get("/_apis/connectionData")
    def get_connection() -> Any:
        return jsonify({"authenticatedUser": {"id": caller("read").name}})

    @api.get(f"{repository}/pullrequests")
    def list_pulls() -> Any:
        caller("read")
        asked = {name.partition(".")[2]: value for name, value in request.args.items()}
        assert asked["status"] == "active"
        source = asked["sourceRefName"].removeprefix(_HEADS)
        target = asked["targetRefName"].removeprefix(_HEADS)
        return jsonify({"value": [_pull(one) for one in forge.find_pulls(source, target)]})

    @api.post(f"{repository}/pullrequests")
    def open_pull() -> Any:
        body = request.get_json()
        if len(body["description"]) > _DESCRIPTION:
            abort(400)
        source, target = (body[f"{side}RefName"] for side in ("source", "target"))
        assert source.startswith(_HEADS)
        assert target.startswith(_HEADS)
        thread = forge.add_thread(
            caller("pull"),
            body["title"],
            body["description"],
            source=source.removeprefix(_HEADS),
            target=target.removeprefix(_HEADS),
        )
        return jsonify(_pull(thread)), 201

    @api.patch(f"{repository}/pullrequests/<int:number>")
    def change_pull(number: int) -> Any:
        caller("pull")
        assert request.get_json() == {"status": "abandoned"}
        forge.thread(number).is_open = False
        return jsonify(_pull(forge.thread(number)))

    @api.get(f"{repository}/pullRequests/<int:number>/threads")
    def list_threads(number: int) -> Any:
        caller("read")
        return jsonify(
            {
                "value": [
                    {"id": 1, "comments": None},  # what the service writes about votes and pushes
                    *(
                        {
                            "id": one.number,
                            "comments": [
                                {"id": 1, "content": one.body, "author": {"id": one.author.name}}
                            ],
                        }
                        for one in forge.thread(number).comments
                    ),
                ]
            }
        )

    @api.post(f"{repository}/pullRequests/<int:number>/threads")
    def add_thread(number: int) -> Any:
        body = request.get_json()
        assert body["status"] == "closed"
        [comment] = body["comments"]
        added = forge.add_comment(forge.thread(number), caller("comment"), comment["content"])
        return jsonify({"id": added.number})

    @api.patch(f"{repository}/pullRequests/<int:_number>/threads/<int:thread>/comments/1")
    def change_comment(_number: int, thread: int) -> Any:
        author, comment = caller("comment"), forge.comment(thread)
        if comment.author.name != author.name:
            abort(403)
        comment.body = request.get_json()["content"]
        return jsonify({"id": 1})

    return api


def _pull(thread: Thread) -> dict[str, Any]:
    return {"pullRequestId": thread.number, "status": "active" if thread.is_open else "abandoned"}
