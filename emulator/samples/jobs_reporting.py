"""DEV jobs that report: SQL files, notebooks and dbt on SQL warehouses, names in any script."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.cluster_shapes import job_cluster, single_node
from emulator.samples.job_shapes import (
    ALERTS_MAIL,
    JsonDict,
    git_main,
    job,
    parameters,
    runs_as_service_principal,
    runs_as_user,
    schedule,
)
from emulator.samples.task_shapes import (
    after,
    dbt,
    for_each,
    notebook,
    on_cluster,
    on_job_cluster,
    sql_file,
    sql_notebook,
    task,
)

REPORTS = "/Workspace/Shared/retail/reports"


def reporting_jobs() -> list[JsonDict]:
    return [
        _daily_sales_mail(),
        _inventory_snapshot(),
        _invoice_matching(),
        _margin_models(),
        _supplier_rating(),
        _regional_refresh(),
    ]


def _daily_sales_mail() -> JsonDict:
    return job(
        job_ids.DAILY_SALES_MAIL,
        "Reporting · daily sales mail",
        [
            task("figures", sql_file(f"{REPORTS}/daily_sales.sql", compute.DEV_STARTER)),
            task(
                "send",
                notebook(f"{REPORTS}/send_daily_sales"),
                on_cluster(compute.DEV_BI_USERS),
                after("figures"),
            ),
        ],
        creator=principals.INES,
        created="2025-04-08T06:58:03",
        run_as=runs_as_service_principal(principals.DEV_REPORTING_SP),
        schedule=schedule("0 0 7 ? * MON-FRI"),
        email_notifications={"on_success": ["store-managers@brindlewick.example"]},
        tags={"audience": "stores"},
    )


def _inventory_snapshot() -> JsonDict:
    return job(
        job_ids.INVENTORY_SNAPSHOT,
        "在庫スナップショット · inventory snapshot",
        [task("snapshot", sql_notebook(f"{REPORTS}/inventory_snapshot", compute.DEV_STARTER))],
        creator=principals.AIKO,
        created="2025-04-15T09:09:09",
        description="週次の在庫レポート。A notebook that runs on a SQL warehouse.",
        schedule=schedule("0 0 6 ? * MON", timezone="Asia/Tokyo"),
        tags={"audience": "purchasing"},
    )


def _invoice_matching() -> JsonDict:
    return job(
        job_ids.INVOICE_MATCHING,
        "Finance/AP/Invoice matching",
        [
            task("match", sql_file("finance/match.sql", compute.DEV_FINANCE, source="GIT")),
            task(
                "exceptions",
                sql_file("finance/exceptions.sql", compute.DEV_FINANCE, source="GIT"),
                after("match"),
            ),
        ],
        creator=principals.TOMASZ,
        created="2025-04-22T12:30:00",
        run_as=runs_as_user(principals.INES),
        git_source={
            "git_url": "https://git.brindlewick.example/finance/accounts-payable.git",
            "git_provider": "gitLabEnterpriseEdition",
            "git_tag": "v3.2.0",
        },
        tags={"cost-centre": "4410"},
    )


def _margin_models() -> JsonDict:
    return job(
        job_ids.MARGIN_MODELS,
        "Reporting · margin models (dbt)",
        [
            task(
                "build",
                dbt(
                    ["dbt deps", "dbt run --select margin+", "dbt test --select margin+"],
                    compute.DEV_ANALYTICS,
                    schema="margin",
                    project="dbt/margin",
                    source="GIT",
                ),
                on_job_cluster("dbt_cli"),
                libraries=[{"pypi": {"package": "dbt-databricks==1.9.1"}}],
            )
        ],
        creator=principals.INES,
        created="2025-05-02T07:07:45",
        git_source=git_main(),
        job_clusters=[job_cluster("dbt_cli", single_node())],
        schedule=schedule("0 30 6 * * ?", paused=True),
        email_notifications={"on_failure": [ALERTS_MAIL]},
    )


def _supplier_rating() -> JsonDict:
    return job(
        job_ids.SUPPLIER_RATING,
        "Supplier \"A-list\" & 'B-list' rating",
        [task("rate", notebook(f"{REPORTS}/supplier_rating"), on_cluster(compute.DEV_BI_USERS))],
        creator=principals.INES,
        created="2025-05-28T11:22:33",
        schedule=schedule("0 0 8 1 * ?"),
    )


def _regional_refresh() -> JsonDict:
    one_region = task(
        "refresh_region",
        sql_file(f"{REPORTS}/region.sql", compute.DEV_ANALYTICS, region="{{input}}"),
    )
    return job(
        job_ids.REGIONAL_REFRESH,
        "Reporting · regional refresh",
        [task("regions", for_each("{{job.parameters.regions}}", one_region, concurrency=5))],
        creator=principals.INES,
        created="2025-06-03T10:44:00",
        run_as=runs_as_service_principal(principals.DEV_REPORTING_SP),
        parameters=parameters(regions='["north", "fjords", "coast", "islands", "capital"]'),
        schedule=schedule("0 15 7 * * ?"),
        tags={"audience": "regions"},
    )
