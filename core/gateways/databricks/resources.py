"""The objects that jobs refer to. Implements `core.ports.Resources`."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from core.errors import NotFoundError, WorkspaceError
from core.gateways.databricks.answers import list_in, read_answer
from core.gateways.databricks.rest import RestClient
from core.jobsettings.kinds import Kind
from core.jobsettings.workspace_paths import workspace_path
from core.json_text import JsonDict
from core.ports import NamedResource

_MAX_PAGES = 1000
_DASHBOARD_SUFFIX = ".lvdash.json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one kind is listed and looked up.

    `one_path` is empty where the list is known to be complete. `one_by` is the query field that
    holds the id when the path does not. `paging` "number" counts pages from 1 until one is empty.
    `policy_field` holds the rules of a policy as JSON text.
    """

    list_path: str
    list_key: str
    id_field: str
    name_field: str
    one_path: str = ""
    one_by: str = ""
    paging: Literal["token", "number"] = "token"
    policy_field: str = ""
    query: Mapping[str, object] = field(default_factory=dict)


# Sources: databricks-sdk service/compute.py, sql.py, pipelines.py, settings.py, dashboards.py.
ENDPOINTS: Mapping[Kind, Endpoint] = {
    Kind.CLUSTER: Endpoint(
        "/api/2.1/clusters/list",
        "clusters",
        "cluster_id",
        "cluster_name",
        "/api/2.1/clusters/get",
        one_by="cluster_id",
        # Without the source filter, listing job clusters takes minutes.
        # Source: databricks/cli bundle/config/variable/resolve_cluster.go.
        query={"page_size": 100, "filter_by": {"cluster_sources": ["UI", "API"]}},
    ),
    Kind.WAREHOUSE: Endpoint(
        "/api/2.0/sql/warehouses",
        "warehouses",
        "id",
        "name",
        "/api/2.0/sql/warehouses/{id}",
        query={"page_size": 100},
    ),
    Kind.PIPELINE: Endpoint(
        "/api/2.0/pipelines",
        "statuses",
        "pipeline_id",
        "name",
        "/api/2.0/pipelines/{id}",
        query={"max_results": 100},  # more is refused
    ),
    Kind.CLUSTER_POLICY: Endpoint(
        "/api/2.0/policies/clusters/list",
        "policies",
        "policy_id",
        "name",
        policy_field="definition",
    ),
    Kind.INSTANCE_POOL: Endpoint(
        "/api/2.0/instance-pools/list",
        "instance_pools",
        "instance_pool_id",
        "instance_pool_name",
    ),
    Kind.NOTIFICATION_DESTINATION: Endpoint(
        "/api/2.0/notification-destinations",
        "results",
        "id",
        "display_name",
        query={"page_size": 200},
    ),
    Kind.QUERY: Endpoint(
        "/api/2.0/sql/queries",
        "results",
        "id",
        "display_name",
        "/api/2.0/sql/queries/{id}",
        query={"page_size": 100},
    ),
    Kind.ALERT: Endpoint(
        "/api/2.0/alerts",
        "alerts",
        "id",
        "display_name",
        "/api/2.0/alerts/{id}",
        query={"page_size": 100},
    ),
    Kind.LEGACY_ALERT: Endpoint(
        "/api/2.0/sql/alerts",
        "results",
        "id",
        "display_name",
        "/api/2.0/sql/alerts/{id}",
        query={"page_size": 100},
    ),
    Kind.LEGACY_DASHBOARD: Endpoint(
        "/api/2.0/preview/sql/dashboards",
        "results",
        "id",
        "name",
        paging="number",
        query={"page_size": 250},
    ),
    Kind.DASHBOARD: Endpoint(
        "/api/2.0/lakeview/dashboards",
        "dashboards",
        "dashboard_id",
        "path",
        "/api/2.0/lakeview/dashboards/{id}",
        query={"page_size": 100},
    ),
}


class RestResources:
    """Named objects over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def list_resources(self, kind: Kind, names: Collection[str]) -> Iterable[NamedResource]:
        """Return the objects of a kind; of dashboards, listed without path, only wanted ones."""
        endpoint = ENDPOINTS[kind]
        if kind is Kind.DASHBOARD:
            return self._dashboards(endpoint, names)
        return (_read(entry, endpoint) for entry in self._entries(endpoint))

    def find_resource(self, kind: Kind, resource_id: str) -> NamedResource | None:
        """Look up one object, which a list may omit.

        Source: databricks-sdk service/compute.py: `clusters/list` drops unpinned clusters 30
        days after they ended.
        """
        endpoint = ENDPOINTS[kind]
        if not endpoint.one_path:
            return None
        try:
            if endpoint.one_by:
                entry = self._rest.get(endpoint.one_path, {endpoint.one_by: resource_id})
            else:
                entry = self._rest.get(endpoint.one_path, id=resource_id)
        except NotFoundError:
            return None
        return _read(entry, endpoint)

    def _dashboards(self, endpoint: Endpoint, paths: Collection[str]) -> Iterator[NamedResource]:
        """Yield the dashboards at the wanted paths; each path takes a call of its own.

        Names are not unique, paths are; a dashboard has the name of its file.
        """
        stems = {path.rpartition("/")[2].removesuffix(_DASHBOARD_SUFFIX) for path in paths}
        for entry in self._entries(endpoint) if stems else ():
            if entry.get("display_name") in stems:
                found = self.find_resource(Kind.DASHBOARD, str(entry[endpoint.id_field]))
                if found:
                    yield found

    def _entries(self, endpoint: Endpoint) -> Iterator[JsonDict]:
        query: JsonDict = dict(endpoint.query)
        for number in range(1, _MAX_PAGES):
            if endpoint.paging == "number":
                query["page"] = number
            page = self._rest.get(endpoint.list_path, query)
            entries = list_in(page, endpoint.list_key)
            yield from entries
            token = page.get("next_page_token")
            if not (entries if endpoint.paging == "number" else token):
                return
            if token:
                query["page_token"] = token
        raise WorkspaceError(f"The workspace returned too many pages of {endpoint.list_path}.")


def _read(entry: JsonDict, endpoint: Endpoint) -> NamedResource:
    return read_answer(partial(_resource, endpoint=endpoint), entry)


def _resource(entry: JsonDict, endpoint: Endpoint) -> NamedResource:
    name = str(entry.get(endpoint.name_field) or "")
    if endpoint.name_field == "path":
        name = workspace_path(name)
    policy = str(entry.get(endpoint.policy_field) or "") if endpoint.policy_field else ""
    return NamedResource(str(entry[endpoint.id_field]), name, policy)
