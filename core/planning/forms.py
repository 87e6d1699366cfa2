"""The forms of one job that are compared and written: live, in its file, and desired here."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from core.comparing.canonical import drop_unsendable, sort_shuffled, spell_out
from core.comparing.diff import HiddenDifference
from core.definitions.definition import Definition
from core.errors import InvalidDefinitionError, Issue
from core.jobsettings.places import with_value
from core.jobsettings.policies import leave_to_policies
from core.jobsettings.principals import Principal, effective_run_as
from core.json_text import JobSettings, Packed
from core.mapping.mapped_names import trace_identity
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import DEFAULT, RUN_AS_SECTION, Mappings
from core.mapping.name_book import NameBook
from core.mapping.names import map_names, write_names
from core.mapping.unmapped import MissingName
from core.planning.identities import Identity
from core.ports import LiveJob


@dataclass(frozen=True, slots=True)
class Form:
    """Settings with references by name and an explicit identity, and what is wrong with them.

    `note` says how a name was understood. `is_unread` is True when the identity could not be
    looked up: then nobody knows what the job should be. `mapped` is what the mapping file did.
    """

    settings: JobSettings
    issues: tuple[Issue, ...] = ()
    missing: tuple[MissingName, ...] = ()
    note: str = ""
    is_unread: bool = False
    mapped: tuple[MappedValue, ...] = ()


def manager_of(settings: JobSettings) -> str:
    """Return why a job belongs to somebody else, or an empty text.

    Source: terraform-provider-databricks exporter/impl_jobs.go, isManagedJob.
    """
    deployment = settings.get("deployment")
    kind = deployment.get("kind") if isinstance(deployment, dict) else None
    if kind == "SYSTEM_MANAGED":
        return "Managed by Databricks."
    if kind == "BUNDLE" and settings.get("edit_mode") == "UI_LOCKED":
        return "Managed and deployed by a Databricks Asset Bundle."
    return ""


@dataclass(frozen=True, slots=True)
class Source:
    """A definition on its way to this workspace: its values are mapped, its names are not yet.

    `mapped` is what the value mappings did.
    """

    settings: JobSettings
    run_as_user_name: str
    mapped: tuple[MappedValue, ...] = ()


def make_live_form(job: LiveJob, book: NameBook) -> Form:
    """Return a live job in the form that is compared with what it should be."""
    named = write_names(drop_unsendable(job.unpack_settings()), book)
    settings = spell_out(named.settings, "live")
    return _with_identity(settings, job.run_as_user_name, named.issues)


def take_identity(current: JobSettings, job: LiveJob, desired: JobSettings) -> JobSettings:
    """Take an identity that the API only names for the desired one, when it has that name.

    `run_as_user_name` does not say whether it names a user or a group; only `run_as` does, and
    `jobs/list` never holds it.
    """
    wanted = desired.get("run_as")
    if (
        isinstance(wanted, dict)
        and wanted != current.get("run_as")
        and list(wanted.values()) == [job.run_as_user_name]
        and job.unpack_settings().get("run_as") is None
    ):
        return {**current, "run_as": wanted}
    return current


@dataclass(frozen=True, slots=True)
class Exported:
    """A live job as its file should be, and the paths that are left to its clusters' policies.

    `settings` are what is written to the file, `form` what is compared with it. `ambiguous` are
    its names that several objects of this workspace have.
    """

    job: LiveJob
    settings: JobSettings
    form: Form
    left_to_policies: tuple[str, ...]
    ambiguous: tuple[Issue, ...]

    def make_definition(self, kept: Iterable[HiddenDifference] = ()) -> Definition:
        """Return what the job's file should hold.

        Args:
            kept: values of the present file that the API never returns; they stay in it.
        """
        settings = self.settings
        for value in kept:
            settings = with_value(settings, value.path, value.desired)
        job = self.job
        return Definition.pack(job.name, job.job_id, job.run_as_user_name, settings)


def make_exported(job: LiveJob, book: NameBook) -> Exported:
    """Return what a live job's file should hold: its own fields, in steady order.

    What the policy of a cluster fixes is left to the policy of whichever workspace imports it.
    """
    own, left_out = leave_to_policies(drop_unsendable(job.unpack_settings()), book.fixed_by)
    named = write_names(sort_shuffled(own), book, for_file=True)
    settings = spell_out(named.settings, "live")
    form = _with_identity(settings, job.run_as_user_name, named.issues)
    return Exported(job, settings, form, tuple(left_out), named.ambiguous)


def make_steady(definition: Definition, *, is_answer: bool) -> Definition:
    """Return a definition as an export would write it, with its references as they are.

    Args:
        is_answer: whether it is a live job's settings, whose absent fields mean something else.
    """
    settings = sort_shuffled(drop_unsendable(definition.unpack_settings()))
    if is_answer:
        settings = spell_out(settings, "live")
    return replace(definition, packed=Packed(settings))


def make_file_form(definition: Definition) -> Form:
    """Return a definition, as it is in Git, in the form that is compared with a live job."""
    settings = spell_out(drop_unsendable(definition.unpack_settings()), "file")
    return _with_identity(settings, definition.run_as_user_name, ())


def make_desired_form(
    source: Source,
    mappings: Mappings,
    book: NameBook,
    defined_jobs: Collection[str],
    identify: Callable[[Principal], Identity],
) -> Form:
    """Return what the target job should be: names mapped, identity mapped and checked."""
    named = map_names(drop_unsendable(source.settings), mappings, book, defined_jobs)
    form = Form(
        spell_out(named.settings, "file"),
        named.issues,
        named.missing,
        mapped=(*source.mapped, *named.mapped),
    )
    try:
        origin = effective_run_as(source.settings, source.run_as_user_name)
        principal = choose_principal(origin, mappings)
    except InvalidDefinitionError as error:
        return replace(form, issues=(*form.issues, Issue(str(error), "run_as")))
    return _identified(form, origin, identify(principal), mappings)


def _identified(
    form: Form, origin: Principal | None, identity: Identity, mappings: Mappings
) -> Form:
    """Say who the job shall run as, and what is wrong with that."""
    settings = {**form.settings, "run_as": identity.principal.as_json()}
    mapped = (*form.mapped, *trace_identity(origin, identity.principal, mappings))
    form = replace(form, settings=settings, mapped=mapped)
    if not identity.problem:
        return replace(form, note=identity.note)
    if not identity.is_missing:
        issue = Issue(identity.problem, "run_as")
        return replace(form, issues=(*form.issues, issue), is_unread=True)
    entry = origin.name if origin else DEFAULT
    way_out = f"Map “{entry}” in {RUN_AS_SECTION} of the mapping file."
    issue = Issue(f"{identity.problem} {way_out}", "run_as")
    absent = MissingName("run as", entry, RUN_AS_SECTION, None)
    return replace(form, issues=(*form.issues, issue), missing=(*form.missing, absent))


def choose_principal(source: Principal | None, mappings: Mappings) -> Principal:
    """Return who the job shall run as here: the exact entry, `default`, else the same principal.

    Args:
        source: who the job runs as where its definition comes from, None when it does not say.

    Raises:
        InvalidDefinitionError: the definition names nobody and there is no `default`.
    """
    exact = mappings.run_as.get(source.name) if source else None
    chosen = exact or mappings.run_as.get(DEFAULT) or source
    if chosen is None:
        raise InvalidDefinitionError(
            "The definition does not say who the job runs as.",
            fix="Add `default` to run_as_mappings of the mapping file, or run_as to the settings.",
        )
    return chosen


def _with_identity(settings: JobSettings, run_as_user_name: str, issues: tuple[Issue, ...]) -> Form:
    """Say the identity explicitly; one that cannot be read stays as it is and is an issue."""
    try:
        principal = effective_run_as(settings, run_as_user_name)
    except InvalidDefinitionError as error:
        return Form(settings, (*issues, Issue(str(error), "run_as")))
    if principal is None:
        return Form(settings, issues)
    return Form({**settings, "run_as": principal.as_json()}, issues)
