"""A stored job and the permissions on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from emulator.json_values import JobSettings, JsonDict
from emulator.principals import ADMINS, Principal

UNTITLED = "Untitled"
IS_OWNER = "IS_OWNER"
LEVELS = ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", IS_OWNER)
RUN_AS_FIELDS = ("user_name", "service_principal_name", "group_name")


@dataclass(frozen=True, slots=True)
class Grant:
    """A direct permission; `field` says whether `name` is a user, service principal or group."""

    field: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was written. Nothing may change `settings`; a new version replaces the job."""

    job_id: int
    creator_user_name: str
    created_time: int
    api_version: str
    settings: JobSettings
    grants: tuple[Grant, ...]

    @property
    def name(self) -> str:
        return str(self.settings.get("name", UNTITLED))

    @property
    def owner(self) -> Grant | None:
        return next((grant for grant in self.grants if grant.level == IS_OWNER), None)

    @property
    def run_as_user_name(self) -> str:
        """The identity of runs: the explicit `run_as`, else the owner.

        Source: databricks-sdk jobs.py, `Job.run_as_user_name`.
        """
        run_as = self.settings.get("run_as")
        if isinstance(run_as, dict):
            for field in RUN_AS_FIELDS:
                if field in run_as:
                    return str(run_as[field])
        return self.owner.name if self.owner else self.creator_user_name

    def allows(self, principal: Principal, groups: frozenset[str], at_least: str) -> bool:
        """Return whether the principal has a level: as an admin, by name or through a group."""
        if ADMINS in groups:
            return True
        needed = LEVELS.index(at_least)
        return any(
            LEVELS.index(grant.level) >= needed and concerns(grant, principal, groups)
            for grant in self.grants
        )

    def as_json(self) -> JsonDict:
        return {
            "job_id": self.job_id,
            "creator_user_name": self.creator_user_name,
            "created_time": self.created_time,
            "api_version": self.api_version,
            "settings": self.settings,
            "grants": [asdict(grant) for grant in self.grants],
        }


def job_from_json(document: JsonDict) -> Job:
    """Read what `Job.as_json` wrote."""
    grants = tuple(Grant(**grant) for grant in document["grants"])
    return Job(**{**document, "grants": grants})


def concerns(grant: Grant, principal: Principal, groups: frozenset[str]) -> bool:
    """Return whether a grant is for a principal, by name or through a group."""
    if grant.field == "group_name":
        return grant.name in groups
    return grant.field == principal.field and grant.name == principal.name
