"""Clusters, warehouses and all other kinds of object that jobs refer to: list and get."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request

from emulator.api.exchange import (
    caller,
    count_argument,
    json_response,
    text_argument,
)
from emulator.api.list_filters import asked_for
from emulator.errors import ApiError, endpoint_not_found, permission_denied
from emulator.json_values import JsonDict
from emulator.paging import page_of
from emulator.resources import KINDS, OLDER_ADDRESSES, ResourceKind
from emulator.workspace import Workspace


class ComputeApi:
    """The list and get endpoints of `emulator.resources.KINDS`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("compute", __name__)
        for kind in (*KINDS, *OLDER_ADDRESSES):
            _route(blueprint, kind.list_path, partial(self.list_resources, kind))
            if kind.get_path is not None:
                _route(blueprint, kind.get_path, partial(self.get_resource, kind))
        return blueprint

    def list_resources(self, kind: ResourceKind) -> Response:
        self._check_available(kind)
        size = count_argument(kind.size_argument, kind.default_size, largest=kind.max_size)
        resources = self._matching(kind)
        if kind.paging == "none":
            return json_response({kind.list_key: resources} if resources else {})
        if kind.paging == "number":
            first = (count_argument("page", 1, largest=10**6) - 1) * size
            page = resources[first : first + size]
            return json_response({"count": len(resources), kind.list_key: page})
        paged, token = page_of(resources, text_argument("page_token"), size)
        following = {"next_page_token": token} if token else {}
        return json_response({kind.list_key: paged, **following} if paged else {})

    def get_resource(self, kind: ResourceKind, id: str = "") -> Response:
        self._check_available(kind)
        wanted = text_argument(kind.get_by) if kind.get_by else id
        resource = self._workspace.resources.get(kind.seed_key, wanted)
        if resource is None:
            raise kind.missing_error(kind.missing.format(id=wanted))
        return json_response(resource)

    def _matching(self, kind: ResourceKind) -> list[JsonDict]:
        resources = asked_for(kind.seed_key, self._workspace.resources.all(kind.seed_key))
        return [
            {name: value for name, value in one.items() if name not in kind.hidden_in_lists}
            for one in resources
        ]

    def _check_available(self, kind: ResourceKind) -> None:
        options = self._workspace.options
        if kind.seed_key in options.absent_kinds:
            raise _absent(kind, options.absent_kind_error)
        guarded = kind.seed_key == "notification_destinations" and options.destinations_need_admin
        if guarded and not self._workspace.people.is_admin(caller()):
            raise permission_denied("Only administrators may list notification destinations.")


def _absent(kind: ResourceKind, error_code: str) -> ApiError:
    if error_code == "ENDPOINT_NOT_FOUND":
        return endpoint_not_found(request.method, request.path)
    words = kind.seed_key.replace("_", " ").capitalize()
    return ApiError(404, error_code, f"{words} are not enabled in this workspace.")


def _route(blueprint: Blueprint, path: str, view: Callable[..., Response]) -> None:
    blueprint.add_url_rule(path, endpoint=path.replace(".", "_"), view_func=view)
