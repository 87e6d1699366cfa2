"""`/api/2.0/preview/scim/v2/*`. Source: databricks-sdk iam.py; RFC 7644."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, request

from emulator.api.exchange import caller, json_response, text_argument
from emulator.errors import ScimError
from emulator.json_values import JsonDict
from emulator.principals import Group, Principal
from emulator.scim_filter import parse_filter
from emulator.workspace import Workspace

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:"
DEFAULT_COUNT = 100
ALWAYS = ("id", "schemas")


class ScimApi:
    """Who the caller is, and the users, service principals and groups of the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("scim", __name__, url_prefix="/api/2.0/preview/scim/v2")
        blueprint.add_url_rule("/Me", view_func=self.get_me)
        for path, view in (
            ("/Users", self.list_users),
            ("/ServicePrincipals", self.list_service_principals),
            ("/Groups", self.list_groups),
        ):
            blueprint.add_url_rule(path, view_func=view)
        blueprint.add_url_rule("/<collection>/<id>", view_func=self.get_resource)
        return blueprint

    def get_me(self) -> Response:
        """The header carries the workspace id: databricks-sdk `get_workspace_id`."""
        me = caller()
        nested = self._workspace.options.me_lists_nested_groups
        names = sorted(self._workspace.people.groups_of(me)) if nested else me.groups
        resource = {**self._principal(me), "groups": self._memberships(names)}
        # A service principal's userName is its application id: databricks/cli#732.
        response = json_response(_selected({**resource, "userName": me.name}))
        response.headers["X-Databricks-Org-Id"] = str(self._workspace.workspace_id)
        return response

    def list_users(self) -> Response:
        return self._page(self._principal(one) for one in self._workspace.people.users())

    def list_service_principals(self) -> Response:
        people = self._workspace.people
        return self._page(self._principal(one) for one in people.service_principals())

    def list_groups(self) -> Response:
        return self._page(self._group(one) for one in self._workspace.people.groups())

    def get_resource(self, collection: str, id: str) -> Response:
        people = self._workspace.people
        resources: dict[str, Iterable[JsonDict]] = {
            "Users": map(self._principal, people.users()),
            "ServicePrincipals": map(self._principal, people.service_principals()),
            "Groups": map(self._group, people.groups()),
        }
        for resource in resources.get(collection, ()):
            if resource["id"] == id:
                return json_response(_selected(resource))
        raise ScimError(404, f"{collection.removesuffix('s')} with id {id} not found.")

    def _page(self, resources: Iterable[JsonDict]) -> Response:
        """Answer with one page. Clients stop at an empty one, so `startIndex` must count."""
        test = parse_filter(text_argument("filter"))
        found = [resource for resource in resources if test(resource)]
        start = max(1, _number("startIndex", 1))
        count = max(0, _number("count", DEFAULT_COUNT))
        page = [_selected(one) for one in found[start - 1 : start - 1 + count]]
        return json_response(
            {
                "schemas": [LIST_SCHEMA],
                "totalResults": len(found),
                "startIndex": start,
                "itemsPerPage": len(page),
                "Resources": page,
            }
        )

    def _principal(self, principal: Principal) -> JsonDict:
        """Describe a principal; only admins see groups: databrickslabs/ontos#44."""
        shared: JsonDict = {
            "id": principal.id,
            "displayName": principal.display_name,
            "active": principal.active,
        }
        if self._workspace.people.is_admin(caller()):
            shared["groups"] = self._memberships(principal.groups)
        if principal.kind == "service_principal":
            schemas = [f"{SCHEMA}ServicePrincipal"]
            return {"schemas": schemas, "applicationId": principal.name, **shared}
        emails = [{"value": principal.name, "type": "work", "primary": True}]
        schemas = [f"{SCHEMA}User"]
        return {"schemas": schemas, "userName": principal.name, "emails": emails, **shared}

    def _group(self, group: Group) -> JsonDict:
        people = self._workspace.people
        members = [
            {"display": one.display_name, "value": one.id}
            for one in (*people.users(), *people.service_principals())
            if group.display_name in one.groups
        ]
        members += [
            {"display": one.display_name, "value": one.id, "type": "group"}
            for one in people.groups()
            if group.display_name in one.groups
        ]
        return {
            "schemas": [f"{SCHEMA}Group"],
            "id": group.id,
            "displayName": group.display_name,
            "members": members,
            "groups": self._memberships(group.groups),
        }

    def _memberships(self, names: Iterable[str]) -> list[JsonDict]:
        groups = [self._workspace.people.group(name) for name in names]
        return [
            {
                "display": group.display_name,
                "value": group.id,
                "type": "direct",
                "$ref": f"Groups/{group.id}",
            }
            for group in groups
            if group is not None
        ]


def _selected(resource: JsonDict) -> JsonDict:
    """Keep what `attributes` lists and drop what `excludedAttributes` lists."""
    wanted, unwanted = _names("attributes"), _names("excludedAttributes")
    return {
        key: value
        for key, value in resource.items()
        if key in ALWAYS
        or ((not wanted or key.casefold() in wanted) and key.casefold() not in unwanted)
    }


def _names(argument: str) -> set[str]:
    text = request.args.get(argument, "")
    return {name.strip().split(".")[0].casefold() for name in text.split(",") if name.strip()}


def _number(argument: str, default: int) -> int:
    try:
        return int(request.args.get(argument, default))
    except ValueError as error:
        raise ScimError(400, f"{argument} is not a number", "invalidValue") from error
