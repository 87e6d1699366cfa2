"""What a user saw of a row, as a short text that changes when the row has moved since."""

from core.comparing.canonical import canonicalize
from core.jobsettings.permissions import permissions_as_json, sort_permissions
from core.json_text import fingerprint
from core.planning.import_plan import Plan
from core.planning.import_rows import Changed, Deleted, Importable, New


def fingerprint_row(row: Importable | Deleted) -> str:
    """Return a text that changes when the row's job, file or mapping has moved.

    Two readings of the same job may differ in the order of their lists, which is not a move, and
    the list form never says who a job runs as: its name does.
    """
    parts: list[object] = [row.status, row.job_name]
    if isinstance(row, New | Changed):
        parts.append(row.unpack_settings())  # comes from a file, which keeps its order
    if isinstance(row, Changed | Deleted):
        settings = canonicalize({**row.job.unpack_settings(), "run_as": None}).settings
        parts += [row.job.job_id, settings, row.job.run_as_user_name]
    parts += _permissions(row)
    return fingerprint(parts)


def _permissions(row: Importable | Deleted) -> list[object]:
    """Return what the user saw of permissions; nothing where they play no part."""
    if isinstance(row, New) and row.permissions:
        return [permissions_as_json(row.permissions)]
    if isinstance(row, Changed) and row.access:
        access = row.access
        sides = (access.before.direct, access.entries)
        return [access.replaces, *(permissions_as_json(sort_permissions(one)) for one in sides)]
    return []


def fingerprint_plan(plan: Plan) -> dict[str, str]:
    """Return, by job name, the fingerprints of the rows that can be carried out."""
    rows = {**plan.importable(), **plan.removable()}
    return {name: fingerprint_row(row) for name, row in rows.items()}
