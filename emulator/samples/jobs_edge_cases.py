"""DEV jobs with difficult names, a bundle's job, and a job whose cluster was deleted."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.job_shapes import (
    JsonDict,
    job,
    parameters,
    runs_as_user,
    schedule,
    serverless,
)
from emulator.samples.task_shapes import (
    after,
    notebook,
    on_cluster,
    on_serverless,
    run_job,
    sql_file,
    task,
)

SANDBOX = "/Workspace/Shared/retail/sandbox"

LONG_NAME = (
    "Regulatory export of allergen, origin and shelf-life declarations for every fresh, frozen and"
    " packaged article sold in Denmark, Estonia, Finland, Latvia, Norway and Sweden, including the"
    " corrections that suppliers sent after the first submission of the quarter"
)


def edge_case_jobs() -> list[JsonDict]:
    return [
        _orders_v2(),
        *_customer_360(),
        _markup_name(),
        _long_name(),
        _bundle_managed(),
        _deleted_cluster(),
        *_plainly_shaped(),
    ]


def _orders_v2() -> JsonDict:
    load = notebook("/Workspace/Shared/retail/bronze/orders_v2", month="{{job.parameters.month}}")
    return job(
        job_ids.ORDERS_V2,
        "load__orders__v2",
        [task("load", load, on_cluster(compute.DEV_ETL))],
        creator=principals.MIRA,
        created="2025-05-05T08:00:00",
        parameters=parameters(month="current"),
        max_concurrent_runs=4,
    )


def _customer_360() -> list[JsonDict]:
    """Return two jobs whose names differ in upper and lower case only; one runs the other."""
    path = f"{SANDBOX}/customer_360"
    compact = task("compact", notebook(f"{path}_compact"), on_cluster(compute.DEV_BI_USERS))
    follow_up = task("full_rebuild", run_job(job_ids.CUSTOMER_360_UPPER_CASE), after("compact"))
    rebuild = task("rebuild", notebook(path), on_cluster(compute.DEV_BI_USERS))
    return [
        job(
            job_ids.CUSTOMER_360,
            "Customer 360",
            [compact, follow_up],
            creator=principals.INES,
            created="2025-07-15T10:00:00",
        ),
        job(
            job_ids.CUSTOMER_360_UPPER_CASE,
            "CUSTOMER 360",
            [rebuild],
            creator=principals.TOMASZ,
            created="2025-07-15T15:30:00",
            schedule=schedule("0 0 20 ? * FRI", paused=True),
        ),
    ]


def _markup_name() -> JsonDict:
    return job(
        job_ids.MARKUP_NAME,
        "<img src=x onerror=alert(1)>",
        [task("check", sql_file(f"{SANDBOX}/escape_check.sql", compute.DEV_STARTER))],
        creator=principals.TOMASZ,
        created="2025-08-01T12:00:00",
        description="Left over from a security review: names are text, never markup.",
    )


def _long_name() -> JsonDict:
    return job(
        job_ids.LONG_NAME,
        LONG_NAME,
        [task("export", notebook(f"{SANDBOX}/declarations"), on_serverless())],
        creator=principals.INES,
        created="2025-08-05T14:14:14",
        run_as=runs_as_user(principals.INES),
        environments=serverless(),
        schedule=schedule("0 0 9 5 1,4,7,10 ?"),
    )


def _bundle_managed() -> JsonDict:
    state = f"/Workspace/Users/{principals.AIKO}/.bundle/basket_analysis/dev/state/metadata.json"
    return job(
        job_ids.BUNDLE_MANAGED,
        "[dev aiko_tanabe] basket_analysis_job",
        [task("analyse", notebook(f"{SANDBOX}/basket_analysis"), on_serverless())],
        creator=principals.AIKO,
        created="2025-08-12T09:45:31",
        description="Deployed from an asset bundle, so it travels with the bundle alone.",
        deployment={"kind": "BUNDLE", "metadata_file_path": state},
        edit_mode="UI_LOCKED",
        environments=serverless("mlxtend==0.23.3"),
        tags={"dev": "aiko_tanabe"},
    )


def _deleted_cluster() -> JsonDict:
    return job(
        job_ids.DELETED_CLUSTER,
        "Migrate · old loyalty points",
        [task("migrate", notebook(f"{SANDBOX}/migrate_points"), on_cluster(compute.DEV_DELETED))],
        creator=principals.BEN_WHO_LEFT,
        created="2024-11-02T10:20:00",
        description="Its cluster was deleted with its author's account.",
    )


def _plainly_shaped() -> list[JsonDict]:
    """Return jobs of one notebook each, interesting for nothing but their names."""
    names = [
        (job_ids.SANDBOX_REFRESH, ".sandbox refresh", "2025-08-19T08:01:00"),
        (job_ids.LOYALTY_TIERS, "Refresh loyalty tiers, coupons etc.", "2025-08-19T08:02:00"),
        (job_ids.RESERVED_NAME, "aux", "2025-08-19T08:03:00"),
        (job_ids.PATH_LIKE_NAME, "../../etc/passwd", "2025-08-19T08:04:00"),
        (job_ids.ASSET_SUFFIX_NAME, "Sales overview.lvdash", "2025-08-19T08:05:00"),
    ]
    return [
        job(
            job_id,
            name,
            [task("main", notebook(f"{SANDBOX}/name_check"), on_cluster(compute.DEV_SHARED))],
            creator=principals.TOMASZ,
            created=created,
        )
        for job_id, name, created in names
    ]
