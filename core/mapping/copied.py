"""Which values of a definition are copied unchanged: those that the mapping file leaves alone."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.jobsettings.known_ids import NO_IDS, KnownIds
from core.jobsettings.places import is_within
from core.jobsettings.secrets import MASK, find_hidden_places
from core.jobsettings.verbatim import Verbatim, find_verbatim
from core.json_text import JobSettings, equal_json
from core.mapping.mapped_value import MappedValue


def find_copied(
    settings: JobSettings, mapped: Sequence[MappedValue], known: KnownIds = NO_IDS
) -> tuple[Verbatim, ...]:
    """Return every value that may have to differ here and does not, because nothing maps it.

    Args:
        settings: before or after mapping: what is copied is the same in both.
        mapped: what was mapped in them.
        known: the objects whose ids are to be recognised in the values.

    Secrets among them are masked.
    """
    found = _masked(find_verbatim(settings, known), settings)
    if not mapped:
        return found
    places = {value.path for value in mapped}
    wholes = [value for value in mapped if not _is_scalar(value)]
    return tuple(item for item in found if item.path not in places and not _is_inside(item, wholes))


def _masked(found: tuple[Verbatim, ...], settings: JobSettings) -> tuple[Verbatim, ...]:
    hidden = find_hidden_places(settings)
    return tuple(replace(item, value=MASK) if item.path in hidden else item for item in found)


def _is_scalar(value: MappedValue) -> bool:
    return not isinstance(value.source, dict | list) and not isinstance(value.target, dict | list)


def _is_inside(item: Verbatim, wholes: Iterable[MappedValue]) -> bool:
    """Whether a value is in a place that was mapped as a whole, and not on both of its sides."""
    return any(
        is_within(item.path, whole.path)
        and not (_holds(whole.source, item) and _holds(whole.target, item))
        for whole in wholes
    )


def _holds(side: object, item: Verbatim) -> bool:
    return isinstance(side, list) and any(equal_json(item.value, one) for one in side)
