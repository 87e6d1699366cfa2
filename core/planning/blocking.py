"""Jobs that cannot be imported because a job that they run cannot be."""

from collections.abc import Collection, Sequence

from core.errors import Issue
from core.mapping.names import find_needed_jobs
from core.planning.import_rows import Blocked, Changed, Excluded, New, Row


def block_dependents(
    rows: Sequence[Row], present: Collection[str], done: str = "imported"
) -> list[Row]:
    """Block the rows that run a job which is not there and will not be, and so on.

    Args:
        present: the names that exactly one job of the workspace has, or gets by a rename.
        done: what cannot be done with that job, for users.

    A job that exists can be run, whatever becomes of its own row.
    """
    absent = {row.job_name for row in rows if _stays_away(row)} - set(present)
    if not absent:  # the usual case costs nothing
        return list(rows)
    waiting = {
        row.job_name: (row, find_needed_jobs(row.unpack_settings()))
        for row in rows
        if isinstance(row, New | Changed)
    }
    blocked: dict[str, Blocked] = {}
    found = True
    while found:
        found = False
        for name, (row, needs) in list(waiting.items()):
            missing = sorted(needs & absent)
            if missing:
                blocked[name] = _blocked(row, missing[0], done)
                del waiting[name]
                if isinstance(row, New):
                    absent.add(name)
                found = True
    return [
        blocked[row.job_name] if isinstance(row, New | Changed) and row.job_name in blocked else row
        for row in rows
    ]


def _stays_away(row: Row) -> bool:
    return isinstance(row, Blocked) or (isinstance(row, Excluded) and row.job is None)


def _blocked(row: New | Changed, needed: str, done: str) -> Blocked:
    message = f"Blocked by “{needed}”: this job runs it, and it cannot be {done}."
    job = row.job if isinstance(row, Changed) else None
    about = row.file.definition, job, row.mapped
    return Blocked(row.job_name, row.file.path, (Issue(message),), *about)
