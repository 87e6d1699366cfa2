"""What a live job changes in its definition: Git keeps what the mapping file made different here.

Three forms are held against each other at each place that differs: the file as it is in Git, what
mapping makes of it, and the live job. Where the job is as mapped, Git's value stays; where mapping
does nothing, the job's value is written; where both have changed a value, a person must decide.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.comparing.canonical import drop_unsendable, has_keys, has_unique_keys, sort_shuffled
from core.comparing.diff import FieldChange
from core.definitions.definition import Definition
from core.errors import InvalidDefinitionError, Issue
from core.jobsettings.places import (
    KEYED_LISTS,
    NOTIFICATION_EVENTS,
    element_key,
    is_within,
    join_element,
    join_key,
    list_name,
    meets_any,
    steps_of,
)
from core.jobsettings.principals import effective_run_as
from core.json_text import JobSettings, equal_json
from core.mapping.mapped_value import MISSING, MappedValue
from core.planning.conflicts import describe_conflict
from core.planning.forms import Exported, Form, take_identity

_IDENTITY = "run_as"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """What the file should hold. `issues` are mapped values that were changed here.

    `as_in_git` are the places that have Git's own value here, although mapping gives another one.
    """

    definition: Definition
    issues: tuple[Issue, ...]
    as_in_git: tuple[str, ...]

    def explains(self, path: str) -> bool:
        """Whether the job differs at a path because it was not imported since it is mapped."""
        return meets_any(path, self.as_in_git)


def unmap(
    git: Definition, form: Form, exported: Exported, differences: Sequence[FieldChange]
) -> Unmapped:
    """Write into a definition what differs between the live job and the mapped definition.

    Args:
        git: the definition as its file has it.
        form: what mapping and the policy for schedules make of it.
        exported: the live job as a file would have it.
        differences: between the two, without what only the workspace made different.
    """
    settings = drop_unsendable(git.unpack_settings())
    is_steady = sort_shuffled(settings) == settings
    merge = _Merge(form.mapped)
    for change in differences:
        if not is_within(change.path, _IDENTITY):
            settings = merge.apply(settings, form.settings, exported.settings, change.path)
    run_as_user_name = git.run_as_user_name
    if any(is_within(change.path, _IDENTITY) for change in differences):
        settings, run_as_user_name = merge.identify(git, settings, exported)
    definition = Definition.pack(
        exported.job.name,
        exported.job.job_id if git.source_job_id is None else git.source_job_id,
        run_as_user_name,
        sort_shuffled(settings) if is_steady else settings,
    )
    return Unmapped(definition, tuple(merge.issues), tuple(merge.as_in_git))


def take_places(settings: JobSettings, source: JobSettings, paths: Iterable[str]) -> JobSettings:
    """Return settings with what others hold at some places; what those lack there is gone."""
    merge = _Merge(())
    for path in paths:
        settings = merge.apply(settings, settings, source, path)
    return settings


@dataclass(slots=True)
class _Merge:
    """Gathers what a person must decide. `settled` are the places that are done."""

    trace: Sequence[MappedValue]
    issues: list[Issue] = field(default_factory=list)
    as_in_git: list[str] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)

    def apply(
        self, git: JobSettings, mapped: JobSettings, live: JobSettings, path: str
    ) -> JobSettings:
        """Return Git's settings with what they should hold at one path."""
        steps = [step for step, _ in steps_of(path)]
        result: JobSettings = self._walk(git, mapped, live, steps, "")
        return result

    def identify(
        self, git: Definition, settings: JobSettings, exported: Exported
    ) -> tuple[JobSettings, str]:
        """Return the settings with who the job runs as, and the name that stands beside them."""
        origin = _identity_of(git)
        here = take_identity(exported.form.settings, exported.job, {_IDENTITY: origin})
        entries = [value for value in self.trace if value.path == _IDENTITY]
        if here.get(_IDENTITY) == origin:
            self.as_in_git.append(_IDENTITY)
        elif entries:
            self._note(entries, here.get(_IDENTITY, MISSING))
        else:
            settings = _with(settings, _IDENTITY, exported.settings.get(_IDENTITY, MISSING))
            return settings, exported.job.run_as_user_name
        return settings, git.run_as_user_name

    def _walk(self, git: Any, mapped: Any, live: Any, steps: list[str], path: str) -> Any:
        if path in self.settled:
            return git
        mine, here = _parts(git, path), _parts(live, path)
        if not steps or mine is None or here is None or type(git) is not type(live):
            self.settled.add(path)
            return self._settle(git, mapped, live, path)
        step, *rest = steps
        below = join_key(path, step) if isinstance(git, dict) else join_element(path, step)
        inner = (_parts(mapped, path) or {}).get(step, MISSING)
        new = self._walk(mine.get(step, MISSING), inner, here.get(step, MISSING), rest, below)
        if isinstance(git, dict):
            return _with(git, step, new)
        return _with_element(mine, step, new, list(here))

    def _settle(self, git: Any, mapped: Any, live: Any, path: str) -> Any:
        """Decide about one place: return what Git should hold, MISSING for nothing."""
        if _equal(git, mapped):
            return live
        if _equal(live, mapped) or (live is MISSING and mapped == []):
            return git
        if _equal(live, git):
            self.as_in_git.append(path)
            return git
        if isinstance(git, dict) and isinstance(mapped, dict) and isinstance(live, dict):
            return self._settle_keys(git, mapped, live, path)
        if isinstance(git, list) and isinstance(live, list):
            before = [] if mapped is MISSING and self._is_emptied(path) else mapped
            if isinstance(before, list):
                return self._settle_list(git, before, live, path)
        exact = [value for value in self.trace if value.path == path]
        around = [value for value in self.trace if is_within(path, value.path)]
        if live is not MISSING:
            around += [value for value in self.trace if is_within(value.path, path)]
        entries = exact or around
        if entries:
            self._note(entries[:1], live)
            return git
        return live

    def _settle_keys(
        self, git: JobSettings, mapped: JobSettings, live: JobSettings, path: str
    ) -> JobSettings:
        result = git
        for key in {**git, **mapped, **live}:
            mine, inner, here = (one.get(key, MISSING) for one in (git, mapped, live))
            result = _with(result, key, self._walk(mine, inner, here, [], join_key(path, key)))
        return result

    def _settle_list(self, git: list[Any], mapped: list[Any], live: list[Any], path: str) -> Any:
        """Match elements by value; where mapping dropped or joined some, their origin is unknown.

        What is gone here and is Git's own is gone there; `_disproof` finds what comes again.
        """
        if len(git) == len(mapped):
            return self._match(git, mapped, live, path)
        gone = _without(mapped, live)
        if not _without(gone, git):
            return [*_without(git, gone), *_without(live, mapped)]
        if not _without(live, git) and not _without(git, live):
            self.as_in_git.append(path)
            return git
        self._note_list(path, live)
        return git

    def _is_emptied(self, path: str) -> bool:
        return any(value.path == path and value.target == [] for value in self.trace)

    def _match(self, git: list[Any], mapped: list[Any], live: list[Any], path: str) -> Any:
        origins = list(_find_origins(git, mapped, live))
        left = set(range(len(git))) - {at for at in origins if at is not None}
        if None in origins and any(not equal_json(git[at], mapped[at]) for at in left):
            self._note_list(path, live)
            return git
        pairs = list(zip(origins, live, strict=True))
        if any(at is not None and not equal_json(mapped[at], item) for at, item in pairs):
            self.as_in_git.append(path)
        if _is_unordered(live, path):  # Git's order stays
            pairs.sort(key=lambda pair: len(git) if pair[0] is None else pair[0])
        return [item if at is None else git[at] for at, item in pairs]

    def _note_list(self, path: str, live: list[Any]) -> None:
        inside = [value for value in self.trace if is_within(value.path, path)]
        gone = [value for value in inside if not _is_there(value.target, live)]
        self._note((gone or inside)[:1], live)

    def _note(self, entries: Iterable[MappedValue], live: Any) -> None:
        for entry in entries:
            self.issues.append(describe_conflict(entry, live))


