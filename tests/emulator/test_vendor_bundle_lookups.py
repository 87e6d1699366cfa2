"""What `databricks bundle` looks up in a workspace before it deploys."""

from __future__ import annotations

import pytest

from .conftest import Http
from .vendor_cli import STATUS, Step, me, replay

LOOKUPS = {
    "resolve_alert.go": Step("GET", "/api/2.0/sql/alerts", answer={"results": [{"id": "a"}]}),
    "resolve_cluster.go": Step(
        "GET",
        "/api/2.1/clusters/list",
        {"filter_by.cluster_sources": ["API", "UI"]},
        answer={"clusters": [{"cluster_id": "c", "cluster_name": "n"}]},
    ),
    "resolve_cluster_policy.go": Step(
        "GET", "/api/2.0/policies/clusters/list", answer={"policies": [{"policy_id": "p"}]}
    ),
    "resolve_instance_pool.go": Step(
        "GET",
        "/api/2.0/instance-pools/list",
        answer={"instance_pools": [{"instance_pool_id": "i"}]},
    ),
    "resolve_job.go": Step("GET", "/api/2.2/jobs/list", {"name": "shop"}, answer={}),
    "resolve_notification_destination.go": Step(
        "GET",
        "/api/2.0/notification-destinations",
        {"page_size": "200"},
        answer={"results": [{"id": "n"}]},
    ),
    "resolve_pipeline.go": Step(
        "GET", "/api/2.0/pipelines", {"max_results": "100"}, answer={"statuses": [{"name": "n"}]}
    ),
    "resolve_query.go": Step("GET", "/api/2.0/sql/queries", answer={"results": [{"id": "q"}]}),
    "resolve_service_principal.go": Step(
        "GET",
        "/api/2.0/preview/scim/v2/ServicePrincipals",
        {"filter": "display_name == 'job-sync-app'", "startIndex": "1", "count": "10000"},
        answer={"Resources": [{"applicationId": str, "displayName": "job-sync-app"}]},
    ),
    "resolve_warehouse.go": Step(
        "GET", "/api/2.0/sql/warehouses", answer={"warehouses": [{"id": "w", "name": "n"}]}
    ),
}


@pytest.mark.parametrize("source", LOOKUPS)
def test_variables_are_looked_up_by_name(http: Http, source: str) -> None:
    """Sources: bundle/config/variable/{source}."""
    http.seed(
        legacy_alerts=[{"id": "a", "display_name": "n"}],
        clusters=[{"cluster_id": "c", "cluster_name": "n", "cluster_source": "UI"}],
        cluster_policies=[{"policy_id": "p", "name": "n"}],
        instance_pools=[{"instance_pool_id": "i", "instance_pool_name": "n"}],
        notification_destinations=[{"id": "n", "display_name": "n"}],
        pipelines=[{"pipeline_id": "p", "name": "n"}],
        queries=[{"id": "q", "display_name": "n"}],
        warehouses=[{"id": "w", "name": "n"}],
    )
    replay(http, [LOOKUPS[source]])


# Path, query, and which of the seeded ids come back, in which order.
FILTERED: dict[str, tuple[str, dict[str, str], str, list[str]]] = {
    "clusters list --policy-id": (
        "/api/2.1/clusters/list",
        {"filter_by.policy_id": "p"},
        "cluster_id",
        ["z"],
    ),
    "clusters list --is-pinned": (
        "/api/2.1/clusters/list",
        {"filter_by.is_pinned": "true"},
        "cluster_id",
        ["y"],
    ),
    "clusters by name": (
        "/api/2.1/clusters/list",
        {"sort_by.field": "CLUSTER_NAME", "sort_by.direction": "DESC"},
        "cluster_id",
        ["y", "z"],
    ),
    "cluster-policies list --sort-column": (
        "/api/2.0/policies/clusters/list",
        {"sort_column": "POLICY_NAME", "sort_order": "ASC"},
        "policy_id",
        ["q", "p"],
    ),
    "pipelines list-pipelines --filter, name": (
        "/api/2.0/pipelines",
        {"filter": "name LIKE '%shop_ing%'"},
        "pipeline_id",
        ["a", "b"],
    ),
    "pipelines list-pipelines --filter, notebook": (
        "/api/2.0/pipelines",
        {"filter": "notebook='/Shared/dlt'"},
        "pipeline_id",
        ["b"],
    ),
}


@pytest.mark.parametrize("command", FILTERED)
def test_lists_are_filtered_and_ordered(http: Http, command: str) -> None:
    """Sources: cmd/workspace/clusters/overrides.go; databricks-sdk compute.py and pipelines.py."""
    library = {"notebook": {"path": "/Shared/dlt"}}
    http.seed(
        clusters=[
            {"cluster_id": "z", "cluster_name": "a", "policy_id": "p"},
            {"cluster_id": "y", "cluster_name": "b", "is_pinned": True},
        ],
        cluster_policies=[{"policy_id": "p", "name": "z"}, {"policy_id": "q", "name": "a"}],
        pipelines=[
            {"pipeline_id": "a", "name": "my shopping"},
            {"pipeline_id": "b", "name": "shopping list", "spec": {"libraries": [library]}},
            {"pipeline_id": "c", "name": "shoping"},
        ],
    )
    path, query, field, ids = FILTERED[command]
    [found] = [one for one in http.get(path, **query).json().values() if isinstance(one, list)]
    assert [one[field] for one in found] == ids


def test_clusters_answer_at_their_older_address(http: Http) -> None:
    """`databricks api get /api/2.0/clusters/list`: all at once."""
    http.seed(clusters=[{"cluster_id": f"c{i}", "cluster_name": "n"} for i in range(30)])
    answer = http.get("/api/2.0/clusters/list").json()
    assert len(answer["clusters"]) == 30 and set(answer) == {"clusters"}
    one = http.get("/api/2.0/clusters/get", cluster_id="c7")
    assert one.json() == http.get("/api/2.1/clusters/get", cluster_id="c7").json()


def test_filters_of_pipelines_are_not_combined(http: Http) -> None:
    answer = http.get("/api/2.0/pipelines", filter="name LIKE 'a' AND id = 'b'")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_bundle_inside_a_git_folder_knows_its_branch(http: Http) -> None:
    """Source: libs/git/info.go, fetchRepositoryInfoAPI."""
    query = {"path": "/Workspace/Shared/jobs/notebooks", "return_git_info": "true"}
    info = {"path": "/Shared/jobs", "id": int}
    repo = {"branch": "main", "head_commit_id": str, "url": str, "id": "{repo}"}
    replay(
        http,
        [
            Step("GET", STATUS, query, answer={"git_info": info}, keep={"repo": "git_info.id"}),
            Step("GET", "/api/2.0/repos/{repo}", answer=repo),
        ],
    )


def test_a_new_bundle_finds_no_catalog(http: Http) -> None:
    """Source: libs/template/helpers.go, which `bundle init` calls."""
    path = "/api/2.1/unity-catalog/current-metastore-assignment"
    lacking = {"error_code": "METASTORE_DOES_NOT_EXIST"}
    replay(http, [me(), Step("GET", path, status=404, answer=lacking)])
