"""What the user saw of a plan and chose from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.errors import SelectionError
from core.mapping.mapping_file import PausePolicy
from core.planning.fingerprints import fingerprint_row
from core.planning.import_rows import Deleted, Importable


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be carried out, and of which plan. Empty, it means all rows of the plan of now.

    `names` are the chosen jobs, None for all. `fingerprints` are the `fingerprint_plan` of the
    plan that the user saw: rows that have moved since are skipped and named; None when nobody saw
    one. `pause` is the policy that this plan was made with, None for the mapping file's. `ticked`
    are the jobs with a doubt that the user confirmed one by one, see `ReportRow.doubt`.
    """

    names: Collection[str] | None = None
    fingerprints: Mapping[str, str] | None = None
    pause: PausePolicy | None = None
    ticked: frozenset[str] = frozenset()

    def select(self, available: Collection[str], wanted: str) -> frozenset[str]:
        """Return the chosen names.

        Args:
            wanted: what `available` jobs are, for the message.

        Raises:
            SelectionError: a chosen job is not available.
        """
        if self.names is None:
            return frozenset(available)
        unknown = sorted(set(self.names) - set(available))
        if unknown:
            raise SelectionError(unknown, wanted)
        return frozenset(self.names)

    def has_moved(self, row: Importable | Deleted) -> bool:
        """Whether a row is no longer what the user saw."""
        if self.fingerprints is None:
            return False
        return self.fingerprints.get(row.job_name) != fingerprint_row(row)
