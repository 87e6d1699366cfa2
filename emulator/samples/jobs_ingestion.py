"""DEV jobs that bring data in: triggers, job clusters, serverless, loops, a jar."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.cluster_shapes import autoscaling, fixed_size, job_cluster
from emulator.samples.job_shapes import (
    ALERTS_MAIL,
    JsonDict,
    git_main,
    job,
    parameters,
    runs_as_service_principal,
    runs_longer_than,
    schedule,
    serverless,
)
from emulator.samples.task_shapes import (
    after,
    for_each,
    jar,
    notebook,
    on_cluster,
    on_job_cluster,
    on_serverless,
    python_file,
    retried,
    task,
    wheel,
)

BRONZE = "/Workspace/Shared/retail/bronze"


def ingestion_jobs() -> list[JsonDict]:
    return [
        _point_of_sale(),
        _loyalty_events(),
        _supplier_prices(),
        _weather(),
        _web_orders(),
        _warehouse_scans(),
        _store_master(),
    ]


def _point_of_sale() -> JsonDict:
    load = retried(3, wait_minutes=2, on_timeout=True)
    return job(
        job_ids.POINT_OF_SALE,
        "Ingest · point of sale",
        [
            task("load", notebook(f"{BRONZE}/pos_autoloader"), on_job_cluster("loader"), load),
            task(
                "check_totals",
                python_file(f"{BRONZE}/check_totals.py", "--tolerance", "0.01"),
                on_job_cluster("loader"),
                after("load"),
                timeout_seconds=1800,
            ),
        ],
        creator=principals.MIRA,
        created="2025-02-03T07:41:12",
        description="Receipts of all stores, as soon as the tills have uploaded them.",
        run_as=runs_as_service_principal(principals.DEV_INGESTION_SP),
        trigger={
            "pause_status": "UNPAUSED",
            "file_arrival": {
                "url": "/Volumes/retail/landing/point_of_sale/",
                "min_time_between_triggers_seconds": 300,
                "wait_after_last_change_seconds": 60,
            },
        },
        job_clusters=[job_cluster("loader", autoscaling(2, 8))],
        email_notifications={"on_failure": [ALERTS_MAIL]},
        tags={"layer": "bronze", "team": "store-data"},
    )


def _loyalty_events() -> JsonDict:
    backlog = {"metric": "STREAMING_BACKLOG_SECONDS", "op": "GREATER_THAN", "value": 600}
    return job(
        job_ids.LOYALTY_EVENTS,
        "Ingest · loyalty event stream",
        [task("stream", notebook(f"{BRONZE}/loyalty_stream"), on_job_cluster("stream"))],
        creator=principals.TOMASZ,
        created="2025-02-10T12:05:44",
        continuous={"pause_status": "UNPAUSED", "task_retry_mode": "ON_FAILURE"},
        job_clusters=[job_cluster("stream", fixed_size(2))],
        health={"rules": [backlog]},
        email_notifications={"on_streaming_backlog_exceeded": [ALERTS_MAIL]},
        tags={"layer": "bronze", "team": "loyalty"},
    )


def _supplier_prices() -> JsonDict:
    one_supplier = task(
        "load_supplier",
        notebook(f"{BRONZE}/supplier_prices", supplier="{{input}}"),
        on_cluster(compute.DEV_ETL),
        retried(1, wait_minutes=5),
    )
    return job(
        job_ids.SUPPLIER_PRICES,
        "Ingest · supplier price lists",
        [
            task("find", notebook(f"{BRONZE}/find_price_lists"), on_cluster(compute.DEV_ETL)),
            task(
                "load",
                for_each("{{tasks.find.values.suppliers}}", one_supplier, concurrency=4),
                after("find"),
            ),
        ],
        creator=principals.MIRA,
        created="2025-02-17T09:20:30",
        description="One iteration per supplier that sent a new list since yesterday.",
        schedule=schedule("0 30 4 * * ?"),
        tags={"layer": "bronze"},
    )


def _weather() -> JsonDict:
    return job(
        job_ids.WEATHER,
        "Ingest · weather forecast",
        [
            task(
                "fetch",
                wheel("weather_client", "fetch", days="7", grid="stores"),
                on_serverless("weather"),
            )
        ],
        creator=principals.AIKO,
        created="2025-03-04T15:33:09",
        trigger={"pause_status": "UNPAUSED", "periodic": {"interval": 4, "unit": "HOURS"}},
        environments=serverless(
            "/Volumes/retail/artifacts/wheels/weather_client-1.4.0-py3-none-any.whl",
            "tenacity==9.0.0",
            key="weather",
        ),
        performance_target="STANDARD",
        timeout_seconds=900,
    )


def _web_orders() -> JsonDict:
    return job(
        job_ids.WEB_ORDERS,
        "Ingest · web orders",
        [
            task(
                "fetch",
                python_file("bronze/web_orders/fetch.py", "--since", "yesterday", source="GIT"),
                on_serverless(),
                retried(2, wait_minutes=1),
            ),
            task(
                "merge",
                notebook("bronze/web_orders/merge", source="GIT", table="retail.bronze.orders"),
                on_serverless(),
                after("fetch"),
            ),
        ],
        creator=principals.TOMASZ,
        created="2025-03-11T10:02:51",
        run_as=runs_as_service_principal(principals.DEV_INGESTION_SP),
        git_source=git_main(),
        environments=serverless("requests==2.32.3"),
        schedule=schedule("0 0/20 * * * ?"),
        health=runs_longer_than(900),
        email_notifications={"on_duration_warning_threshold_exceeded": [ALERTS_MAIL]},
    )


def _warehouse_scans() -> JsonDict:
    parser = "/Volumes/retail/artifacts/jars/scan-parser-2.11.jar"
    return job(
        job_ids.WAREHOUSE_SCANS,
        "Ingest · warehouse scans (jar)",
        [
            task(
                "parse",
                jar("example.brindlewick.scans.Main", "--input", "/Volumes/retail/landing/scans/"),
                new_cluster=fixed_size(3, node_type="Standard_E4ds_v5"),
                libraries=[
                    {"jar": parser},
                    {"maven": {"coordinates": "com.typesafe:config:1.4.3"}},
                ],
            )
        ],
        creator=principals.BEN_WHO_LEFT,
        created="2024-11-20T13:15:00",
        description="Its author has left the company; in PROD it runs as the default identity.",
        schedule=schedule("0 15 3 ? * MON-SAT", paused=True),
        queue={"enabled": False},
    )


def _store_master() -> JsonDict:
    return job(
        job_ids.STORE_MASTER,
        "Ingest · store master data",
        [
            task(
                "load",
                notebook(f"{BRONZE}/store_master", country="{{job.parameters.country}}"),
                on_cluster(compute.DEV_SHARED),
            )
        ],
        creator=principals.MIRA,
        created="2025-01-15T08:00:00",
        parameters=parameters(country="all", full_reload="false"),
        max_concurrent_runs=3,
        schedule=schedule("0 0 2 * * ?", timezone="UTC"),
        tags={"layer": "bronze", "owner": "store-data"},
    )
