"""What Git tracks in a checkout on this machine, as its index says."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from core.definitions.file_names import fold_file_name
from core.gateways.machine.closed_tree import nearest_repository

if TYPE_CHECKING:
    from dulwich.index import ConflictedIndexEntry, IndexEntry

    Entry = IndexEntry | ConflictedIndexEntry


def find_index(root: str) -> Path:
    """Return where the index of a repository is. Raises any error for one that is damaged."""
    from dulwich.repo import Repo  # noqa: PLC0415 - it takes long to load

    with closing(Repo(root)) as repository:
        return Path(repository.index_path())


def read_index(index: Path) -> "Iterator[tuple[str, Entry]]":
    """Yield the tracked paths, relative to the root. Raises any error for an unknown format."""
    from dulwich.index import read_index_dict  # noqa: PLC0415

    with index.open("rb") as file:  # dulwich's Index refuses what follows the entries when sparse
        entries = read_index_dict(file)
    for name, entry in entries.items():
        yield os.fsdecode(name).rstrip("/"), entry


def is_tracked(path: Path) -> bool:
    """Whether a file came with the repository that it is in; also when nobody can say.

    Names that some disk takes for one count as one.
    """
    root = nearest_repository(str(path.parent))
    if not root:
        return False
    wanted = fold_file_name(str(path.relative_to(root)))
    try:
        return any(fold_file_name(name) == wanted for name, _ in read_index(find_index(root)))
    except FileNotFoundError:
        return False  # nothing was ever added
    except Exception:  # a format unknown to dulwich may raise any kind
        return True
