"""Which jobs a job runs, and which jobs it waits for: the arrows between jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.jobsettings.kinds import Kind, name_in
from core.jobsettings.references import Reference, find_references
from core.json_text import JobSettings

_TRIGGER = "trigger"  # what the paths of `trigger` and `triggers` begin with


@dataclass(frozen=True, slots=True)
class JobLinks:
    """Names of other jobs, sorted: those that this one runs, and those whose end starts it."""

    runs: tuple[str, ...] = ()
    triggered_by: tuple[str, ...] = ()


def job_links(settings: JobSettings, names: Mapping[str, str]) -> JobLinks:
    """Gather the jobs that these settings refer to. Ids without a name are left out.

    Args:
        names: the jobs of this workspace by their id as a text, for settings that hold ids.
    """
    references = [found for found in find_references(settings) if found.kind is Kind.JOB]
    waits = [found for found in references if found.path.startswith(_TRIGGER)]
    runs = [found for found in references if not found.path.startswith(_TRIGGER)]
    return JobLinks(_names(runs, names), _names(waits, names))


def _names(references: Iterable[Reference], names: Mapping[str, str]) -> tuple[str, ...]:
    found = {_name(reference, names) for reference in references}
    return tuple(sorted(name for name in found if name))


def _name(reference: Reference, names: Mapping[str, str]) -> str | None:
    written = name_in(Kind.JOB, reference.value)
    return names.get(str(reference.value)) if written is None else written
