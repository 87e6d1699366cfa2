"""Asks the workspace who may write the state folder, the mapping file and the Git folder."""

from collections.abc import Iterator, Sequence

from core.errors import NotFoundError, WorkspaceError
from core.identity_names import fold_identity
from core.local_paths import is_local
from core.ports import Access, GitFolder, ObjectKind, WorkspaceFiles
from core.reporting.write_access import Place, PlaceAccess

# Source: databricks-sdk iam.py, `PermissionLevel`; CAN_READ and CAN_RUN write nothing.
_WRITING = frozenset({"CAN_EDIT", "CAN_MANAGE", "IS_OWNER"})
# The groups that every user of a workspace, or of an account, is in.
_EVERYBODY = frozenset({"users", "account users"})
_ROOT = "/Workspace"
_ON_THIS_MACHINE = (
    "users of this machine who may write it, and who can have changes merged into its repository"
)


def read_write_access(
    files: WorkspaceFiles, places: Sequence[tuple[Place, str]], git: GitFolder | None
) -> tuple[PlaceAccess, ...]:
    """Return who may write each place. What cannot be read is said, and no error.

    Args:
        git: the Git folder, which has permissions of its own.
    """
    return tuple(_read(files, place, path, git) for place, path in places)


def _read(files: WorkspaceFiles, place: Place, path: str, git: GitFolder | None) -> PlaceAccess:
    if is_local(path):
        return PlaceAccess(place, path, (_ON_THIS_MACHINE,))
    try:
        if place is Place.GIT and git and git.folder_id is not None:
            asked, kind, object_id = git.path, ObjectKind.GIT_FOLDER, git.folder_id
        else:
            asked, kind, object_id = _nearest(files, path)
        access = files.access(kind, object_id)
    except WorkspaceError as error:
        return PlaceAccess(place, path, problem=error.message)
    writers = [one for one in access if one.levels & _WRITING]
    return PlaceAccess(
        place, asked, tuple(sorted(map(_words, writers))), any(map(_is_everybody, writers))
    )


def _nearest(files: WorkspaceFiles, path: str) -> tuple[str, ObjectKind, int]:
    """Find what decides who may create or write a path: itself, or what is above it."""
    for candidate in _upwards(path):
        try:
            found = files.status(candidate)
        except NotFoundError:
            continue
        kinds = ((found.is_file, ObjectKind.FILE), (found.is_folder, ObjectKind.FOLDER))
        kind = next((kind for fits, kind in kinds if fits), ObjectKind.NOTEBOOK)
        return candidate, kind, found.object_id
    raise NotFoundError(f"Nothing of {path} exists.")


def _upwards(path: str) -> Iterator[str]:
    while path and path != _ROOT:
        yield path
        path = path.rpartition("/")[0]


def _is_everybody(access: Access) -> bool:
    who = access.principal
    return who.field == "group_name" and fold_identity(who.name) in _EVERYBODY


def _words(access: Access) -> str:
    """Return a principal as people know it."""
    who = access.principal
    noun = {"group_name": "group ", "service_principal_name": "service principal "}
    name = who.name if who.field == "user_name" else access.display_name or who.name
    return f"{noun.get(who.field, '')}{name}"
