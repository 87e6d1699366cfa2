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
