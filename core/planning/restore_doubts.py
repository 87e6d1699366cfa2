"""Why a row of a restore needs a confirmation of its own: the job may have moved since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.identity_names import fold_identity
from core.json_text import Prints
from core.mapping.name_book import NameBook
from core.planning.third_side import ThirdSide
from core.ports import CurrentPrincipal, LiveJob
from core.state.ledger import ImportedLedger
from core.state.recreated import Recreated
from core.state.seals import Proof
from core.state.snapshots import Snapshot
from core.state.written import Stamp, Written, WrittenJob

_UNKNOWN = "It is not known what this operation wrote into it, so it may have changed since."
_NO_SEAL = "This snapshot has no seal: nothing proves that this app wrote it."
_MOST_NAMED = 5
_SAME_S = 0.01  # an operation writes its own time everywhere; numbers lose a little


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to confirm, in words; empty for nothing. `is_moved` is False when nothing moved."""

    words: str = ""
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class Doubts:
    """Holds jobs against what the operation of a snapshot wrote into them.

    `named` is the book of the names that objects have now. `needs_proof`: a key is configured.
    """

    snapshot: Snapshot
    written: Written
    filled_in: Mapping[int, Prints]
    named: NameBook
    me: CurrentPrincipal
    needs_proof: bool = False

    def of_all(self) -> str:
        """Return what speaks against the whole snapshot."""
        is_proven = self.snapshot.head.proof is Proof.PROVEN
        return _NO_SEAL if self.needs_proof and not is_proven else ""

    def of_changed(self, job: LiveJob) -> Doubt:
        """Return what happened to a job since the operation wrote it."""
        since = self._since(job)
        return Doubt(_joined(self.of_all(), since), bool(since))

    def of_created(self, job: LiveJob, doubt: str) -> Doubt:
        """Return the same of a job that the operation created, which is to be removed."""
        since = self._since(job)
        maker = self.snapshot.head.principal
        made = ""
        if fold_identity(job.creator) not in {fold_identity(maker), fold_identity(self.me.name)}:
            made = f"It was not created by this app but by {job.creator or 'somebody unknown'}."
        return Doubt(_joined(self.of_all(), doubt, made, since), bool(since))

    def of_recreated(self, twins: Sequence[str]) -> str:
        """Return what speaks against creating a job again.

        Args:
            twins: the ids of jobs that have its name now.
        """
        if not twins:
            return self.of_all()
        verb = "has" if len(twins) == 1 else "have"
        which = f"Job {twins[0]} {verb}" if len(twins) == 1 else f"Jobs {', '.join(twins)} {verb}"
        return _joined(self.of_all(), f"{which} this name now; there would be one more of it.")

    def find_created(
        self, live: Mapping[int, LiveJob], ledger: ImportedLedger, recreated: Recreated
    ) -> list[tuple[LiveJob, str]]:
        """Return the jobs that the operation created and that are there, each with a doubt."""
        created = self.snapshot.created
        if created is not None:
            ids = {recreated.latest(job_id) for job_id in created}
            return [(live[job_id], "") for job_id in sorted(ids) if job_id in live]
        return [
            (live[job_id], doubt)
            for job_id, doubt in sorted(self._may_have_created(live, ledger, recreated).items())
        ]

    def _may_have_created(
        self, live: Mapping[int, LiveJob], ledger: ImportedLedger, recreated: Recreated
    ) -> dict[int, str]:
        """Return the jobs that the operation seems to have created: it did not live to note them.

        They must be of the name, of our making, and younger than the snapshot, as far as the
        workspace says who made them and when.
        """
        head = self.snapshot.head
        found: dict[int, str] = {}
        makers = {fold_identity(head.principal), fold_identity(self.me.name)}
        for create in head.creates:
            again = recreated.latest(create.former_id) if create.former_id else None
            for job_id, job in live.items():
                entry = ledger.jobs.get(job_id)
                is_entered = entry is not None and (
                    entry.job_name == create.job_name
                    and entry.source_job_id == create.source_job_id
                )
                is_ours = fold_identity(job.creator) in makers or not job.creator
                is_ours &= job.created >= head.written_ms or not job.created
                if is_ours and (is_entered or job_id == again):
                    found[job_id] = (
                        "The operation was interrupted before it noted which jobs it created."
                    )
        return found

    def _since(self, job: LiveJob) -> str:
        """Say what happened to a job since; nothing when it is as the operation wrote it.

        An operation that was killed had announced what it was about to write.
        """
        at = self.snapshot.head.at
        bases = [
            base
            for base in self.written.find_candidates(job.job_id)
            if base.stamp.at >= at - _SAME_S
        ]
        found = [self._moves(job, base) for base in bases]
        if not found:
            return _UNKNOWN
        return min(found, key=len)

    def _moves(self, job: LiveJob, base: WrittenJob) -> str:
        """Return how a job differs from what was written, or that this was later."""
        third = ThirdSide(Written({job.job_id: base}), self.filled_in, self.named)
        moves = third.find_moves(job)
        if moves is None:
            return _UNKNOWN
        again = _again(base.stamp) if base.stamp.at > self.snapshot.head.at + _SAME_S else ""
        paths = [change.path for change in moves.changes]
        moved = f"Changed here since: {_listed(paths)}." if paths else ""
        return _joined(again, moved)


def _again(stamp: Stamp) -> str:
    when = datetime.fromtimestamp(stamp.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"Written again since, by the {stamp.operation} of {when}."


def _listed(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
