"""The definitions of Git as this workspace wants them: their values mapped, their names not yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.json_text import JobSettings, Packed
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import Mappings
from core.mapping.values import Applied, ValueMapper, rule_warnings


@dataclass(slots=True)
class _Uses:
    """Which rules decided a place, and which would have, by the files that they did it in."""

    won: dict[int, list[str]] = field(default_factory=dict)
    matched: set[int] = field(default_factory=set)

    def note(self, path: str, applied: Applied) -> None:
        for number in applied.won:
            self.won.setdefault(number, []).append(path)
        self.matched |= applied.matched


class MappedDefinitions:
    """The settings of each definition after the value mappings. Made once per survey.

    Without value mappings nothing is computed and nothing kept.
    """

    def __init__(self, files: Iterable[DefinitionFile] = (), mappings: Mappings | None = None):
        """Map the values of all definitions."""
        self._rules = (mappings or Mappings()).values
        self._mapped: dict[str, tuple[Packed, tuple[MappedValue, ...]]] = {}
        self._uses = _Uses()
        self._mapper = ValueMapper(self._rules)
        if not self._rules:
            return
        for file in files:
            definition = file.definition
            applied = self._mapper.apply(definition.unpack_settings(), definition.job_name)
            self._uses.note(file.path, applied)
            if applied.mapped:
                self._mapped[file.path] = Packed(applied.settings), applied.mapped

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
        settings = definition.unpack_settings()
        if not self._rules:
            return settings, ()
        applied = self._mapper.apply(settings, definition.job_name)
        return applied.settings, applied.mapped

    def files_of_rules(self) -> dict[int, Sequence[str]]:
        """Return the paths of the files in which each rule decided something, by its number."""
        return dict(self._uses.won)

    def warnings(self) -> tuple[Issue, ...]:
        """Return what is odd about the rules: those that match nothing, those always beaten."""
        if not self._rules:
            return ()
        return rule_warnings(self._rules, ())
