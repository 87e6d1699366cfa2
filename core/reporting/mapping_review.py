"""What the command `mappings` makes of the mapping file: what is wrong, and lines to paste."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from core.errors import Issue
from core.jobsettings.kinds import Kind
from core.mapping.mapping_file import section_of
from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState, MappingEntry
from core.reporting.mapping_details import MappingsInformation

_MOST_JOBS = 3  # named in a comment


def find_faults(details: MappingsInformation) -> tuple[Issue, ...]:
    """Return what is wrong with the file itself, and what of it could not be checked."""
    if details.problem:
        return (Issue(details.problem.message),)
    return (*_missing(details), *_unchecked(details))


def suggest_lines(unmapped: Iterable[UnmappedName]) -> Iterator[str]:
    """Yield lines to paste into each section; a name without a candidate is in a comment."""
    mappable = sorted((name for name in unmapped if name.section), key=lambda one: one.section)
    for section, names in groupby(mappable, key=lambda one: one.section):
        yield f"// {section}"
        for name in names:
            yield f"{_line(name)} // {_comment(name)}"


def _missing(details: MappingsInformation) -> Iterator[Issue]:
    for entry in details.entries:
        if entry.state is EntryState.MISSING:
            yield Issue(
                f"{_place(entry)} maps to {entry.target}, which does not exist here or is there "
                f"more than once (line {entry.line})."
            )


def _unchecked(details: MappingsInformation) -> Iterator[Issue]:
    """Yield the sections with entries whose kind cannot be listed here."""
    used = {entry.section for entry in details.entries}
    for kind in Kind:
        section = section_of(kind)
        if section in used and section not in details.choices:
            yield Issue(f"{section} could not be checked: {kind.plural} cannot be listed here.")


def _place(entry: MappingEntry) -> str:
    return f"{entry.section} “{entry.name}”"


def _line(name: UnmappedName) -> str:
    return f"{name.line}," if name.candidates else f"// {name.line},"


def _comment(name: UnmappedName) -> str:
    jobs = ", ".join(json.dumps(job, ensure_ascii=False) for job in name.jobs[:_MOST_JOBS])
    more = len(name.jobs) - _MOST_JOBS
    needed = f"needed by {jobs}{f' and {more} more' if more > 0 else ''}"
    others = " or ".join(json.dumps(one, ensure_ascii=False) for one in name.candidates[1:])
    return f"{needed}; or {others}" if others else needed
