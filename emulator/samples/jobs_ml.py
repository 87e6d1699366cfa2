"""DEV jobs of the data scientists: ML runtime, single node, table-update trigger."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.cluster_shapes import ML_RUNTIME, autoscaling, job_cluster, single_node
from emulator.samples.job_shapes import (
    JsonDict,
    job,
    parameters,
    runs_longer_than,
    schedule,
    serverless,
)
from emulator.samples.task_shapes import (
    after,
    condition,
    notebook,
    on_cluster,
    on_job_cluster,
    on_serverless,
    python_file,
    retried,
    task,
)

ML = "/Workspace/Shared/retail/ml"


def ml_jobs() -> list[JsonDict]:
    return [_forecast_training(), _forecast_scoring(), _shrinkage()]


def _forecast_training() -> JsonDict:
    better = condition("{{tasks.evaluate.values.improvement}}", "GREATER_THAN", "0")
    return job(
        job_ids.FORECAST_TRAINING,
        "ML · demand forecast training",
        [
            task("features", notebook(f"{ML}/features"), on_job_cluster("features")),
            task(
                "train",
                notebook(f"{ML}/train", horizon="{{job.parameters.horizon_days}}"),
                on_job_cluster("trainer"),
                after("features"),
                retried(1, wait_minutes=10),
                timeout_seconds=21_600,
            ),
            task("evaluate", notebook(f"{ML}/evaluate"), on_job_cluster("trainer"), after("train")),
            task("is_better", better, after("evaluate")),
            task(
                "register",
                notebook(f"{ML}/register_model"),
                on_job_cluster("trainer"),
                after("is_better", outcome="true"),
            ),
        ],
        creator=principals.AIKO,
        created="2025-06-10T13:37:00",
        parameters=parameters(horizon_days="28"),
        job_clusters=[
            job_cluster("features", autoscaling(2, 10, node_type="Standard_E8ds_v5")),
            job_cluster("trainer", single_node(node_type="Standard_E16ds_v5", runtime=ML_RUNTIME)),
        ],
        schedule=schedule("0 0 22 ? * SUN"),
        health=runs_longer_than(28_800),
        tags={"model": "demand-forecast", "team": "data-science"},
    )


def _forecast_scoring() -> JsonDict:
    return job(
        job_ids.FORECAST_SCORING,
        "Prévision de la demande – scoring quotidien",
        [
            task(
                "score",
                python_file(f"{ML}/score.py", "--model", "retail.ml.demand@champion"),
                on_serverless("scoring"),
                disable_auto_optimization=True,
            )
        ],
        creator=principals.AIKO,
        created="2025-06-17T08:18:28",
        trigger={
            "pause_status": "PAUSED",
            "table_update": {
                "table_names": ["retail.silver.sales", "retail.silver.weather"],
                "condition": "ALL_UPDATED",
                "min_time_between_triggers_seconds": 3600,
            },
        },
        environments=serverless("mlflow-skinny==2.19.0", "lightgbm==4.5.0", key="scoring"),
        performance_target="PERFORMANCE_OPTIMIZED",
        tags={"model": "demand-forecast", "team": "data-science"},
    )


def _shrinkage() -> JsonDict:
    return job(
        job_ids.SHRINKAGE,
        "🥕 Fresh produce shrinkage",
        [task("detect", notebook(f"{ML}/shrinkage"), on_cluster(compute.DEV_ML_SANDBOX))],
        creator=principals.AIKO,
        created="2025-06-24T17:05:59",
        schedule=schedule("0 0 21 * * ?"),
        tags={"team": "data-science"},
    )
