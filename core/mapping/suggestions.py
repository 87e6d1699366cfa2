"""Gathers the names that this workspace lacks, across all jobs, and suggests what they are here."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence

from rapidfuzz import fuzz, process

from core.jobsettings.kinds import Kind
from core.mapping.unmapped import MissingName, UnmappedName

_MAX_CANDIDATES = 3
_SIMILAR = 50  # of 100: twins in DEV and PROD often share little more than their stem
# Names can have 4,096 bytes, and comparing two of them takes the square of that. The ends of a
# long name, where twins differ, tell enough.
_COMPARED_END = 64
_TO_FILL_IN = "…"


def gather_unmapped(
    missing: Iterable[tuple[str, MissingName]], names_of: Callable[[Kind], Collection[str]]
) -> tuple[UnmappedName, ...]:
    """Gather what all jobs lack into one row per name, with the most similar names that exist.

    Each name is compared once with all names of its kind, so call this only for what is shown.

    Args:
        missing: pairs of a job's name and a name that it lacks.
        names_of: gives the names of a kind that exist in this workspace; asked once per kind.
    """
    jobs: dict[MissingName, set[str]] = {}
    for job_name, name in missing:
        jobs.setdefault(name, set()).add(job_name)
    kinds = {name.kind for name in jobs if name.kind is not None}
    existing = {kind: _Names(names_of(kind)) for kind in kinds}
    return tuple(
        _row(
            name,
            jobs[name],
            name.ids or (existing[name.kind].similar_to(name.name) if name.kind else ()),
        )
        for name in sorted(jobs, key=lambda name: (name.noun, name.name))
    )


class _Names:
    """The names of one kind that exist here, ready to be compared."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._compared = [_comparable(name) for name in self._names]

    def similar_to(self, name: str) -> Sequence[str]:
        """Return the few most similar names, the best first."""
        found = process.extract(
            _comparable(name),
            self._compared,
            scorer=fuzz.ratio,
            limit=_MAX_CANDIDATES,
            score_cutoff=_SIMILAR,
        )
        return [self._names[index] for _, _, index in found]


def _comparable(name: str) -> str:
    folded = name.casefold()
    if len(folded) <= 2 * _COMPARED_END:
        return folded
    return folded[:_COMPARED_END] + folded[-_COMPARED_END:]


def _row(missing: MissingName, jobs: Collection[str], candidates: Sequence[str]) -> UnmappedName:
    return UnmappedName(
        missing.noun,
        missing.name,
        tuple(sorted(jobs)),
        tuple(candidates),
        missing.section,
        _line(missing, candidates[0] if candidates else _TO_FILL_IN),
    )


def _line(missing: MissingName, target: str) -> str:
    if not missing.section:
        return ""
    value: object = target if missing.kind is not None else {"service_principal_name": target}
    if missing.ids:
        value = {"id": target}
    name, written = (json.dumps(part, ensure_ascii=False) for part in (missing.name, value))
    return f"{name}: {written}"
