"""The mapping file of PROD: what the names and values of DEV are here."""

from collections.abc import Collection
from string import Template

from emulator.samples import principals
from emulator.samples.job_shapes import ALERTS_MAIL, JsonDict

MAPPING_FILE_PATH = "/job-sync/config/job-mappings.json"

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

  // Values that differ here, applied to each definition before it is compared and written.
  "value_mappings": {
    "paths": {
      "/Volumes/retail/landing": "/Volumes/retail_prod/landing",
      "/Volumes/retail/artifacts": "/Volumes/retail_prod/artifacts",
    },
    "catalogs": {"retail": "retail_prod"},
    "schemas": {"marts": "reporting"},
    "parameters": {
      "country": "NO", // whatever it is in DEV
      "horizon_days": {"28": "35"},
    },
    "emails": {
      "$alerts": "on-call@ops.brindlewick.example", // Operations look at PROD
    },
    "git_branches": {"main": "release"},
    "git_urls": {
      "https://git.brindlewick.example/finance/accounts-payable.git":
        "https://git.brindlewick.example/finance/payments.git",
    },
    "node_types": {"Standard_E4ds_v5": "Standard_E8ds_v5"},
    // "zones" is not needed: both workspaces are in Azure.
    "tags": {"team": {"data-science": "forecasting"}},
    "fields": {
      // More stores than in the test region:
      "job_clusters[*].new_cluster.autoscale.max_workers": {
        "from": 24, "to": 48, "jobs": "Stores *",
      },
    },
  },

  // Jobs that people of Finance run by hand are none of this app's business.
  "jobs": {"exclude": ["TEMP *"]},
}
""")


def mapping_file(without: Collection[str] = ()) -> JsonDict:
    """Return the file as a seed document holds it.

    Args:
        without: names whose lines are left out, so that validation misses them.
    """
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
        alerts=ALERTS_MAIL,
    )
    lines = content.splitlines(keepends=True)
    kept = (line for line in lines if not any(f'"{name}":' in line for name in without))
    return {"path": MAPPING_FILE_PATH, "content": "".join(kept)}
