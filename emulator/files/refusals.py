"""How the workspace words that something is in the way of an import.

The vendor's client tells these forms apart: databricks/cli libs/filer/workspace_files_client.go and
workspace_files_client_test.go, whose cases are noted from real workspaces.
"""

from __future__ import annotations

from emulator.errors import ApiError, already_exists, error_info, invalid_parameter
from emulator.files.imports import Import, Target
from emulator.files.paths import WorkspacePath
from emulator.files.tree import Entry
from emulator.options import WorkspaceOptions


def in_the_way(
    request: Import, target: Target, existing: Entry, options: WorkspaceOptions
) -> ApiError:
    """Return the refusal of an import without `overwrite`."""
    both_notebooks = existing.object_type == target.object_type == "NOTEBOOK"
    if request.sent == "raw":
        of_notebook = existing.object_type == "NOTEBOOK"
        return _notebook_exists(existing.path) if of_notebook else node_exists(target.path)
    if both_notebooks and options.existing_notebook_error == "without_code":
        return _notebook_exists(target.path)
    if (
        existing.object_type != target.object_type
        or options.existing_file_error == "already_exists"
    ):
        return node_exists(target.path)
    return already_exists(
        f"{target.path.shown} already exists. Please pass overwrite=true to overwrite it."
    )


def node_exists(path: WorkspacePath) -> ApiError:
    """Concurrent writers get this answer too."""
    message = f"Node with name {path.shown} already exists."
    return ApiError(409, "ALREADY_EXISTS", f"{message} Please pass overwrite=true to update it.")


def of_another_type(request: Import, target: Target, existing: Entry) -> ApiError:
    """Return the refusal of `overwrite` over an object of another type.

    Sources: databricks/cli#5165, databricks/cli#6149.
    """
    asked, actual = target.object_type, existing.object_type
    if request.sent == "raw":
        message = (
            f"Requested node type [{asked}] is different from the existing node type [{actual}]"
        )
    else:
        message = (
            f"Cannot overwrite the asset at {target.path.shown} due to type mismatch"
            f" (asked: {asked}, actual: {actual})."
        )
    details = [error_info("WORKSPACE_OBJECT_TYPE_MISMATCH", existing_type=actual)]
    return invalid_parameter(message, details)


def _notebook_exists(path: WorkspacePath) -> ApiError:
    """A notebook in the way is a 400 without an error code."""
    return ApiError(400, "", f"Path ({path.shown}) already exists.")