def _parts(node: Any, path: str) -> dict[str, Any] | None:
    """Return what is inside a value by key, where its parts have keys that mapping leaves alone."""
    if isinstance(node, dict):
        return node
    name = list_name(path)
    if not isinstance(node, list) or name in NOTIFICATION_EVENTS or name not in KEYED_LISTS:
        return None
    if node and not has_unique_keys(node, path):
        return None
    return {element_key(path, item, index): item for index, item in enumerate(node)}


def _is_unordered(items: list[Any], path: str) -> bool:
    name = list_name(path)
    rule = KEYED_LISTS.get(name)
    holds_texts = rule is not None and rule.holds_texts
    return has_keys(items, name) or (holds_texts and all(isinstance(one, str) for one in items))


def _with_element(parts: dict[str, Any], key: str, value: Any, order: list[str]) -> list[Any]:
    """Return the elements with one of them replaced, left out, or put where it is here."""
    if value is MISSING or key in parts:
        changed = {**parts, key: value}
        return [item for item in changed.values() if item is not MISSING]
    before = [other for other in order[: order.index(key)] if other in parts]
    at = list(parts).index(before[-1]) + 1 if before else 0
    items = list(parts.values())
    return [*items[:at], value, *items[at:]]


def _with(settings: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    if value is MISSING:
        return {name: inner for name, inner in settings.items() if name != key}
    return {**settings, key: value}


def _equal(left: Any, right: Any) -> bool:
    if left is MISSING or right is MISSING:
        return left is right
    return equal_json(left, right)


def _is_there(value: Any, live: list[Any]) -> bool:
    return any(equal_json(value, item) for item in live)


def _find_origins(git: list[Any], mapped: list[Any], live: list[Any]) -> Iterator[int | None]:
    """Yield for each element here which of Git's it is: by what that maps to, then by itself."""
    free = list(range(len(git)))
    for item in live:
        found = [at for at in free if equal_json(mapped[at], item)]
        found = found or [at for at in free if equal_json(git[at], item)]
        if found:
            free.remove(found[0])
        yield found[0] if found else None


def _without(items: list[Any], others: list[Any]) -> list[Any]:
    """Return the elements that the other list lacks, each as often as it lacks them."""
    left = list(others)
    result = []
    for item in items:
        at = next((at for at, other in enumerate(left) if equal_json(item, other)), None)
        if at is None:
            result.append(item)
        else:
            del left[at]
    return result


def _identity_of(git: Definition) -> dict[str, str] | None:
    try:
        principal = effective_run_as(git.unpack_settings(), git.run_as_user_name)
    except InvalidDefinitionError:
        return None
    return principal.as_json() if principal else None
