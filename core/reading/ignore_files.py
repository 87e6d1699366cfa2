"""Reads the `.gitignore` files that decide which definitions Git commits."""

from collections.abc import Iterator

from core.definitions.folder import GitContents
from core.definitions.ignore_rules import IGNORE_FILE, IgnoreFile, IgnoreRules
from core.errors import Issue, NotFoundError, SyncError
from core.ports import GitFolder, Ports, WorkspaceFiles


def read_ignore_rules(ports: Ports, contents: GitContents, git: GitFolder | None) -> IgnoreRules:
    """Return the rules for the definitions' folder; what cannot be read is an issue of theirs.

    Args:
        contents: holds the `.gitignore` files of the folder itself.
        git: the Git folder, where it is known already.
    """
    try:
        git = git or ports.git.find(contents.folder)
    except SyncError as error:
        reason = f"It is not known whether Git ignores new definitions. {error}"
        return IgnoreRules(issues=(Issue(reason),))
    if git is None or not f"{contents.folder}/".startswith(f"{git.path}/"):
        return IgnoreRules()
    above = _read_above(ports.files, git.path, contents.folder)
    return IgnoreRules(git.path, contents.folder, (*above, *contents.ignore_files))


def _read_above(files: WorkspaceFiles, root: str, folder: str) -> Iterator[IgnoreFile]:
    """Yield the files between the root of the Git folder and the definitions' folder."""
    while folder != root:
        folder = folder.rpartition("/")[0]
        path = f"{folder}/{IGNORE_FILE}"
        try:
            yield IgnoreFile(path, files.read(path))
        except NotFoundError:
            continue
        except SyncError as error:
            yield IgnoreFile(path, Issue(str(error)))
