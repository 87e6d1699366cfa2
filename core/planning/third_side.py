"""Who changed a job: what was written into it last, held against what it is and what it should be.

Live and desired form differ where one of them has moved away from what was written. That is known
of jobs that this version imported or adopted; of all others nobody knows which side moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.comparing.diff import FieldChange, diff_settings
from core.comparing.filled_in import Habits, compare, read_answer
from core.comparing.origin import Origin
from core.json_text import JobSettings, Prints
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.mapping.pause import apply_pause_policy
from core.planning.forms import make_live_form, take_identity
from core.planning.moves import Moves
from core.ports import LiveJob
from core.state.written import Stamp, WrittenJob

_IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ThirdSide:
    """What was written into the jobs last, by job id, and how this workspace completes them.

    `pause` is the policy for schedules: what it leaves to this workspace is not a change here.
    """

    written: Mapping[int, WrittenJob]
    filled_in: Mapping[int, Prints]
    book: NameBook
    pause: PausePolicy = PausePolicy.FROM_GIT

    def find_moves(self, job: LiveJob) -> Moves | None:
        """Return what was changed here in a job; None where nobody knows."""
        known = self.written.get(job.job_id)
        if known is None or job.truncated:
            return None
        live = make_live_form(job, self.book).settings
        base = self._base(known, live)
        return Moves(self._changed_here(job, known, live, base), known.stamp) if base else None

    def mark(
        self, changes: tuple[FieldChange, ...], job: LiveJob, desired: JobSettings
    ) -> tuple[FieldChange, ...]:
        """Return the differences between a job in full and its desired form with their origins."""
        known = self.written.get(job.job_id)
        live = make_live_form(job, self.book).settings if known else {}
        base = self._base(known, live) if known else None
        if known is None or base is None:
            return changes
        here = self._changed_here(job, known, live, base)
        git = diff_settings(base, desired)
        return mark_origins(changes, _paths(here), _paths(git))

    def since(self, job_id: int) -> Stamp | None:
        """Return when and by whom a job was written last, None when that is unknown."""
        known = self.written.get(job_id)
        return known.stamp if known else None

    def needs_base(self, job_id: int, desired: JobSettings) -> bool:
        """Whether a job that equals its desired form has no base, or one that says otherwise."""
        known = self.written.get(job_id)
        base = known.find_settings() if known else None
        return base is None or bool(diff_settings(base, desired))

    def _base(self, known: WrittenJob, live: JobSettings) -> JobSettings | None:
        base = known.find_settings()
        return apply_pause_policy(base, live, self.pause) if base else None

    def _changed_here(
        self, job: LiveJob, known: WrittenJob, live: JobSettings, base: JobSettings
    ) -> tuple[FieldChange, ...]:
        prints = self.filled_in.get(job.job_id)
        current = take_identity(live, job, base)
        found = compare(current, base, Habits(prints, fixed_by=self.book.fixed_by)).changes
        if prints is not None or known.stamp.operation != _IMPORT:
            return found
        # It could not be read after it was written: nobody saw what the workspace made of it.
        others = _Places(read_answer(current, base).others)
        return tuple(change for change in found if others.meet(change.path))


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
