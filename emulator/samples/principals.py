"""The people and service principals of both workspaces.

Developers exist in DEV only. In PROD jobs run as service principals, and few people have access.
"""

from emulator.samples.job_shapes import JsonDict

MIRA = "mira.solberg@brindlewick.example"
TOMASZ = "tomasz.wilk@brindlewick.example"
AIKO = "aiko.tanabe@brindlewick.example"
INES = "ines.carvalho@brindlewick.example"
BEN_WHO_LEFT = "ben.oduya@brindlewick.example"
DEV_INGESTION_SP = "5b0f7c52-61d4-4c0e-9a35-8e2f10c7d9a1"
DEV_REPORTING_SP = "c3e19a84-07bb-4f5d-b2a6-41d95e6f3b70"

OLU = "olu.adebayo@ops.brindlewick.example"
FREJA = "freja.lindqvist@ops.brindlewick.example"
PROD_ETL_SP = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
PROD_REPORTING_SP = "7e61b3d9-4f08-4a2c-a9d7-2c8b15f04e93"
PROD_ML_SP = "a94d27f6-3c5e-4817-b0e2-96f1d8c34b05"
PROD_JOB_RUNNER_SP = "e8270b4a-d516-49f3-8b7c-05a9c6e1f348"
PROD_RETIRED_SP = "16f5ac03-8e79-4d24-97b1-d3042f8c6ea5"


def dev_principals() -> JsonDict:
    return {
        "users": [
            _user(MIRA, "Mira Solberg", "admins", "data-engineers"),
            _user(TOMASZ, "Tomasz Wilk", "data-engineers"),
            _user(AIKO, "Aiko Tanabe", "data-scientists"),
            _user(INES, "Inês Carvalho", "finance-analysts"),
            _user(BEN_WHO_LEFT, "Ben Oduya", active=False),
        ],
        "service_principals": [
            _service_principal(DEV_INGESTION_SP, "ingestion-dev", "data-engineers"),
            _service_principal(DEV_REPORTING_SP, "reporting-dev"),
        ],
        "groups": _groups("admins", "data-engineers", "data-scientists", "finance-analysts"),
    }


def prod_principals() -> JsonDict:
    return {
        "users": [
            _user(OLU, "Olu Adebayo", "admins", "platform-operations"),
            _user(FREJA, "Freja Lindqvist", "finance-owners"),
        ],
        "service_principals": [
            _service_principal(PROD_ETL_SP, "etl-prod", "production-jobs"),
            _service_principal(PROD_REPORTING_SP, "reporting-prod", "production-jobs"),
            _service_principal(PROD_ML_SP, "ml-prod", "production-jobs"),
            _service_principal(PROD_JOB_RUNNER_SP, "job-runner-prod", "production-jobs"),
            _service_principal(PROD_RETIRED_SP, "etl-prod-2023", active=False),
        ],
        "groups": _groups("admins", "platform-operations", "finance-owners", "production-jobs"),
    }


def _user(user_name: str, display_name: str, *groups: str, active: bool = True) -> JsonDict:
    return {
        "userName": user_name,
        "displayName": display_name,
        "active": active,
        "groups": list(groups),
    }


def _service_principal(
    application_id: str, display_name: str, *groups: str, active: bool = True
) -> JsonDict:
    return {
        "applicationId": application_id,
        "displayName": display_name,
        "active": active,
        "groups": list(groups),
    }


def _groups(*display_names: str) -> list[JsonDict]:
    return [{"displayName": display_name} for display_name in display_names]
