"""What the workspace says, when it is asked, about the jobs that a plan would write or remove."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import NotFoundError, SyncError, UnauthenticatedError, UnreachableError
from core.jobsettings.workspace_paths import find_workspace_paths, is_decided_by_each_run
from core.parallel import in_parallel
from core.planning.import_plan import Plan
from core.planning.import_rows import Changed, Deleted
from core.ports import Ports, Runs
from core.reporting.listener import Listener

_NOBODY_ANSWERS = (UnreachableError, UnauthenticatedError)


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """Answers, or the error that came instead of one.

    `me` is the name of our principal. `active_runs` counts runs by job id; a job without any is
    not in it. `paths` says whether a path exists; a path that was not asked for is not in it.
    """

    me: str
    active_runs: Mapping[int, int] | SyncError
    paths: Mapping[str, bool | SyncError]


def read_facts(
    plan: Plan, ports: Ports, me: str, *, threads: int, listener: Listener
) -> WorkspaceFacts:
    """Ask for active runs by one list, and for each path once. A failed read raises nothing.

    The listener is called on the calling thread.
    """
    listener.on_step("Checking for active runs")
    has_jobs = any(isinstance(row, Changed | Deleted) for row in plan.rows)
    active_runs = _count_active_runs(ports.runs) if has_jobs else {}
    listener.on_step("Checking files")
    return WorkspaceFacts(me, active_runs, _look_up(_paths(plan), ports, threads, listener))


def _count_active_runs(runs: Runs) -> Mapping[int, int] | SyncError:
    """Count each run once: the list may move while its pages are read."""
    try:
        return Counter({run.run_id: run.job_id for run in runs.list_active()}.values())
    except SyncError as error:
        return error


def _paths(plan: Plan) -> list[str]:
    found: set[str] = set()
    for row in plan.importable().values():
        found.update(find_workspace_paths(row.unpack_settings()))
    return sorted(path for path in found if not is_decided_by_each_run(path))


def _look_up(
    paths: list[str], ports: Ports, threads: int, listener: Listener
) -> Mapping[str, bool | SyncError]:
    """Ask for each path. Once nobody answers, the paths that are left are not asked for."""
    silence: list[SyncError] = []  # every call would wait for its whole time

    def exists(path: str) -> bool | SyncError:
        if silence:
            return silence[0]
        try:
            ports.files.status(path)
        except NotFoundError:
            return False
        except _NOBODY_ANSWERS as error:
            silence.append(error)
            raise
        return True

    answers: dict[str, bool | SyncError] = {}
    for path, answer in in_parallel(exists, paths, threads=threads):
        answers[path] = answer
        listener.on_progress(len(answers), len(paths))
    return answers
