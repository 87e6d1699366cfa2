"""What the workspace itself says an admin should look at before importing or removing a job.

Only what would be written or removed is spoken of. What could not be read is a note as well.
"""

from collections.abc import Mapping
from typing import assert_never

from core.errors import SyncError
from core.identity_names import fold_identity
from core.jobsettings.workspace_paths import find_workspace_paths, is_decided_by_each_run
from core.json_text import JobSettings
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Excluded,
    New,
    Row,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.risks import Risk
from core.reading.workspace_facts import WorkspaceFacts


def workspace_risks_of(row: Row, facts: WorkspaceFacts) -> tuple[Risk, ...]:
    """Return the notes for importing or removing the job of a row."""
    match row:
        case New():
            return _definition_risks(row.unpack_settings(), facts)
        case Changed():
            return (
                *_run_risks(row.job.job_id, facts),
                *_definition_risks(row.unpack_settings(), facts),
            )
        case Deleted():
            return _run_risks(row.job.job_id, facts)
        case Unchanged() | Unmanaged() | Skipped() | Excluded() | Blocked():
            return ()
        case _:
            assert_never(row)


def _run_risks(job_id: int, facts: WorkspaceFacts) -> tuple[Risk, ...]:
    if isinstance(facts.active_runs, SyncError):
        why = str(facts.active_runs)
        return (Risk("active_runs_unknown", f"Could not check whether it is running. {why}"),)
    count = facts.active_runs.get(job_id, 0)
    if not count:
        return ()
    return (Risk("active_runs", f"Running now: {count} active run{'s' if count > 1 else ''}."),)


def _definition_risks(desired: JobSettings, facts: WorkspaceFacts) -> tuple[Risk, ...]:
    return (*_path_risks(desired, facts.paths), *_role_risks(desired, facts.me))


def _path_risks(desired: JobSettings, answers: Mapping[str, bool | SyncError]) -> tuple[Risk, ...]:
    absent: list[str] = []
    unread: dict[str, list[str]] = {}
    for path in find_workspace_paths(desired):
        answer = answers.get(path)
        if answer is False:
            absent.append(path)
        elif answer is not True:
            unread.setdefault(_why(path, answer), []).append(path)
    notes = [
        Risk("path_unknown", f"Could not be checked: {', '.join(paths)}. {why}")
        for why, paths in unread.items()
    ]
    if absent:
        # Source: databricks/cli libs/filer: what may not be read answers as if it were missing.
        text = f"Not in this workspace, or hidden from this app: {', '.join(absent)}."
        notes.insert(0, Risk("path_absent", text))
    return tuple(notes)


def _why(path: str, answer: SyncError | None) -> str:
    if is_decided_by_each_run(path):
        return "The path is only known when the job runs."
    return str(answer) if answer else "It was not checked."


def _role_risks(desired: JobSettings, me: str) -> tuple[Risk, ...]:
    """Name a service principal on which our principal may lack a role.

    No call can confirm it: the rule sets of a service principal need the account's id and may
    be read by its managers only.
    Source: databricks-sdk iam.py, `get_rule_set`; jobs.py, `JobRunAs`.
    """
    run_as = desired.get("run_as")
    name = run_as.get("service_principal_name") if isinstance(run_as, dict) else None
    if not isinstance(name, str) or fold_identity(name) == fold_identity(me):
        return ()
    text = (
        f"Runs as the service principal “{name}”. This app may lack the role “Service Principal: "
        "User” on it, which cannot be read; without the role the import may be refused."
    )
    return (Risk("run_as_role", text),)
