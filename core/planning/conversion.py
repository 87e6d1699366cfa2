"""What definitions can be made of other JSON that holds jobs, decided by a pure function."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.definitions.definition import (
    Definition,
    definition_as_json,
    make_definition,
    parse_document,
)
from core.definitions.file_names import find_free_file_name, make_file_name
from core.definitions.payloads import JobPart, find_payload, is_wrapped
from core.errors import InvalidDefinitionError, Issue, SyncError
from core.jobsettings.kinds import name_in, placeholder
from core.jobsettings.places import list_texts
from core.jobsettings.references import Reference, find_references
from core.json_fields import is_whole
from core.json_text import JobSettings
from core.planning.forms import make_steady, manager_of

_OF_A_DEFINITION = {"job_id", "permissions", "run_as_user_name", "settings"}
_RELATIVE = ("./", "../")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be converted: its path for people, the folder that gets the definitions."""

    path: str
    folder: str
    content: bytes | SyncError


@dataclass(frozen=True, slots=True)
class NewDefinition:
    """A definition that can be written. `notes` are what to look at in it."""

    job_name: str
    folder: str
    file_name: str
    definition: Definition
    notes: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return where it goes."""
        return self.file_name if self.folder == "." else f"{self.folder}/{self.file_name}"


@dataclass(frozen=True, slots=True)
class AlreadyDefinition:
    """A file that is a definition as it is."""

    job_name: str
    path: str


@dataclass(frozen=True, slots=True)
class Unconverted:
    """A file, or a job inside one, that cannot become a definition."""

    job_name: str
    path: str
    issue: Issue


ConversionRow = NewDefinition | AlreadyDefinition | Unconverted


@dataclass(slots=True)
class _Given:
    """The file names given so far, and the jobs that have them."""

    existing: Mapping[str, frozenset[str]]
    names: dict[str, set[str]] = field(default_factory=dict)
    jobs: set[tuple[str, str]] = field(default_factory=set)


def plan_conversion(
    sources: Sequence[Source], existing: Mapping[str, frozenset[str]]
) -> tuple[tuple[ConversionRow, ...], tuple[Issue, ...]]:
    """Decide what is made of each file, and what is worth knowing about the files.

    Args:
        existing: casefolded names of the files in each folder; none of them is overwritten.
    """
    given = _Given(existing)
    rows: list[ConversionRow] = []
    issues: list[Issue] = []
    for source in sources:
        try:
            document = _read(source)
        except SyncError as error:
            rows.append(Unconverted("", source.path, Issue(str(error))))
            continue
        rows += _rows(source, document, given)
        issues += _issues(source, document)
    return tuple(rows), tuple(issues)


def _read(source: Source) -> Any:
    if isinstance(source.content, SyncError):
        raise source.content
    return parse_document(source.content)


def _rows(source: Source, document: Any, given: _Given) -> Iterator[ConversionRow]:
    payload = find_payload(document)
    if payload is None:
        yield Unconverted("", source.path, Issue("It holds no job in a form that is known."))
    elif payload.refusal:
        yield Unconverted("", source.path, Issue(f"It is {payload.words}. {payload.refusal}"))
    else:
        for part in payload.parts(document):
            yield _row(source, part, given, whole=document)


def _row(source: Source, part: JobPart, given: _Given, *, whole: Any) -> ConversionRow:
    name = part.document["settings"].get("name")
    job_name = name if isinstance(name, str) else ""
    if part.refusal:
        return Unconverted(job_name, source.path, Issue(part.refusal, part.place))
    try:
        definition = make_definition(part.document)
    except InvalidDefinitionError as error:
        return Unconverted(job_name, source.path, Issue(str(error), part.place))
    if is_wrapped(whole) and not whole.keys() - _OF_A_DEFINITION and not definition.left_out:
        return AlreadyDefinition(job_name, source.path)
    return _new_row(source, part, definition, given)


def _new_row(source: Source, part: JobPart, definition: Definition, given: _Given) -> ConversionRow:
    job_name, folder = definition.job_name, source.folder
    steady = make_steady(definition, is_answer=part.is_answer)
    names = given.names.setdefault(folder, set())
    plain = make_file_name(job_name)
    problem = ""
    if not is_wrapped(definition_as_json(steady)):
        problem = "It has no field that only a job has."
    elif (folder, job_name) in given.jobs:
        problem = f"More than one job is named “{job_name}”: only the first becomes a definition."
    elif plain.casefold() in given.existing.get(folder, frozenset()):
        problem = f"{plain} exists and is not overwritten. Choose another folder with --to."
    if problem:
        return Unconverted(job_name, source.path, Issue(problem, part.place))
    given.jobs.add((folder, job_name))
    file_name = find_free_file_name(job_name, names | given.existing.get(folder, frozenset()))
    names.add(file_name.casefold())
    notes = tuple(_notes(definition))
    return NewDefinition(job_name, folder, file_name, steady, notes)


def _notes(definition: Definition) -> Iterator[str]:
    settings = definition.unpack_settings()
    manager = manager_of(settings)
    if manager:
        yield f"{manager} The definition makes it a job like any other."
    if not definition.run_as_user_name and settings.get("run_as") is None:
        yield "It does not say who the job runs as: run_as_mappings needs a `default`."
    ids = [_id_words(reference) for reference in find_references(settings) if _is_raw(reference)]
    if ids:
        yield (
            f"Ids that only their own workspace knows: {', '.join(ids)}. Elsewhere an import needs "
            "names in their place."
        )
    relative = [place for place, text in list_texts(settings) if text.startswith(_RELATIVE)]
    if relative and not _has_git_source(settings):
        yield f"Relative paths stay as they are: {', '.join(relative)}."


def _has_git_source(settings: JobSettings) -> bool:
    return settings.get("git_source") is not None


def _is_raw(reference: Reference) -> bool:
    value = reference.value
    is_id = isinstance(value, str) or is_whole(value)
    return is_id and name_in(reference.kind, value) is None


def _id_words(reference: Reference) -> str:
    written = placeholder(reference.kind, "<name>")
    return f"{reference.path} ({reference.kind.noun} {reference.value}, as {written})"


def _issues(source: Source, document: Any) -> Iterator[Issue]:
    """Note a list that continues: its jobs are whole, but they are not all.

    Source: Jobs API 2.2, `jobs/list`: `has_more`, `next_page_token`.
    """
    if (
        isinstance(document, dict)
        and isinstance(document.get("jobs"), list)
        and (document.get("has_more") is True or document.get("next_page_token"))
    ):
        yield Issue(f"{source.path} holds one page of the list: the jobs of others are missing.")
