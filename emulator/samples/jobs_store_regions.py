"""The large DEV job: 140 tasks, more than one page of the Jobs API holds."""

from emulator.samples import job_ids, principals
from emulator.samples.cluster_shapes import autoscaling, job_cluster
from emulator.samples.job_shapes import ALERTS_MAIL, JsonDict, job, parameters, schedule
from emulator.samples.task_shapes import after, notebook, on_job_cluster, retried, task

STORES = "/Workspace/Shared/retail/stores"
REGIONS_BY_COUNTRY = {"dk": 20, "ee": 14, "fi": 24, "lv": 16, "no": 30, "se": 34}


def store_region_jobs() -> list[JsonDict]:
    loads = [_load_region(region) for region in _regions()]
    opening = task("open_day", notebook(f"{STORES}/open_day"), on_job_cluster("stores"))
    publish = task(
        "publish",
        notebook(f"{STORES}/publish"),
        on_job_cluster("stores"),
        after(*[load["task_key"] for load in loads], run_if="NONE_FAILED"),
    )
    return [
        job(
            job_ids.STORE_REGIONS,
            "Stores · load all regions",
            [opening, *loads, publish],
            creator=principals.MIRA,
            created="2025-07-08T05:55:00",
            description="One task per store region, all on one cluster.",
            parameters=parameters(business_date="{{job.start_time.iso_date}}"),
            job_clusters=[job_cluster("stores", autoscaling(4, 24))],
            schedule=schedule("0 30 23 * * ?"),
            email_notifications={"on_failure": [ALERTS_MAIL]},
            tags={"layer": "bronze", "team": "store-data"},
        )
    ]


def _regions() -> list[str]:
    """Return "dk_r01", "dk_r02" and so on: 138 regions."""
    return [
        f"{country}_r{number:02d}"
        for country, count in REGIONS_BY_COUNTRY.items()
        for number in range(1, count + 1)
    ]


def _load_region(region: str) -> JsonDict:
    return task(
        f"load_{region}",
        notebook(f"{STORES}/load_region", region=region),
        on_job_cluster("stores"),
        after("open_day"),
        retried(2, wait_minutes=3),
    )
