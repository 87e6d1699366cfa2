"""What a file holds once some fields of a live job are taken into it, and nothing else of the job.

Each field is written as an export would write it: what the mapping file made different here is
undone. Then the result is mapped again, and must give the job's own value at each of the fields and
nothing new anywhere else; otherwise no field is taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.comparing.diff import FieldChange, diff_settings
from core.definitions.definition import Definition
from core.errors import Issue
from core.jobsettings.places import is_within
from core.json_text import JobSettings, equal_json
from core.mapping.pause import apply_pause_policy
from core.planning.as_imported import AsImported
from core.planning.forms import Exported, Form, make_file_form
from core.planning.unmapping import unmap

_NEVER_TAKEN = {
    "name": "A name is not taken alone: other definitions may refer to the job by it. Export "
    "writes all of them.",
    "permissions": "Permissions are not taken with fields. Export writes them.",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What the file should hold; with `issues`, why a field cannot be taken, and nothing else.

    `fields` are the places that are taken: those that were chosen, and defaults that depend on
    them. `changes` are those of the file. `settings` are what importing the file gives, as an
    import would write them; `left` are the places at which the job differs all the same.
    """

    definition: Definition
    issues: tuple[Issue, ...] = ()
    fields: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    settings: JobSettings | None = None
    left: tuple[str, ...] = ()


def may_be_taken(path: str) -> bool:
    """Whether a field can be taken at all."""
    return not any(is_within(path, place) for place in _NEVER_TAKEN)


def plan_taking(
    how: AsImported, git: Definition, form: Form, exported: Exported, fields: Collection[str]
) -> Taken:
    """Decide what taking some fields of a job makes of its file.

    Args:
        how: compares as the import does whose differences were shown.
        git: the definition as its file has it.
        form: what mapping makes of it.
        fields: paths of differences between the job and its mapped definition.
    """
    before = how.differences(exported.job, form)
    problems = [*_refused(fields), *_absent(fields, before)]
    if problems:
        return Taken(git, tuple(problems))
    chosen = tuple(change for change in before if change.path in fields)
    others = [change for change in before if change.path not in fields]
    mapped = replace(form, settings=_with_pause(how, exported, form))
    definition, issues = _written(git, mapped, exported, chosen)
    again = how.map_again(definition)
    # A default that depends on what was taken is seen only in the result.
    more = _unexpected(how.differences(exported.job, again), others) if again else ()
    if more and not issues:
        definition, issues = _written(git, mapped, exported, (*chosen, *more))
        again = how.map_again(definition)
    if issues or again is None:
        return Taken(git, issues)
    left = how.differences(exported.job, again)
    disproof = (*again.issues, *map(_disproof, _unexpected(left, others)))
    if disproof:
        return Taken(git, disproof)
    return Taken(
        definition,
        fields=tuple(change.path for change in (*chosen, *more)),
        changes=diff_settings(make_file_form(git).settings, make_file_form(definition).settings),
        settings=_with_pause(how, exported, again),
        left=tuple(change.path for change in left),
    )


def _refused(fields: Collection[str]) -> list[Issue]:
    return [
        Issue(why, path)
        for path in sorted(fields)
        for place, why in _NEVER_TAKEN.items()
        if is_within(path, place)
    ]


def _absent(fields: Collection[str], changes: Sequence[FieldChange]) -> list[Issue]:
    """Refuse what does not differ: it is no choice that anybody was shown."""
    known = {change.path for change in changes}
    return [
        Issue("The job does not differ from its definition here.", path)
        for path in sorted(set(fields) - known)
        if may_be_taken(path)
    ]


def _written(
    git: Definition, form: Form, exported: Exported, changes: Sequence[FieldChange]
) -> tuple[Definition, tuple[Issue, ...]]:
    unmapped = unmap(git, form, exported, changes)
    return replace(unmapped.definition, job_name=git.job_name), unmapped.issues


def _with_pause(how: AsImported, exported: Exported, form: Form) -> JobSettings:
    return apply_pause_policy(form.settings, how.live_settings(exported.job), how.pause)


def _unexpected(
    changes: Sequence[FieldChange], expected: Sequence[FieldChange]
) -> tuple[FieldChange, ...]:
    """Return the differences that were not there before, and those that should be gone."""
    known = {change.path: change for change in expected}
    return tuple(
        change
        for change in changes
        if change.path not in known or not equal_json(known[change.path].desired, change.desired)
    )


def _disproof(change: FieldChange) -> Issue:
    return Issue(
        "The mapping file would not give this job its value again. Change the definition or the "
        "mapping.",
        change.path,
    )
