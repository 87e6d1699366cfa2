"""Jobs that exist in PROD only. Nothing in Git describes them, and nothing may touch them."""

from emulator.samples import compute, job_ids, principals
from emulator.samples.job_shapes import (
    JsonDict,
    job,
    runs_as_service_principal,
    schedule,
    serverless,
)
from emulator.samples.task_shapes import after, notebook, on_cluster, on_serverless, sql_file, task


def production_jobs() -> list[JsonDict]:
    return [_restore_drill(), _price_service(), _vat_rerun(), _access_review()]


def _restore_drill() -> JsonDict:
    folder = "/Workspace/Shared/operations/backup"
    return job(
        job_ids.PROD_RESTORE_DRILL,
        "Backup · monthly restore drill",
        [
            task("restore", notebook(f"{folder}/restore_sample"), on_cluster(compute.PROD_ETL)),
            task(
                "compare",
                notebook(f"{folder}/compare"),
                on_cluster(compute.PROD_ETL),
                after("restore"),
            ),
        ],
        creator=principals.OLU,
        created="2025-02-01T11:00:00",
        run_as=runs_as_service_principal(principals.PROD_JOB_RUNNER_SP),
        schedule=schedule("0 0 12 1 * ?"),
        email_notifications={"on_failure": [principals.OLU]},
    )


def _price_service() -> JsonDict:
    state = "/Workspace/Shared/.bundle/price_elasticity/prod/state/metadata.json"
    return job(
        job_ids.PROD_PRICE_SERVICE,
        "price_elasticity_job",
        [task("estimate", notebook("/Workspace/Shared/ml/elasticity"), on_serverless())],
        creator=principals.PROD_ML_SP,
        created="2025-03-15T06:00:00",
        deployment={"kind": "BUNDLE", "metadata_file_path": state},
        edit_mode="UI_LOCKED",
        environments=serverless("statsmodels==0.14.4"),
        schedule=schedule("0 0 5 * * ?"),
    )


def _vat_rerun() -> JsonDict:
    return job(
        job_ids.PROD_VAT_RERUN,
        "TEMP rerun VAT correction Q3 (ask Freja)",
        [task("rerun", sql_file("/Workspace/Shared/finance/vat_q3.sql", compute.PROD_FINANCE))],
        creator=principals.FREJA,
        created="2025-10-02T18:47:00",
    )


def _access_review() -> JsonDict:
    review = notebook("/Workspace/Shared/operations/access_review")
    return job(
        job_ids.PROD_ACCESS_REVIEW,
        "Access review · quarterly",
        [task("review", review, on_cluster(compute.PROD_SHARED))],
        creator=principals.OLU,
        created="2025-04-10T10:00:00",
        run_as=runs_as_service_principal(principals.PROD_JOB_RUNNER_SP),
        schedule=schedule("0 0 8 1 1,4,7,10 ?"),
        tags={"control": "AC-2"},
    )
