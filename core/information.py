"""What a deployment tells about itself: Workspace Information and Resource Mappings."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from core.definitions.folder import GitContents
from core.errors import Issue, MappingFileError, NotFoundError
from core.mapping.use import list_mapping_entries
from core.ports import GitFolder, WorkspaceFiles
from core.reading.survey import Surveyor
from core.settings import Settings


def git_details(folder: GitFolder | None) -> Mapping[str, str | int]:
    """Return where the definitions lie in Git."""
    if folder is None:
        return {"git_folder": "none: the definitions' folder lies in no Git folder"}
    return {
        "git_folder": folder.path,
        "git_folder_id": folder.folder_id,
        "git_url": folder.url,
        "branch": folder.branch,
        "commit": folder.commit,
    }


def contents_details(
    files: WorkspaceFiles, folder: str, contents: GitContents
) -> Mapping[str, int]:
    """Return what the definitions' folder holds, and when something in it changed last.

    `last_change_ms` is in ms since the epoch, 0 if it is not told.
    """
    changes = (entry.modified_at for entry in files.list_folder(folder))
    return {
        "definitions": len(contents.files),
        "unreadable_files": len(contents.unread),
        "other_json_files": contents.other_json,
        "last_change_ms": max(changes, default=0),
    }


def mapping_details(
    files: WorkspaceFiles, settings: Settings, surveyor: Surveyor, contents: GitContents
) -> tuple[Mapping[str, Any], tuple[Issue, ...]]:
    """Return the mapping file as it stands, what uses its entries, and what is wrong with it."""
    if not settings.reads_mappings:
        return {}, ()
    details: dict[str, Any] = {}
    with suppress(NotFoundError):  # the survey says so
        details["mapping_text"] = files.read(settings.mapping_path).decode("utf-8-sig", "replace")
    try:
        mappings, issues = surveyor.read_mappings()
    except MappingFileError as error:
        return details, (Issue(str(error)),)
    entries = list_mapping_entries(mappings, (file.definition for file in contents.files))
    details["mapping_entries"] = [entry.as_json() for entry in entries]
    details["pause_status"] = mappings.pause.value
    return details, issues
