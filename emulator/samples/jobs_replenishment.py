"""Three DEV jobs in a circle: plan → send → reconcile → plan, as long as goods are missing."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.job_shapes import JsonDict, job, parameters, schedule
from emulator.samples.task_shapes import after, condition, notebook, on_cluster, run_job, task

REPLENISHMENT = "/Workspace/Shared/retail/replenishment"


def replenishment_jobs() -> list[JsonDict]:
    return [_plan_orders(), _send_orders(), _reconcile_deliveries()]


def _plan_orders() -> JsonDict:
    return job(
        job_ids.PLAN_ORDERS,
        "Replenishment · 1 plan orders",
        [
            task(
                "plan",
                notebook(f"{REPLENISHMENT}/plan", attempt="{{job.parameters.attempt}}"),
                on_cluster(compute.DEV_ETL),
            ),
            task("send", run_job(job_ids.SEND_ORDERS), after("plan")),
        ],
        creator=principals.TOMASZ,
        created="2025-07-01T09:00:00",
        parameters=parameters(attempt="1"),
        schedule=schedule("0 0 10 ? * MON-SAT"),
        tags={"process": "replenishment"},
    )


def _send_orders() -> JsonDict:
    return job(
        job_ids.SEND_ORDERS,
        "Replenishment · 2 send to suppliers",
        [
            task("send", notebook(f"{REPLENISHMENT}/send"), on_cluster(compute.DEV_ETL)),
            task("reconcile", run_job(job_ids.RECONCILE_DELIVERIES), after("send")),
        ],
        creator=principals.TOMASZ,
        created="2025-07-01T09:30:00",
        tags={"process": "replenishment"},
    )


def _reconcile_deliveries() -> JsonDict:
    missing = condition("{{tasks.compare.values.missing_lines}}", "GREATER_THAN", "0")
    return job(
        job_ids.RECONCILE_DELIVERIES,
        "Replenishment · 3 reconcile deliveries",
        [
            task("compare", notebook(f"{REPLENISHMENT}/compare"), on_cluster(compute.DEV_ETL)),
            task("goods_missing", missing, after("compare")),
            task(
                "plan_again",
                run_job(job_ids.PLAN_ORDERS, attempt="2"),
                after("goods_missing", outcome="true"),
            ),
        ],
        creator=principals.TOMASZ,
        created="2025-07-01T10:00:00",
        description="Closes the circle: plans again when goods are missing.",
        tags={"process": "replenishment"},
    )
