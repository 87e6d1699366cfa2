"""The mapping file of PROD: which name here each name in DEV maps to."""

from string import Template

from emulator.samples import principals
from emulator.samples.job_shapes import JsonDict

MAPPING_FILE_PATH = "/Shared/config/job-mappings.json"

_TEXT = Template("""\
// Resource mappings of the PROD workspace of Brindlewick.
// Left: the name in DEV. Right: the name here. A name that is not listed must exist here unchanged.
{
  "compute_name_mappings": {
    "cluster_name_mappings": {
      "etl-dev": "etl-prod",
      "bi-users-dev": "bi-users-prod",
      "ml-sandbox-dev": "ml-prod",
      // Jobs whose cluster was deleted in DEV run here:
      "unknown": "etl-prod",
      // "shared-autoscaling" is not listed: it has the same name in both workspaces.
    },
    "warehouse_name_mappings": {
      "starter-warehouse": "reporting-prod",
      "analytics-dev": "analytics-prod",
      // "finance-serverless" is not listed for the same reason.
    },
  },

  // Left: the user name or application id a job runs as in DEV.
  // Right: exactly one of user_name, service_principal_name, group_name of this workspace.
  "run_as_mappings": {
    "$mira": {"service_principal_name": "$etl"},
    "$tomasz": {"service_principal_name": "$etl"},
    "$aiko": {"service_principal_name": "$ml"},
    "$ines": {"user_name": "$freja"}, // month-end jobs belong to Finance
    "$dev_ingestion": {"service_principal_name": "$etl"}, // ingestion-dev
    "$dev_reporting": {"service_principal_name": "$reporting"}, // reporting-dev
    // Everybody else:
    "default": {"service_principal_name": "$job_runner"},
  },

  // Schedules and triggers are active or paused as the definition in Git says.
  "pause_status": "from_git",
}
""")


def mapping_file() -> JsonDict:
    """Return the file as a seed document holds it."""
    content = _TEXT.substitute(
        mira=principals.MIRA,
        tomasz=principals.TOMASZ,
        aiko=principals.AIKO,
        ines=principals.INES,
        freja=principals.FREJA,
        dev_ingestion=principals.DEV_INGESTION_SP,
        dev_reporting=principals.DEV_REPORTING_SP,
        etl=principals.PROD_ETL_SP,
        ml=principals.PROD_ML_SP,
        reporting=principals.PROD_REPORTING_SP,
        job_runner=principals.PROD_JOB_RUNNER_SP,
    )
    return {"path": MAPPING_FILE_PATH, "content": content}
