"""The catalogue of the places where settings refer to a workspace file, and the walk over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings, JsonDict

ROOT = "/Workspace"
_OTHER_STORES = ("/Volumes/", "/dbfs/")
_DECIDED_BY_EACH_RUN = "{{"


@dataclass(frozen=True, slots=True)
class FilePath:
    """One place that refers to a file, notebook or folder.

    `git_by_default` is True where a missing `source` beside it means GIT in a job with a
    `git_source`, and False where it always means WORKSPACE.
    """

    pattern: str
    git_by_default: bool = False


# Source: databricks-sdk service/jobs.py and compute.py.
TASK_PATHS: tuple[FilePath, ...] = (
    FilePath("notebook_task.notebook_path", git_by_default=True),
    FilePath("spark_python_task.python_file"),
    FilePath("sql_task.file.path", git_by_default=True),
    FilePath("dbt_task.project_directory", git_by_default=True),
    FilePath("dbt_task.profiles_directory", git_by_default=True),
    FilePath("gen_ai_compute_task.training_script_path", git_by_default=True),
    FilePath("gen_ai_compute_task.yaml_parameters_file_path", git_by_default=True),
    FilePath("alert_task.workspace_path"),
    FilePath("libraries[].whl"),
    FilePath("libraries[].jar"),
    FilePath("libraries[].requirements"),
)
CLUSTER_PATHS: tuple[FilePath, ...] = (FilePath("init_scripts[].workspace.destination"),)

_CATALOGUE: PathTree[FilePath] = settings_tree((), TASK_PATHS, CLUSTER_PATHS)


def workspace_path(path: str) -> str:
    """Return a path below /Workspace: the API and definitions sometimes leave the prefix out."""
    return path if path == ROOT or path.startswith(f"{ROOT}/") else ROOT + path


def is_workspace_path(path: str) -> bool:
    """Whether an absolute path leads into the workspace's own files."""
    return path.startswith("/") and not f"{path}/".startswith(_OTHER_STORES)


def source_of(holder: JsonDict, git_by_default: bool, has_git: bool) -> Any:
    """Return where the path in an object leads: `WORKSPACE`, `GIT`, or what else it says.

    Source: databricks-sdk service/jobs.py, `source` of each task: empty, WORKSPACE or GIT.
    """
    return holder.get("source") or ("GIT" if has_git and git_by_default else "WORKSPACE")


def is_decided_by_each_run(path: str) -> bool:
    """Whether the path holds a dynamic value reference, so that it is unknown before a run."""
    return _DECIDED_BY_EACH_RUN in path


def find_workspace_paths(settings: JobSettings) -> tuple[str, ...]:
    """Return the distinct workspace paths that a job needs, sorted and below /Workspace.

    Files in Git, relative paths, cloud URLs, DBFS and volumes are left out.
    """
    has_git = settings.get("git_source") is not None
    return tuple(sorted({workspace_path(path) for path in _walk(settings, _CATALOGUE, has_git)}))


def _walk(node: Any, tree: PathTree[FilePath], has_git: bool) -> Iterator[str]:
    if isinstance(node, list) and "[]" in tree.children:
        for item in node:
            yield from _walk(item, tree.children["[]"], has_git)
    if not isinstance(node, dict):
        return
    for key in node.keys() & tree.children.keys():
        branch = tree.children[key]
        if branch.leaves and _is_in_workspace(node, key, branch.leaves[0], has_git):
            yield node[key].rstrip("/")
        yield from _walk(node[key], branch, has_git)


def _is_in_workspace(holder: JsonDict, key: str, place: FilePath, has_git: bool) -> bool:
    path = holder[key]
    return (
        isinstance(path, str)
        and is_workspace_path(path)
        and source_of(holder, place.git_by_default, has_git) == "WORKSPACE"
    )
