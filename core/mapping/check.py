"""Says what is wrong with a mapping file, and where, as values."""

from dataclasses import dataclass

from core.errors import MappingFileError
from core.mapping.mapping_file import Mappings, parse_mappings


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """Why a mapping file cannot be used; `line` and `column` count from 1, 0 is unknown."""

    message: str = ""
    line: int = 0
    column: int = 0

    def __bool__(self) -> bool:
        return bool(self.message)


def check_mappings(content: bytes, path: str) -> tuple[Mappings | None, MappingProblem]:
    """Read a mapping file, or say why that is not possible."""
    try:
        return parse_mappings(content, path), MappingProblem()
    except MappingFileError as error:
        return None, MappingProblem(str(error), error.line, error.column)
