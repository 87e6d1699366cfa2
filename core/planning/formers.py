"""Which job a definition without one was, before somebody here deleted or renamed it."""

from collections.abc import Collection, Iterable, Mapping

from core.planning.moves import Former
from core.ports import LiveJob
from core.state.ledger import ImportedLedger
from core.state.written import WrittenJob


class Formers:
    """The jobs that were written and that no definition is any longer."""

    def __init__(
        self,
        written: Mapping[int, WrittenJob],
        live: Iterable[LiveJob],
        ledger: ImportedLedger,
        others: Collection[int],
    ) -> None:
        """Take what is known of all jobs.

        Args:
            others: jobs that some definition is, or may be, and those that may or may not exist.
        """
        self._by_name: dict[str, list[Former]] = {}
        self._by_source: dict[int, list[Former]] = {}
        names = {job.job_id: job.name for job in live}
        for job_id, known in written.items():
            if job_id in others or names.get(job_id) == known.job_name:
                continue
            former = Former(job_id, known.stamp, names.get(job_id, ""))
            self._by_name.setdefault(known.job_name, []).append(former)
            entry = ledger.jobs.get(job_id)
            if entry and entry.source_job_id is not None:
                self._by_source.setdefault(entry.source_job_id, []).append(former)

    def find(self, job_name: str, source_job_id: int | None) -> Former | None:
        """Return the job that was written last for a definition of this name and source, if any."""
        found = list(self._by_name.get(job_name, ()))
        if source_job_id is not None:
            found += self._by_source.get(source_job_id, ())
        return max(found, key=lambda former: former.since.at, default=None)
