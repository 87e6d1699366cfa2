"""Words of what is said of a bundle."""

from collections.abc import Sequence

_MOST_LISTED = 20


def list_names(names: Sequence[str]) -> str:
    """Return names of jobs in quotes, the first of them where there are many."""
    more = len(names) - _MOST_LISTED
    shown = ", ".join(f"“{name}”" for name in names[:_MOST_LISTED])
    return f"{shown} and {more:,} more" if more > 0 else shown
