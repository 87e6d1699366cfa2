"""What the files of a bundle hold, and what there is to know about each definition."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.bundling.documents import make_documents, path_of_job
from core.bundling.escaping import ESCAPED
from core.bundling.forms import FormMaker, Forms, name_of_job
from core.bundling.joining import Joined, Joiner
from core.bundling.keys import make_keys
from core.bundling.known_fields import find_unknown
from core.bundling.relative_paths import find_relative_paths
from core.bundling.variables import VariableBook
from core.bundling.yaml_text import has_surrogates
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents, UnreadFile
from core.errors import Issue
from core.jobsettings.references import find_references
from core.json_text import Packed
from core.mapping.job_selection import Selector
from core.mapping.mapping_file import Mappings, PausePolicy
from core.mapping.permission_policy import FromGit
from core.mapping.values.mapper import Applied, ValueMapper
from core.planning.forms import manager_of
from core.planning.order import find_circles
from core.planning.outside import side_of_file
from core.planning.risks import SecretNotes, risks_of_secrets
from core.planning.secret_checks import SecretCheck, explain_secrets

_MOST_LISTED = 20
_INT64 = range(-(2**63), 2**63)
OLDEST_WITH_ESCAPES = "1.15.0"
"""The vendor's client that takes `$${` for `${` in all its ways to deploy. databricks/cli#6484."""


@dataclass(frozen=True, slots=True)
class BundleRequest:
    """What the user says of a bundle. `hosts` are addresses by target; `keys` those of an earlier
    bundle in the same place, by the name of the job."""

    name: str = "jobs"
    hosts: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BundledJob:
    """A job that is in the bundle, in the file `path`. `notes` are what to look at."""

    job_name: str
    path: str
    definition: Definition
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotBundled:
    """A definition that does not belong there, or cannot. With `issues` that is an error."""

    job_name: str
    path: str
    why: str = ""
    issues: tuple[Issue, ...] = ()


BundleRow = BundledJob | NotBundled


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """The content of each file by its path in the bundle, and what to say of the definitions."""

    files: Mapping[str, str]
    keys: Mapping[str, str]
    rows: tuple[BundleRow, ...]
    issues: tuple[Issue, ...] = ()


def plan_bundle(contents: GitContents, mappings: Mappings, request: BundleRequest) -> BundlePlan:
    """Decide what a bundle of all definitions holds."""
    return _Planner(contents, mappings, request).plan()


