"""The definitions of Git as this workspace wants them: their values mapped, their names not yet."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.json_text import JobSettings, Packed
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import Mappings
from core.mapping.values.mapper import Applied, ValueMapper
from core.mapping.values.notes import note_rules


class MappedDefinitions:
    """The settings of each definition after the value mappings. Made once per survey.

    Without value mappings nothing is computed and nothing kept.
    """

    def __init__(
        self, files: Iterable[DefinitionFile] = (), mappings: Mappings | None = None
    ) -> None:
        """Map the values of all definitions."""
        self._mappings = mappings or Mappings()
        self._rules = self._mappings.values
        self._mapper = ValueMapper(self._rules)
        self._mapped: dict[str, tuple[Packed, tuple[MappedValue, ...]]] = {}
        self._uses: dict[str, Applied] = {}
        for file in files if self._rules else ():
            applied = self._apply(file.definition)
            if applied.mapped:
                self._mapped[file.path] = Packed(applied.settings), applied.mapped
            if applied.matched:
                self._uses[file.path] = replace(applied, settings={}, mapped=())

    def settings_of(self, file: DefinitionFile) -> JobSettings:
        """Return a copy of a definition's settings with its values mapped."""
        found = self._mapped.get(file.path)
        if found is None:
            return file.definition.unpack_settings()
        settings: JobSettings = found[0].unpack()
        return settings

    def values_of(self, file: DefinitionFile) -> tuple[MappedValue, ...]:
        """Return which values were mapped, and by what."""
        found = self._mapped.get(file.path)
        return found[1] if found else ()

    def map_again(self, definition: Definition) -> tuple[JobSettings, tuple[MappedValue, ...]]:
        """Map the values of a definition that is in no file yet."""
        if not self._rules:
            return definition.unpack_settings(), ()
        applied = self._apply(definition)
        return applied.settings, applied.mapped

    def uses(self) -> Mapping[str, Applied]:
        """Return by path which rules decided something in a file, or would have; no values."""
        return self._uses

    def warnings(self) -> tuple[Issue, ...]:
        """Return what is odd about the rules: those that match nothing, those always beaten."""
        if not self._rules:
            return ()
        return note_rules(self._rules, self._uses.values(), self._mappings.path)

    def _apply(self, definition: Definition) -> Applied:
        return self._mapper.apply(definition.unpack_settings(), definition.job_name)
