"""The objects that jobs refer to. Implements `core.ports.Resources`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.errors import NotFoundError, WorkspaceError
from core.gateways.rest import RestClient
from core.json_text import JsonDict
from core.placeholders import Kind
from core.ports import NamedResource

_MAX_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one kind is listed and looked up. `one_by` is the query field that holds the id."""

    list_path: str
    list_key: str
    id_field: str
    name_field: str
    one_path: str
    one_by: str = ""
    query: Mapping[str, object] = field(default_factory=dict)


# Source: databricks-sdk service/compute.py, service/sql.py. Without the source filter, listing
# job clusters takes minutes (databricks/cli bundle/config/variable/resolve_cluster.go).
ENDPOINTS: Mapping[Kind, Endpoint] = {
    Kind.CLUSTER: Endpoint(
        "/api/2.1/clusters/list",
        "clusters",
        "cluster_id",
        "cluster_name",
        "/api/2.1/clusters/get",
        one_by="cluster_id",
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
}


class RestResources:
    """Named objects over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def list_resources(self, kind: Kind) -> Iterator[NamedResource]:
        """Yield all objects of a kind, page by page."""
        endpoint = ENDPOINTS[kind]
        query: JsonDict = dict(endpoint.query)
        for _ in range(_MAX_PAGES):
            page = self._rest.get(endpoint.list_path, query)
            for entry in page.get(endpoint.list_key, []):
                yield _resource(entry, endpoint)
            token = page.get("next_page_token")
            if not token:
                return
            query = {**query, "page_token": token}
        raise WorkspaceError(f"The pages of {endpoint.list_path} do not end.")

    def find_resource(self, kind: Kind, resource_id: str) -> NamedResource | None:
        """Look up one object, which a list may have forgotten.

        Source: databricks-sdk service/compute.py: `clusters/list` forgets unpinned clusters 30
        days after they ended.
        """
        endpoint = ENDPOINTS[kind]
        try:
            if endpoint.one_by:
                entry = self._rest.get(endpoint.one_path, {endpoint.one_by: resource_id})
            else:
                entry = self._rest.get(endpoint.one_path, id=resource_id)
        except NotFoundError:
            return None
        return _resource(entry, endpoint)


def _resource(entry: JsonDict, endpoint: Endpoint) -> NamedResource:
    return NamedResource(str(entry[endpoint.id_field]), str(entry.get(endpoint.name_field) or ""))