class _Planner:
    def __init__(self, contents: GitContents, mappings: Mappings, request: BundleRequest) -> None:
        self._contents = contents
        self._mappings = mappings
        self._request = request
        self._check = SecretCheck(contents.allowed)
        self._rows: list[BundleRow] = []
        self._values: dict[str, Applied] = {}
        self._secrets: dict[str, SecretNotes] = {}
        self._book = VariableBook()
        self._left_out: Counter[str] = Counter()
        self._escaping = 0
        self._twice_escaped: list[str] = []

    def plan(self) -> BundlePlan:
        self._rows += map(_unread, self._contents.unread)
        files = self._sort_out()
        keys = make_keys((file.definition.job_name for file in files), self._request.keys)
        ids = _names_by_id(files)
        needs = {file.definition.job_name: _needs(file.definition, ids) for file in files}
        circles = frozenset(find_circles(needs))
        maker = FormMaker(self._mappings, keys, ids, circles)
        jobs: dict[str, tuple[Joined, int | None]] = {}
        for file in sorted(files, key=lambda one: one.definition.job_name):
            definition, applied = file.definition, self._values[file.path]
            name, key = definition.job_name, keys[definition.job_name]
            forms = maker.make(definition, applied.settings)
            joined = Joiner(self._book, applied.mapped).join(forms.dev, forms.prod)
            jobs[key] = joined, definition.source_job_id
            on_circle = name in circles and bool(needs[name] & circles)
            notes = tuple(self._notes(file, forms, on_circle=on_circle))
            self._rows.append(BundledJob(name, path_of_job(key), definition, notes))
        oldest = OLDEST_WITH_ESCAPES if self._escaping else ""
        request = self._request
        return BundlePlan(
            make_documents(jobs, self._book, request.name, request.hosts, oldest),
            keys,
            tuple(sorted(self._rows, key=lambda row: (row.job_name, row.path))),
            tuple(self._issues()),
        )

    def _sort_out(self) -> list[DefinitionFile]:
        """Return the definitions that can be in the bundle; the others get a row."""
        selector, mapper = Selector(self._mappings.selection), ValueMapper(self._mappings.values)
        belonging: list[DefinitionFile] = []
        for file in self._contents.files:
            definition = file.definition
            applied = mapper.apply(definition.unpack_settings(), definition.job_name)
            refusal = self._refuse(file, applied, selector)
            if refusal:
                self._rows.append(refusal)
            else:
                belonging.append(file)
                self._values[file.path] = applied
        counts = Counter(file.definition.job_name for file in belonging)
        shared = [file for file in belonging if counts[file.definition.job_name] > 1]
        self._rows += map(_shared, shared)
        return [file for file in belonging if counts[file.definition.job_name] == 1]

    def _refuse(
        self, file: DefinitionFile, applied: Applied, selector: Selector
    ) -> NotBundled | None:
        definition = file.definition
        rule = selector.rule_for(side_of_file(file)) if self._mappings.selection else None
        if rule:
            return NotBundled(definition.job_name, file.path, rule.words)
        secrets = self._look_for_secrets(definition, applied, file.path)
        if secrets.refused:
            issues = explain_secrets(secrets.refused)
            return NotBundled(definition.job_name, file.path, issues=issues)
        self._secrets[file.path] = secrets
        permissions = definition.permissions.unpack() if definition.permissions else None
        texts = [definition.unpack_settings(), permissions, definition.run_as_user_name]
        if has_surrogates([*texts, applied.settings]):
            issue = Issue("A text in it holds half of a surrogate pair, which YAML cannot hold.")
            return NotBundled(definition.job_name, file.path, issues=(issue,))
        return None

    def _look_for_secrets(self, definition: Definition, applied: Applied, path: str) -> SecretNotes:
        """Return what is secret in a definition as Git has it, or as it is in PROD."""
        found = [self._check.look_at(definition, path)]
        if applied.mapped:
            mapped = Definition.pack(definition.job_name, None, "", applied.settings)
            found.append(self._check.look_at(mapped, path))
        return SecretNotes(
            tuple(dict.fromkeys(word for notes in found for word in notes.refused)),
            tuple(dict.fromkeys(word for notes in found for word in notes.allowed)),
            tuple(dict.fromkeys(word for notes in found for word in notes.likely)),
        )

    def _notes(self, file: DefinitionFile, forms: Forms, *, on_circle: bool) -> Iterator[str]:
        name = file.definition.job_name
        self._left_out.update(forms.left_out)
        yield from forms.notes
        yield from (risk.message for risk in risks_of_secrets(self._secrets[file.path]))
        manager = manager_of(file.definition.unpack_settings())
        if manager:
            yield f"{manager} Only one can deploy it."
        unknown = find_unknown(forms.dev)
        if unknown:
            yield f"A bundle may not know these fields and leave them out: {', '.join(unknown)}."
        if forms.raw:
            yield f"Ids that only their own workspace knows: {', '.join(forms.raw)}."
        relative = find_relative_paths(file.definition.unpack_settings())
        if relative:
            yield (
                "Relative paths are files of the bundle there: "
                f"{', '.join(relative)}. Add them, or write where they are."
            )
        if on_circle:
            yield "Jobs that run each other are looked up by name, so they have to exist already."
        text = file.definition.packed.text() + Packed(self._values[file.path].settings).text()
        if "${" in text:
            self._escaping += 1
        if ESCAPED in text:
            self._twice_escaped.append(name)
        if any(number not in _INT64 for number in _whole_numbers(forms.dev)):
            yield "A number in it is too long for a bundle."
        if any("${" in key for key in _keys(forms.dev)):
            yield "A key in it holds “${”, for which bundles have no escape."

    def _issues(self) -> Iterator[Issue]:
        for path, count in sorted(self._left_out.items()):
            yield Issue(f"Left out of {_jobs(count)}, as a bundle sets or ignores it.", path)
        if has_surrogates(dict(self._mappings.document)):
            yield Issue("The mapping file holds half of a surrogate pair, which YAML cannot hold.")
        required = [v for v in self._book.list_variables() if v.is_required]
        for variable in required:
            yield Issue(f"Give this variable a value. {variable.description}", variable.name)
        if self._escaping:
            yield Issue(
                f"“${{” in the values of {_jobs(self._escaping)} is written as “{ESCAPED}”: deploy "
                f"with version {OLDEST_WITH_ESCAPES} of the Databricks CLI or a newer one."
            )
        if self._twice_escaped:
            names = ", ".join(f"“{name}”" for name in self._twice_escaped[:_MOST_LISTED])
            yield Issue(
                f"“{ESCAPED}” itself is ambiguous in a bundle. Compare after deploying: {names}."
            )
        if self._mappings.pause is not PausePolicy.FROM_GIT:
            yield Issue(
                f"The mapping file says pause_status: {self._mappings.pause}. A bundle cannot know "
                "what PROD has, so what starts jobs by itself is paused there; the variables whose "
                "value is PAUSED activate it."
            )
        if (
            self._mappings.permissions.from_git is FromGit.ADD
            or self._mappings.permissions.new_jobs
        ):
            yield Issue(
                "A bundle sets permissions exactly: entries that others add are taken away."
            )
        looked_at_all = self._contents.is_complete and not self._mappings.selection
        yield from self._check.issues(is_complete=looked_at_all)


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _unread(file: UnreadFile) -> NotBundled:
    return NotBundled("", file.path, issues=(file.issue,))


def _shared(file: DefinitionFile) -> NotBundled:
    issue = Issue("Another definition has the same job name. Rename one of them.")
    return NotBundled(file.definition.job_name, file.path, issues=(issue,))


def _names_by_id(files: Iterable[DefinitionFile]) -> dict[str, str]:
    """Return the names of jobs by the ids that they have in DEV; not where two claim one."""
    found: dict[str, list[str]] = {}
    for file in files:
        if file.definition.source_job_id is not None:
            found.setdefault(str(file.definition.source_job_id), []).append(
                file.definition.job_name
            )
    return {job_id: names[0] for job_id, names in found.items() if len(names) == 1}


def _needs(definition: Definition, ids: Mapping[str, str]) -> set[str]:
    """Return the names of the jobs that a definition runs or waits for."""
    references = find_references(definition.unpack_settings())
    return {name for reference in references if (name := name_of_job(reference, ids))}


def _whole_numbers(value: object) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    for inner in _inside(value):
        yield from _whole_numbers(inner)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in _inside(value):
        yield from _keys(inner)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
