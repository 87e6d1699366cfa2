"""Who can see a new job: nobody but workspace admins, unless it is created with permissions."""

from collections.abc import Sequence

from core.jobsettings.permissions import Permission

_MOST_LISTED = 5


def describe_audience(permissions: Sequence[Permission]) -> str:
    """Return a sentence about a job that is created with these entries.

    Source: databricks-sdk jobs.py, `JobsAPI.create`: without an access control list, a job belongs
    to whoever creates it, and workspace admins inherit their permission.
    """
    if not permissions:
        return (
            "Only workspace admins can see it; “permissions” in the mapping file gives others "
            "access."
        )
    listed = [f"the {one.principal} ({one.level})" for one in permissions[:_MOST_LISTED]]
    more = len(permissions) - _MOST_LISTED
    if more > 0:
        listed.append(f"{more} more")
    return f"Workspace admins and {', '.join(listed)} can see it."
