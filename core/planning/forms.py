"""The forms of one job that are compared and written: live, in its file, and desired here."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from core.comparing.canonical import drop_unsendable, sort_shuffled, spell_out
from core.definitions.definition import Definition
from core.errors import InvalidDefinitionError, Issue
from core.jobsettings.principals import Principal, effective_run_as
from core.json_text import JobSettings
from core.mapping.mapping_file import DEFAULT, RUN_AS_SECTION, Mappings
from core.mapping.names import NameBook, map_names, write_names
from core.mapping.unmapped import MissingName
from core.ports import LiveJob


@dataclass(frozen=True, slots=True)
class Form:
    """Settings with references by name and an explicit identity, and what is wrong with them."""

    settings: JobSettings
    issues: tuple[Issue, ...] = ()
    missing: tuple[MissingName, ...] = ()


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


def make_live_form(job: LiveJob, book: NameBook) -> Form:
    """Return a live job in the form that is compared with Git, and written to it."""
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
class NamedJob:
    """A live job as an export sees it: named once, both to be compared and to be written.

    The lists that the API shuffles are sorted by the ids in them, so that an order in Git lasts.
    """

    job: LiveJob
    settings: JobSettings
    issues: tuple[Issue, ...]

    def make_form(self) -> Form:
        """Return the form that is compared with Git: equal to that of `make_live_form`."""
        return _with_identity(self.settings, self.job.run_as_user_name, self.issues)

    def make_definition(self) -> Definition:
        """Return the definition that the job's file should hold: its own fields, in steady order.

        The name of who it runs as is kept beside the settings.
        """
        job = self.job
        return Definition.pack(job.name, job.job_id, job.run_as_user_name, self.settings)


def name_job(job: LiveJob, book: NameBook) -> NamedJob:
    """Write a live job's references by name."""
    named = write_names(sort_shuffled(drop_unsendable(job.unpack_settings())), book)
    return NamedJob(job, spell_out(named.settings, "live"), named.issues)


def make_file_form(definition: Definition) -> Form:
    """Return a definition, as it is in Git, in the form that is compared with a live job."""
    settings = spell_out(drop_unsendable(definition.unpack_settings()), "file")
    return _with_identity(settings, definition.run_as_user_name, ())


def make_desired_form(
    definition: Definition,
    mappings: Mappings,
    book: NameBook,
    defined_jobs: Collection[str],
    is_active: Callable[[Principal], bool],
) -> Form:
    """Return what the target job should be: names mapped, identity mapped and checked."""
    source = definition.unpack_settings()
    named = map_names(drop_unsendable(source), mappings, book, defined_jobs)
    settings = spell_out(named.settings, "file")
    try:
        origin = effective_run_as(source, definition.run_as_user_name)
        principal = choose_principal(origin, mappings)
    except InvalidDefinitionError as error:
        return Form(settings, (*named.issues, Issue(str(error), "run_as")), named.missing)
    settings["run_as"] = principal.as_json()
    if is_active(principal):
        return Form(settings, named.issues, named.missing)
    entry = origin.name if origin else DEFAULT
    issue = Issue(
        f"The {principal} does not exist in this workspace or is not active. Map “{entry}” in "
        f"{RUN_AS_SECTION} of the mapping file.",
        "run_as",
    )
    absent = MissingName("run as", entry, RUN_AS_SECTION, None)
    return Form(settings, (*named.issues, issue), (*named.missing, absent))


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
