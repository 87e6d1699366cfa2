"""Who changed a job: what was written into it last, held against what it is and what it should be.

Live and desired form differ where one of them has moved away from what was written. That is known
of jobs that this version imported or adopted; of all others nobody knows which side moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.comparing.canonical import drop_unsendable, spell_out
from core.comparing.diff import FieldChange, diff_settings
from core.comparing.filled_in import Habits, compare, read_answer
from core.comparing.origin import Origin
from core.jobsettings.permissions import Permission
from core.json_text import JobSettings, Prints
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.mapping.names import write_names
from core.mapping.pause import apply_pause_policy
from core.planning.forms import make_live_form, take_identity
from core.planning.moves import Moves
from core.ports import LiveJob
from core.state.written import Stamp, Written, WrittenJob, print_of

_IMPORT = "import"


@dataclass(frozen=True, slots=True)
class _Base:
    """What was written into a job, held against what it is: `changes` lead from that to this."""

    settings: JobSettings
    changes: tuple[FieldChange, ...]
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class ThirdSide:
    """What was written into the jobs last, and how this workspace completes them, by job id.

    `pause` is the policy for schedules: what it leaves to this workspace is not a change here.
    """

    written: Written
    filled_in: Mapping[int, Prints]
    book: NameBook
    pause: PausePolicy = PausePolicy.FROM_GIT

    def find_moves(self, job: LiveJob) -> Moves | None:
        """Return what was changed here in a job; None where nobody knows."""
        live = make_live_form(job, self.book).settings
        base = None if job.truncated else self._find_base(job, live)
        return Moves(base.changes, base.stamp) if base else None

    def mark(
        self,
        changes: tuple[FieldChange, ...],
        job: LiveJob,
        live: JobSettings,
        desired: JobSettings,
    ) -> tuple[tuple[FieldChange, ...], Stamp | None]:
        """Return the differences between a job in full and its desired form with their origins.

        Also returns when the job was written last, None where that is unknown.

        Args:
            live: the job's form, see `make_live_form`.
        """
        base = self._find_base(job, live)
        if base is None:
            return changes, None
        git = diff_settings(base.settings, desired)
        return mark_origins(changes, _paths(base.changes), _paths(git)), base.stamp

    def find_permissions(self, job_id: int) -> tuple[Permission, ...] | None:
        """Return the direct entries that a job had when it was written; None where unknown."""
        known = self.written.jobs.get(job_id)
        return known.permissions if known and job_id not in self.written.announced else None

    def needs_base(self, job: LiveJob, live: JobSettings, desired: JobSettings) -> bool:
        """Whether a job that equals its desired form has no base, or one that says otherwise."""
        known = self.written.jobs.get(job.job_id)
        if known is None or job.job_id in self.written.announced:
            return True
        if known.desired == print_of(desired):
            return False
        base = self._find_base(job, live)
        return base is None or bool(diff_settings(base.settings, desired))

    def _find_base(self, job: LiveJob, live: JobSettings) -> _Base | None:
        """Return what was written into a job; None where that is unknown.

        Of two possible ones it is the one that the job is nearest to: equal to neither, it was
        changed here whichever of the two was written.
        """
        candidates = self.written.find_candidates(job.job_id)
        bases = [base for one in candidates if (base := self._base(job, one, live))]
        nearest = min(bases, key=lambda base: len(base.changes), default=None)
        is_known = len(bases) == len(candidates) or (nearest and not nearest.changes)
        return nearest if is_known else None

    def _base(self, job: LiveJob, known: WrittenJob, live: JobSettings) -> _Base | None:
        settings = known.find_settings()
        if settings is None:
            return None
        named = write_names(drop_unsendable(settings), self.book).settings
        whole = {**_only_run_as(live), **spell_out(named, "live")}
        settings = apply_pause_policy(whole, live, self.pause)
        prints = self.filled_in.get(job.job_id)
        current = take_identity(live, job, settings)
        found = compare(current, settings, Habits(prints, fixed_by=self.book.fixed_by)).changes
        if prints is None and known.stamp.operation == _IMPORT:
            # It could not be read after it was written: nobody saw what the workspace made of it.
            others = _Places(read_answer(current, settings).others)
            found = tuple(change for change in found if others.meet(change.path))
        return _Base(settings, found, known.stamp)


def _only_run_as(live: JobSettings) -> JobSettings:
    return {"run_as": live["run_as"]} if "run_as" in live else {}


def mark_origins(
    changes: Iterable[FieldChange], here: Iterable[str], git: Iterable[str]
) -> tuple[FieldChange, ...]:
    """Return differences with their origins.

    Args:
        here: the paths at which the live job is not as it was written.
        git: the paths at which the desired form is not.
    """
    moved_here, moved_in_git = _Places(here), _Places(git)
    origins = {
        (False, False): Origin.UNKNOWN,
        (True, False): Origin.HERE,
        (False, True): Origin.GIT,
        (True, True): Origin.BOTH,
    }
    return tuple(
        replace(
            change,
            origin=origins[moved_here.meet(change.path), moved_in_git.meet(change.path)],
        )
        for change in changes
    )


def _paths(changes: Iterable[FieldChange]) -> tuple[str, ...]:
    return tuple(change.path for change in changes)


@dataclass(slots=True)
class _Places:
    """Written paths that many others are held against, see `core.jobsettings.places.meets_any`."""

    paths: Iterable[str]
    _places: frozenset[str] = field(init=False)
    _around: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._places = frozenset(self.paths)
        self._around = frozenset(outer for path in self._places for outer in _outer(path))

    def meet(self, path: str) -> bool:
        """Whether a path is inside one of the places, or one of them is inside it."""
        return (
            path in self._places
            or path in self._around
            or not self._places.isdisjoint(_outer(path))
        )


def _outer(path: str) -> Iterator[str]:
    """Yield what may be around a path; a key with a dot in it yields what is no path at all."""
    return (path[:at] for at, char in enumerate(path) if char in ".[")
