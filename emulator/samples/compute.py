"""The all-purpose clusters and SQL warehouses of both workspaces.

Ids always differ between the workspaces. Most names differ too; `shared-autoscaling` and
`finance-serverless` have the same name in both.
"""

from emulator.samples.job_shapes import JsonDict

DEV_ETL = "0312-081455-tides417"
DEV_BI_USERS = "0318-123907-ferry902"
DEV_SHARED = "0405-070021-crane358"
DEV_ML_SANDBOX = "0611-145233-plums746"
DEV_DELETED = "1102-093310-barns155"
"""This cluster no longer exists; one job still refers to it."""

DEV_STARTER = "4f2a9c0d17e8b365"
DEV_ANALYTICS = "81d3e6b7f0459ac2"
DEV_FINANCE = "c05b7729e14fd8a3"

PROD_ETL = "0702-060112-heron823"
PROD_BI_USERS = "0702-060540-larch294"
PROD_SHARED = "0702-061217-quays671"
PROD_ML = "0815-101948-maple530"

PROD_REPORTING = "9be1507c3da24f68"
PROD_ANALYTICS = "2670fd8ac9b1e354"
PROD_FINANCE = "e3941bc860d57f2a"


def dev_compute() -> JsonDict:
    return {
        "clusters": [
            _cluster(DEV_ETL, "etl-dev", "RUNNING"),
            _cluster(DEV_BI_USERS, "bi-users-dev", "RUNNING"),
            _cluster(DEV_SHARED, "shared-autoscaling", "TERMINATED"),
            _cluster(DEV_ML_SANDBOX, "ml-sandbox-dev", "TERMINATED"),
            # The cluster list also holds the clusters that job runs create.
            _cluster("0930-020004-kelps088", "job-418203377152904-run-77310", "RUNNING", "JOB"),
        ],
        "warehouses": [
            _warehouse(DEV_STARTER, "starter-warehouse"),
            _warehouse(DEV_ANALYTICS, "analytics-dev"),
            _warehouse(DEV_FINANCE, "finance-serverless"),
        ],
    }


def prod_compute() -> JsonDict:
    return {
        "clusters": [
            _cluster(PROD_ETL, "etl-prod", "RUNNING"),
            _cluster(PROD_BI_USERS, "bi-users-prod", "RUNNING"),
            _cluster(PROD_SHARED, "shared-autoscaling", "RUNNING"),
            _cluster(PROD_ML, "ml-prod", "TERMINATED"),
        ],
        "warehouses": [
            _warehouse(PROD_REPORTING, "reporting-prod"),
            _warehouse(PROD_ANALYTICS, "analytics-prod"),
            _warehouse(PROD_FINANCE, "finance-serverless"),
        ],
    }


def _cluster(cluster_id: str, cluster_name: str, state: str, source: str = "UI") -> JsonDict:
    return {
        "cluster_id": cluster_id,
        "cluster_name": cluster_name,
        "cluster_source": source,
        "state": state,
    }


def _warehouse(warehouse_id: str, name: str) -> JsonDict:
    return {"id": warehouse_id, "name": name}
