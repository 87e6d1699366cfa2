"""DEV jobs that refine data: jobs that run jobs, dbt, conditions, a job-completion trigger."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.cluster_shapes import autoscaling, job_cluster
from emulator.samples.job_shapes import (
    ALERTS_MAIL,
    JsonDict,
    git_main,
    job,
    parameters,
    runs_longer_than,
    schedule,
    serverless,
)
from emulator.samples.task_shapes import (
    after,
    condition,
    dbt,
    for_each,
    notebook,
    on_cluster,
    on_job_cluster,
    on_serverless,
    run_job,
    sql_file,
    task,
    wheel,
)
from emulator.samples.workspace_ids import DEV_WORKSPACE_ID

SILVER = "/Workspace/Shared/retail/silver"


def transform_jobs() -> list[JsonDict]:
    return [
        _silver_sales(),
        _silver_products(),
        _marts(),
        _nightly(),
        _backfill(),
        _inventory_after_nightly(),
        _gatekeeper(),
    ]


def _silver_sales() -> JsonDict:
    return job(
        job_ids.SILVER_SALES,
        "Silver · conform sales",
        [
            task("stores", run_job(job_ids.STORE_MASTER, country="all")),
            task("tills", run_job(job_ids.POINT_OF_SALE)),
            task("web", run_job(job_ids.WEB_ORDERS)),
            task(
                "conform",
                notebook("silver/conform_sales", source="GIT", month="{{job.parameters.month}}"),
                on_job_cluster("silver"),
                after("stores", "tills", "web"),
            ),
        ],
        creator=principals.MIRA,
        created="2025-03-18T11:47:20",
        description="Runs its three sources first, then joins them into retail.silver.sales.",
        git_source=git_main(),
        parameters=parameters(month="current"),
        job_clusters=[job_cluster("silver", autoscaling(2, 6))],
        tags={"layer": "silver"},
    )


def _silver_products() -> JsonDict:
    package = "/Volumes/retail/artifacts/wheels/product_matching-0.9.2-py3-none-any.whl"
    return job(
        job_ids.SILVER_PRODUCTS,
        "Silver · products and prices",
        [
            task("prices", run_job(job_ids.SUPPLIER_PRICES)),
            task(
                "match",
                wheel("product_matching", "match", threshold="0.92"),
                on_job_cluster("matching"),
                after("prices"),
                libraries=[{"whl": package}, {"pypi": {"package": "rapidfuzz==3.10.1"}}],
            ),
        ],
        creator=principals.MIRA,
        created="2025-03-19T09:12:05",
        job_clusters=[job_cluster("matching", autoscaling(1, 4))],
        tags={"layer": "silver"},
    )


def _marts() -> JsonDict:
    return job(
        job_ids.MARTS,
        "Marts · refresh all",
        [
            task("sales", run_job(job_ids.SILVER_SALES, month="current")),
            task("products", run_job(job_ids.SILVER_PRODUCTS)),
            task(
                "build",
                dbt(
                    ["dbt deps", "dbt build --select marts"],
                    compute.DEV_ANALYTICS,
                    schema="marts",
                    project="dbt/retail",
                    source="GIT",
                ),
                on_serverless("dbt"),
                after("sales", "products"),
            ),
            task(
                "grants",
                sql_file("sql/grant_marts.sql", compute.DEV_ANALYTICS, source="GIT"),
                after("build"),
            ),
        ],
        creator=principals.TOMASZ,
        created="2025-03-25T14:26:38",
        git_source=git_main(),
        environments=serverless("dbt-databricks==1.9.1", key="dbt"),
        tags={"layer": "gold"},
    )


def _nightly() -> JsonDict:
    return job(
        job_ids.NIGHTLY,
        "Nightly · everything",
        [
            task("marts", run_job(job_ids.MARTS)),
            task(
                "is_month_end",
                condition("{{job.parameters.month_end}}", "EQUAL_TO", "true"),
                after("marts"),
            ),
            task(
                "invoices",
                run_job(job_ids.INVOICE_MATCHING),
                after("is_month_end", outcome="true"),
            ),
            task(
                "report_failure",
                notebook("/Workspace/Shared/retail/operations/report_failure"),
                on_cluster(compute.DEV_SHARED),
                after("marts", "invoices", run_if="AT_LEAST_ONE_FAILED"),
            ),
        ],
        creator=principals.MIRA,
        created="2025-04-01T16:50:00",
        description="Starts the marts, which start silver, which starts the sources.",
        parameters=parameters(month_end="false"),
        schedule=schedule("0 0 1 * * ?"),
        timeout_seconds=14_400,
        health=runs_longer_than(10_800),
        email_notifications={
            "on_start": [ALERTS_MAIL],
            "on_failure": [ALERTS_MAIL, principals.MIRA],
            "no_alert_for_skipped_runs": True,
        },
        notification_settings={
            "no_alert_for_skipped_runs": True,
            "no_alert_for_canceled_runs": True,
        },
        tags={"critical": "yes", "layer": "orchestration"},
    )


def _backfill() -> JsonDict:
    one_month = task("backfill_month", run_job(job_ids.ORDERS_V2, month="{{input}}"))
    return job(
        job_ids.BACKFILL,
        "Backfill · orders by month",
        [task("months", for_each('["2025-01", "2025-02", "2025-03"]', one_month, concurrency=1))],
        creator=principals.MIRA,
        created="2025-05-06T08:39:54",
        description="Started manually. Runs another job once per month.",
        tags={"layer": "bronze"},
    )


def _inventory_after_nightly() -> JsonDict:
    nightly = {"workspace_id": DEV_WORKSPACE_ID, "job_id": str(job_ids.NIGHTLY)}
    return job(
        job_ids.INVENTORY_AFTER_NIGHTLY,
        "Marts · inventory after nightly",
        [
            task(
                "inventory",
                sql_file(
                    "/Workspace/Shared/retail/gold/inventory.sql",
                    compute.DEV_STARTER,
                    business_date="{{job.start_time.iso_date}}",
                ),
            )
        ],
        creator=principals.TOMASZ,
        created="2025-05-13T13:01:17",
        trigger={
            "pause_status": "UNPAUSED",
            "job_completion": {"jobs": [nightly], "if_status": "SUCCESS"},
        },
    )


def _gatekeeper() -> JsonDict:
    return job(
        job_ids.GATEKEEPER,
        "Data quality · gatekeeper",
        [
            task("score", notebook(f"{SILVER}/quality_score"), on_cluster(compute.DEV_ETL)),
            task(
                "good_enough",
                condition("{{tasks.score.values.score}}", "GREATER_THAN_OR_EQUAL", "95"),
                after("score"),
            ),
            task(
                "release",
                notebook(f"{SILVER}/release"),
                on_cluster(compute.DEV_ETL),
                after("good_enough", outcome="true"),
            ),
            task(
                "quarantine",
                notebook(f"{SILVER}/quarantine"),
                on_cluster(compute.DEV_ETL),
                after("good_enough", outcome="false"),
                email_notifications={"on_success": [ALERTS_MAIL]},
                notification_settings={"alert_on_last_attempt": True},
            ),
            task(
                "profile",
                notebook(f"{SILVER}/profile_columns"),
                on_cluster(compute.DEV_ETL),
                after("score"),
                description="Switched off until the profiler copes with nested columns.",
                disabled=True,
            ),
            task(
                "record",
                notebook(f"{SILVER}/record_outcome"),
                on_cluster(compute.DEV_ETL),
                after("release", "quarantine", run_if="AT_LEAST_ONE_SUCCESS"),
            ),
            task(
                "clean_up",
                notebook(f"{SILVER}/drop_temporary_tables"),
                on_cluster(compute.DEV_ETL),
                after("record", "profile", run_if="ALL_DONE"),
            ),
        ],
        creator=principals.TOMASZ,
        created="2025-05-20T10:10:10",
        schedule=schedule("0 45 5 * * ?", paused=True),
        tags={"layer": "silver", "quality": "gate"},
    )
