"""Operations that left a snapshot and no entry in the history: their process ended midway."""

from collections.abc import Collection

from core.errors import NotFoundError, SyncError
from core.ports import WorkspaceFiles
from core.state.lock import find_holder
from core.state.snapshots import Head, Snapshots, moment_of


def find_interrupted(
    files: WorkspaceFiles,
    state_path: str,
    snapshots: Snapshots,
    known: Collection[str],
    since: float,
) -> list[Head]:
    """Return the heads of the snapshots that no entry knows, oldest first.

    That of the operation which holds the lock is none: it has no entry yet. One without a head, or
    with one that cannot be used, is left out: nothing was changed, or nobody knows what.

    Args:
        known: the names of the snapshots that entries know.
        since: in seconds since the epoch; entries of before that may have been forgotten.
    """
    names = [name for name in snapshots.names() if name not in known and moment_of(name) >= since]
    if not names:
        return []
    holder = find_holder(files, state_path)
    heads = []
    for name in names:
        if holder and name.endswith(f"-{holder.token[:8]}"):
            continue
        try:
            heads.append(snapshots.read_head(name))
        except (NotFoundError, SyncError):
            continue
    return heads
