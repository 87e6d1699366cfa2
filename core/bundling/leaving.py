"""Jobs that an earlier bundle has and the next one would lose: a deployment deletes them."""

from collections.abc import Mapping
from dataclasses import replace

from core.bundling.plan import BundlePlan, NotBundled
from core.bundling.words import list_names
from core.errors import Issue, SyncError


def check_leaving(plan: BundlePlan, earlier: Mapping[str, str]) -> BundlePlan:
    """Return a plan that says which jobs leave the bundle.

    Args:
        earlier: the keys of the bundle that is there, by the names of its jobs.

    Raises:
        SyncError: a job would leave it, perhaps only because a definition is in error.
    """
    leaving = sorted(earlier.keys() - plan.keys.keys())
    if not leaving:
        return plan
    names = list_names(leaving)
    in_error = [row for row in plan.rows if isinstance(row, NotBundled) and row.issues]
    causes = [row for row in in_error if not row.job_name or row.job_name in leaving]
    if causes:
        reasons = "\n".join(f"{row.path}: {row.issues[0].message}" for row in causes)
        raise SyncError(
            "Nothing was written: definitions are in error, and without them the bundle would lose "
            f"{names}. A deployment would delete what it lost.\n{reasons}\n",
            fix="Correct them, or choose an empty folder.",
        )
    words = "Jobs that are no longer in the bundle, and a deployment would delete them"
    return replace(plan, issues=(Issue(f"{words}: {names}."), *plan.issues))
