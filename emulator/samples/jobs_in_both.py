"""Two jobs that exist in both workspaces: one equal after mapping, one that has drifted."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.job_shapes import (
    ALERTS_MAIL,
    JsonDict,
    job,
    runs_as_service_principal,
    schedule,
)
from emulator.samples.task_shapes import after, notebook, on_cluster, sql_file, task

OPERATIONS = "/Workspace/Shared/retail/operations"
FISCAL_CALENDAR = "Calendar · fiscal dates"
MAINTENANCE = "Vacuum · weekly table maintenance"


def dev_jobs_in_both() -> list[JsonDict]:
    return [
        job(
            job_ids.FISCAL_CALENDAR,
            FISCAL_CALENDAR,
            _fiscal_calendar_tasks(compute.DEV_ETL, compute.DEV_STARTER),
            creator=principals.MIRA,
            created="2025-01-08T07:30:00",
            schedule=schedule("0 0 0 1 1 ?"),
            tags={"layer": "reference"},
        ),
        job(
            job_ids.MAINTENANCE,
            MAINTENANCE,
            [
                _maintenance_task("optimize", compute.DEV_SHARED),
                _maintenance_task("vacuum", compute.DEV_SHARED) | after("optimize"),
            ],
            creator=principals.TOMASZ,
            created="2025-01-09T07:30:00",
            schedule=schedule("0 0 3 ? * SUN"),
            timeout_seconds=10_800,
            email_notifications={"on_failure": [ALERTS_MAIL]},
        ),
    ]


def prod_jobs_in_both() -> list[JsonDict]:
    """Return the PROD side. Its maintenance lacks a task and has another schedule and timeout."""
    run_as = runs_as_service_principal(principals.PROD_ETL_SP)
    return [
        job(
            job_ids.PROD_FISCAL_CALENDAR,
            FISCAL_CALENDAR,
            _fiscal_calendar_tasks(compute.PROD_ETL, compute.PROD_REPORTING),
            creator=principals.OLU,
            created="2025-01-20T09:00:00",
            run_as=run_as,
            schedule=schedule("0 0 0 1 1 ?"),
            tags={"layer": "reference"},
        ),
        job(
            job_ids.PROD_MAINTENANCE,
            MAINTENANCE,
            [_maintenance_task("optimize", compute.PROD_SHARED)],
            creator=principals.OLU,
            created="2025-01-20T09:10:00",
            run_as=run_as,
            schedule=schedule("0 0 2 ? * SAT"),
            timeout_seconds=7200,
            email_notifications={"on_failure": [ALERTS_MAIL]},
        ),
    ]


def _fiscal_calendar_tasks(cluster_id: str, warehouse_id: str) -> list[JsonDict]:
    return [
        task("generate", notebook(f"{OPERATIONS}/fiscal_calendar"), on_cluster(cluster_id)),
        task(
            "verify",
            sql_file(f"{OPERATIONS}/verify_calendar.sql", warehouse_id),
            after("generate"),
        ),
    ]


def _maintenance_task(verb: str, cluster_id: str) -> JsonDict:
    return task(verb, notebook(f"{OPERATIONS}/{verb}_tables"), on_cluster(cluster_id))
