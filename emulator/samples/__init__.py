"""Sample data of the local workspaces: DEV and PROD of Brindlewick, an invented grocer."""

from collections.abc import Collection

from emulator.samples.compute import dev_compute, prod_compute
from emulator.samples.jobs_edge_cases import edge_case_jobs
from emulator.samples.jobs_in_both import dev_jobs_in_both, prod_jobs_in_both
from emulator.samples.jobs_ingestion import ingestion_jobs
from emulator.samples.jobs_ml import ml_jobs
from emulator.samples.jobs_production import production_jobs
from emulator.samples.jobs_replenishment import replenishment_jobs
from emulator.samples.jobs_reporting import reporting_jobs
from emulator.samples.jobs_store_regions import store_region_jobs
from emulator.samples.jobs_transform import transform_jobs
from emulator.samples.mapping_file import MAPPING_FILE_PATH, mapping_file
from emulator.samples.principals import dev_principals, prod_principals
from emulator.samples.workspace_ids import DEV_WORKSPACE_ID, PROD_WORKSPACE_ID
from emulator.seeds import SeedDocument

__all__ = [
    "DEV_WORKSPACE_ID",
    "MAPPING_FILE_PATH",
    "PROD_WORKSPACE_ID",
    "UNMAPPED",
    "SeedDocument",
    "sample_seeds",
]


# Not below /Shared, where all users may write: whoever may, can choose what the app does.
_FOLDERS: SeedDocument = {
    "directories": ["/job-sync/config"],
    "git_folders": [{"path": "/job-sync/jobs"}],
}
UNMAPPED = ("bi-users-dev", "analytics-dev")
"""Names of compute in DEV, for a mapping file that lacks them."""


def sample_seeds(*, unmapped: Collection[str] = ()) -> dict[str, SeedDocument]:
    """Return the seed documents of both workspaces, under "DEV" and "PROD".

    Each call returns new documents, equal to those of any other call.

    Args:
        unmapped: names that the mapping file lacks.
    """
    return {"DEV": _dev_seed(), "PROD": _prod_seed(unmapped)}


def _dev_seed() -> SeedDocument:
    jobs = [
        *dev_jobs_in_both(),
        *ingestion_jobs(),
        *transform_jobs(),
        *reporting_jobs(),
        *ml_jobs(),
        *replenishment_jobs(),
        *store_region_jobs(),
        *edge_case_jobs(),
    ]
    about = {"workspace_id": DEV_WORKSPACE_ID, **dev_principals(), **dev_compute()}
    return {**about, "jobs": jobs, **_FOLDERS, "files": []}


def _prod_seed(unmapped: Collection[str]) -> SeedDocument:
    jobs = [*prod_jobs_in_both(), *production_jobs()]
    about = {"workspace_id": PROD_WORKSPACE_ID, **prod_principals(), **prod_compute()}
    return {**about, "jobs": jobs, **_FOLDERS, "files": [mapping_file(unmapped)]}
