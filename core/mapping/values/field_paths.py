"""Which fields a rule of `fields` may change."""

from typing import Any

from core.jobsettings.places import KEYED_LISTS, is_written_path, key_fields, steps_of
from core.jobsettings.references import kind_at, leads_to_references
from core.mapping.mapped_value import MISSING
from core.mapping.values.field_rules import EVERY
from core.mapping.values.rules import ANYTHING

_RUN_AS = "run_as"


def problem_with_field(path: str, new: Any = MISSING, old: Any = ANYTHING) -> str:
    """Return why a rule cannot be for this field, and what to do instead; empty if it can.

    Args:
        path: the field as the page writes it.
        new: what it becomes, None where it is removed; MISSING while that is not known.
    """
    if not is_written_path(path):
        return "this is not the path of a field. Copy one from the page, such as tasks[load].x."
    steps = steps_of(path)
    return (
        _problem_with_name(steps)
        or _problem_with_reference(steps, new)
        or _problem_with_element(steps, new, old, is_key=path.endswith('"]'))
    )


Steps = tuple[tuple[str, bool], ...]


def _problem_with_name(steps: Steps) -> str:
    if steps == (("name", False),):
        return "the name says which job this is; it cannot be mapped."
    if steps[0] == (_RUN_AS, False):
        return "use run_as_mappings for who a job runs as."
    last, _ = steps[-1]
    lists = [name for name, is_element in steps[:-1] if not is_element][-1:]
    is_key = len(steps) > 2 and steps[-2][1] and last in key_fields("".join(lists))
    if is_key or last == "task_key":
        return f"{last} says which element of a list this is; it cannot be mapped."
    return ""


def _problem_with_reference(steps: Steps, new: Any) -> str:
    kind = kind_at(steps)
    if kind is not None:
        where = ".".join(kind.section) if kind.section else "the name of the other job"
        return f"this field refers to a {kind.noun}, which is mapped by name: use {where}."
    if new is not MISSING and new is not None and leads_to_references(steps):
        return "there are references by name below this field; it can only be removed (to: null)."
    return ""


def _problem_with_element(steps: Steps, new: Any, old: Any, *, is_key: bool) -> str:
    """Say why an element cannot be mapped. A number in quotes is the key of an object."""
    whole = _whole_list(steps)
    if whole:
        return f"{whole} cannot be mapped as a whole; choose a field of an element."
    name, is_element = steps[-1]
    is_place = name.isdecimal() or (name == EVERY and old is ANYTHING)
    if new is None and is_element and is_place and not is_key:
        return "an element is removed by its value: use [*] with from, or map the whole list."
    return ""


def _whole_list(steps: Steps) -> str:
    """Return the list whose elements have keys, where the path ends at it or at one of them."""
    plain = steps[:-1] if steps[-1][1] else steps
    name, is_element = plain[-1] if plain else ("", True)
    keyed = None if is_element else KEYED_LISTS.get(name)
    if keyed is None or keyed.holds_texts:
        return ""
    return name if name != "parameters" or len(plain) == 1 else ""  # those of a task are texts
