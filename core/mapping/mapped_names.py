"""Notes which names of a definition an entry of the mapping file gave another name here."""

from typing import Any

from core.jobsettings.kinds import name_in
from core.jobsettings.principals import Principal
from core.jobsettings.references import DROPPED, Reference
from core.mapping.mapped_value import MISSING, MappedValue
from core.mapping.mapping_file import DEFAULT, RUN_AS_SECTION, Mappings, section_of


class NameTrace:
    """Gathers the mapped names of one definition, as settings write them."""

    def __init__(self, mappings: Mappings) -> None:
        self._mappings = mappings
        self._found: list[MappedValue] = []

    def note(self, reference: Reference, result: Any) -> None:
        """Note what a reference became; one that no entry speaks of became nothing else."""
        if result == reference.value:  # the usual case costs nothing
            return
        name = name_in(reference.kind, reference.value)
        if name is None or name not in self._mappings.names.get(reference.kind, {}):
            return
        section = section_of(reference.kind)
        target = MISSING if result is DROPPED else result
        line = self._mappings.lines.get((section, name), 0)
        self._found.append(
            MappedValue(reference.path, reference.value, target, section, name, line)
        )

    def values(self) -> tuple[MappedValue, ...]:
        """Return what was noted."""
        return tuple(self._found)


def trace_identity(
    source: Principal | None, target: Principal, mappings: Mappings
) -> tuple[MappedValue, ...]:
    """Return who the job runs as here, where an entry decided on somebody else.

    Args:
        source: who the job runs as where its definition comes from, None when it does not say.
    """
    name = source.name if source and source.name in mappings.run_as else DEFAULT
    if source == target or name not in mappings.run_as:
        return ()
    origin = MISSING if source is None else source.as_json()
    line = mappings.lines.get((RUN_AS_SECTION, name), 0)
    return (MappedValue("run_as", origin, target.as_json(), RUN_AS_SECTION, name, line),)
