"""One definition in the form that it has as a job of a bundle: once for DEV, once for PROD."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.bundling.joining import Link
from core.bundling.known_fields import is_of_one_task, take_out, with_tasks
from core.bundling.variables import Lookup
from core.definitions.definition import Definition
from core.errors import InvalidDefinitionError
from core.jobsettings.kinds import THIS_WORKSPACE, UNKNOWN, Kind, name_in
from core.jobsettings.permissions import (
    CAN_MANAGE,
    IS_OWNER,
    PERMISSIONS,
    Permission,
    sort_permissions,
)
from core.jobsettings.principals import (
    Principal,
    effective_run_as,
    principal_from_name,
)
from core.jobsettings.references import DROPPED, Reference, replace_references
from core.json_fields import is_whole
from core.json_text import JobSettings, JsonDict
from core.mapping.mapping_file import Mappings, PausePolicy, TargetId
from core.mapping.pause import pause_all
from core.planning.forms import choose_principal
from core.planning.wanted_permissions import MapPrincipal, find_deciding

# The words of a bundle's lookups. Its `alert` and `dashboard` are the old ones of SQL; of a job's
# dashboard it knows no path, and of a new alert nothing.
# Source: databricks/cli bundle/config/variable/lookup.go and resolve_*.go.
LOOKUPS: Mapping[Kind, str] = {
    Kind.CLUSTER: "cluster",
    Kind.WAREHOUSE: "warehouse",
    Kind.JOB: "job",
    Kind.PIPELINE: "pipeline",
    Kind.CLUSTER_POLICY: "cluster_policy",
    Kind.INSTANCE_POOL: "instance_pool",
    Kind.NOTIFICATION_DESTINATION: "notification_destination",
    Kind.QUERY: "query",
    Kind.LEGACY_ALERT: "alert",
    Kind.LEGACY_DASHBOARD: "dashboard",
}
_SERVICE_PRINCIPAL = "service_principal"
_STARTS = ("schedule", "trigger", "continuous")
_ACTIVE = {"pause_status": "UNPAUSED"}  # what a missing pause_status means to the API
_LEVEL = "level"  # in a bundle; source: bundle schema, JobPermission


@dataclass(frozen=True, slots=True)
class Forms:
    """A definition in both targets; a Lookup or a Link is in place of each reference by name.

    `left_out` are the paths of fields that no bundle holds, `raw` those of ids in place of names.
    `notes` are what to look at.
    """

    dev: JsonDict
    prod: JsonDict
    left_out: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class FormMaker:
    """Makes the forms of all definitions of a bundle.

    `links` are the keys of the jobs that the bundle holds, by their names, `names` their names by
    the ids that they have in DEV. Those in `circles` refer to each other by name: a bundle cannot
    deploy each of them before the other.
    """

    def __init__(
        self,
        mappings: Mappings,
        links: Mapping[str, str],
        names: Mapping[str, str],
        circles: frozenset[str],
    ) -> None:
        self._mappings = mappings
        self._principals = MapPrincipal(mappings)
        self._links = links
        self._names = names
        self._circles = circles

    def make(self, definition: Definition, values: JobSettings) -> Forms:
        """Return a definition's forms.

        Args:
            values: its settings after the value mappings.
        """
        own = definition.unpack_settings()
        raw: list[str] = []
        dev = self._with_references(own, definition.job_name, raw, in_prod=False)
        prod = self._with_references(values, definition.job_name, [], in_prod=True)
        if self._mappings.pause is not PausePolicy.FROM_GIT:
            dev, prod = _say_active(dev), pause_all(prod)
        notes: list[str] = []
        self._add_identity(definition, own, dev, prod, notes)
        self._add_permissions(definition, dev, prod, notes)
        dev, left_out = take_out(dev)
        prod, _ = take_out(prod)
        if is_of_one_task(dev):
            dev, prod = with_tasks(dev), with_tasks(prod)
            notes.append("It has the form of Jobs API 2.0: its one task became the task “main”.")
        return Forms(dev, prod, left_out, tuple(raw), tuple(notes))

    def _with_references(
        self, settings: JobSettings, job_name: str, raw: list[str], *, in_prod: bool
    ) -> JobSettings:
        def put(reference: Reference) -> Any:
            name = name_of_job(reference, self._names) or name_in(reference.kind, reference.value)
            if name is None:
                if _is_raw(reference):
                    raw.append(f"{reference.path} ({reference.kind.noun} {reference.value})")
                return reference.value
            return self._object(reference.kind, name, job_name, in_prod=in_prod)

        return replace_references(settings, put)

    def _object(self, kind: Kind, name: str, job_name: str, *, in_prod: bool) -> Any:
        key = self._links.get(name) if kind is Kind.JOB else None
        if key and not (job_name in self._circles and name in self._circles):
            return Link(f"${{resources.jobs.{key}.id}}")
        if kind is Kind.WORKSPACE:
            return Lookup("", "", kind.noun)
        target = self._mappings.target_of(kind, name) if in_prod else name
        if target is None:
            return DROPPED
        if isinstance(target, TargetId):
            return target.resource_id
        word = "" if target == UNKNOWN else LOOKUPS.get(kind, "")
        return Lookup(word, target, kind.noun)

    def _add_identity(
        self,
        definition: Definition,
        own: JobSettings,
        dev: JobSettings,
        prod: JobSettings,
        notes: list[str],
    ) -> None:
        try:
            origin = effective_run_as(own, definition.run_as_user_name)
        except InvalidDefinitionError as error:
            notes.append(f"run_as is copied as it is. {error.message}")
            return
        name = definition.run_as_user_name
        if origin and name and origin.name != name:
            notes.append(f"run_as_user_name is “{name}”, and run_as says otherwise: that is used.")
        if origin is None:
            dev.pop("run_as", None)
        else:
            dev["run_as"] = _identity(origin)
        try:
            prod["run_as"] = _identity(choose_principal(origin, self._mappings))
        except InvalidDefinitionError:
            prod.pop("run_as", None)
            notes.append("It does not say who the job runs as: whoever deploys the bundle.")

    def _add_permissions(
        self, definition: Definition, dev: JobSettings, prod: JobSettings, notes: list[str]
    ) -> None:
        policy, listed = self._mappings.permissions, definition.list_permissions()
        if policy.new_jobs:
            prod[PERMISSIONS] = _entries(policy.new_jobs)
        is_used = bool(policy.from_git) or not self._mappings.path
        if listed is None:
            return
        if not is_used:
            notes.append(f"{PERMISSIONS} are left out: the mapping file does not take them.")
            return
        dev[PERMISSIONS] = _entries(listed)
        if not policy.from_git:
            prod[PERMISSIONS] = _entries(listed)
            return
        deciding = find_deciding(listed, self._principals, are_from_git=True)
        there = [
            _owned_by_no_group(Permission(self._principals.target_of(one.principal), one.level))
            for one in deciding
        ]
        unique = sort_permissions(there)  # two may have become one
        prod[PERMISSIONS] = _entries(there if len(there) == len(unique) else unique)


def name_of_job(reference: Reference, names: Mapping[str, str]) -> str:
    """Return the name of the job that a reference leads to, by its name or its id in DEV.

    Other tools write ids. Empty for other objects, and for a job that is not here.

    Args:
        names: of the jobs by their ids in DEV.
    """
    if reference.kind is not Kind.JOB:
        return ""
    known = names.get(str(reference.value), "") if _is_raw(reference) else ""
    return name_in(reference.kind, reference.value) or known


def _is_raw(reference: Reference) -> bool:
    """Whether this is an id of the workspace that the definition is for."""
    is_id = isinstance(reference.value, str) or is_whole(reference.value)
    owner = reference.owner
    is_foreign = owner is not None and name_in(Kind.WORKSPACE, owner) != THIS_WORKSPACE
    return is_id and reference.kind is not Kind.WORKSPACE and not is_foreign


def _identity(principal: Principal) -> JsonDict:
    """Return a principal as a bundle has it: service principals by their application id.

    A mapping file may name one by its display name.
    """
    if principal.field != "service_principal_name":
        return principal.as_json()
    is_id = principal_from_name(principal.name).field == principal.field
    name = principal.name
    return {
        principal.field: name if is_id else Lookup(_SERVICE_PRINCIPAL, name, "service principal")
    }


def _entries(entries: Iterable[Permission]) -> list[JsonDict]:
    return [{**_identity(entry.principal), _LEVEL: entry.level} for entry in entries]


def _owned_by_no_group(entry: Permission) -> Permission:
    if entry.level == IS_OWNER and entry.principal.field == "group_name":
        return replace(entry, level=CAN_MANAGE)
    return entry


def _say_active(settings: JobSettings) -> JobSettings:
    """Return the settings with the pause status of everything that starts the job by itself."""
    said = dict(settings)
    for block in _STARTS:
        if isinstance(settings.get(block), dict):
            said[block] = {**_ACTIVE, **settings[block]}
    if isinstance(settings.get("triggers"), list):
        said["triggers"] = [
            {**_ACTIVE, **trigger} if isinstance(trigger, dict) else trigger
            for trigger in settings["triggers"]
        ]
    return said
