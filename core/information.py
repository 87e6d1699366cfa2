"""What a deployment reports about itself: Workspace Information and Resource Mappings."""

from contextlib import suppress

from core.definitions.folder import GitContents
from core.errors import Issue, MappingFileError, NotFoundError
from core.mapping.use import list_mapping_entries
from core.ports import GitFolder, WorkspaceFiles
from core.reading.survey import Surveyor
from core.reporting.details import FolderContents, GitPlace, MappingFacts
from core.reporting.write_access import Place
from core.settings import Settings


def git_place(folder: GitFolder | None) -> GitPlace:
    """Return where the definitions lie in Git."""
    if folder is None:
        return GitPlace("none: the definitions' folder is not in a Git folder")
    return GitPlace(folder.path, folder.folder_id, folder.url, folder.branch, folder.commit)


def trusted_places(settings: Settings, state_path: str) -> tuple[tuple[Place, str], ...]:
    """Return the places that decide what the app does, with their paths."""
    places = (
        (Place.STATE, state_path),
        (Place.MAPPING, settings.mapping_path),
        (Place.GIT, settings.folder),
    )
    return tuple((place, path) for place, path in places if path)


def folder_contents(files: WorkspaceFiles, folder: str, contents: GitContents) -> FolderContents:
    """Return what the definitions' folder holds, and when something in it changed last."""
    changes = (entry.modified_at for entry in files.list_folder(folder))
    return FolderContents(
        definitions=len(contents.files),
        unreadable_files=len(contents.unread),
        other_json_files=contents.other_json,
        last_change_ms=max(changes, default=0),
    )


def mapping_facts(
    files: WorkspaceFiles, settings: Settings, surveyor: Surveyor, contents: GitContents
) -> tuple[MappingFacts, tuple[Issue, ...]]:
    """Return the mapping file as it is, what uses its entries, and what is wrong with it."""
    if not settings.mapping_path:
        return MappingFacts(), ()
    text: str | None = None
    with suppress(NotFoundError):  # the survey says so
        text = files.read(settings.mapping_path).decode("utf-8-sig", "replace")
    try:
        mappings, issues = surveyor.read_mappings()
    except MappingFileError as error:
        return MappingFacts(text), (Issue(str(error)),)
    if not settings.reads_mappings:  # it only says which jobs belong here
        return MappingFacts(text), issues
    entries = list_mapping_entries(mappings, (file.definition for file in contents.files))
    return MappingFacts(
        text, entries, mappings.pause.value, mappings.permissions.describe()
    ), issues
