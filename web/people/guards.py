"""Which callbacks a person without the right to change may call. Any other one needs that right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components import ids
from core.operations.kinds import KINDS
from core.operations.operation import OperationStore
from web.people.identity import User

# What these callbacks write is only shown. START_REQUEST's checks the kind that it is asked for.
FOR_ALL = frozenset(
    {
        *(ids.HISTORY_GRID, ids.HISTORY_STATUS, ids.HISTORY_AGAIN),
        *(ids.HISTORY_ROWS_GRID, ids.HISTORY_ENTRY_HEAD, ids.HISTORY_ENTRY_AGAIN),
        ids.MAPPINGS_DRAFT,
        *(ids.STARTED, ids.TOAST),
    }
)


@dataclass(frozen=True, slots=True)
class Guards:
    """Refuses calls of callbacks. Made once per server."""

    store: OperationStore

    def refusal(self, user: User, document: Mapping[str, Any]) -> str:
        """Return why somebody may not make a call, empty where that is allowed.

        Args:
            document: what was posted, as `check_dispatch` returns it.
        """
        if user.may_change:
            return ""
        outputs = outputs_of(document["output"])
        if outputs <= FOR_ALL or (outputs == {ids.ENDED} and self._only_reads(document)):
            return ""
        return user.refusal

    def _only_reads(self, document: Mapping[str, Any]) -> bool:
        """Whether what is to be carried out is for everybody who looks."""
        [started] = document["inputs"]
        asked = started.get("value")
        operation = self.store.get(asked) if isinstance(asked, str) else None
        return operation is None or not KINDS[operation.kind].is_exclusive


def outputs_of(output: str) -> frozenset[str]:
    """Return the ids of the components that a callback writes, by the name that Dash gives it."""
    names = output.strip(".").split("...")
    return frozenset(name.split("@")[0].rpartition(".")[0] for name in names)
