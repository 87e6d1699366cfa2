"""The ids and names of the objects of one workspace."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.jobsettings.kinds import THIS_WORKSPACE, UNKNOWN, Kind, name_in
from core.jobsettings.known_ids import KnownId, KnownIds
from core.jobsettings.policies import FixedValues, parse_fixed_values
from core.jobsettings.references import Reference
from core.ports import NamedResource


class NameBook:
    """The ids and names of the objects of one workspace. Filled once, then only read."""

    def __init__(
        self,
        workspace_id: str,
        resources: Mapping[Kind, Iterable[NamedResource]],
        unlisted: Mapping[Kind, str] | None = None,
    ) -> None:
        """Take the objects of each kind, and why some kinds could not be listed."""
        self._unlisted = dict(unlisted or {})
        self._names: dict[tuple[Kind, str], str] = {}
        self._ids: dict[tuple[Kind, str], list[str]] = {}
        self._gone: set[tuple[Kind, str]] = set()
        self._policies: dict[str, FixedValues] = {}
        self.add(Kind.WORKSPACE, NamedResource(workspace_id, THIS_WORKSPACE))
        for kind, members in resources.items():
            for resource in members:
                self.add(kind, resource)

    def add(self, kind: Kind, resource: NamedResource) -> None:
        """Add an object; adding its id again renames it."""
        old = self._names.get((kind, resource.resource_id))
        if old is not None:
            self._ids[kind, old].remove(resource.resource_id)
        self._names[kind, resource.resource_id] = resource.name
        if resource.policy:
            self._policies[resource.resource_id] = parse_fixed_values(resource.policy)
        self._ids.setdefault((kind, resource.name), []).append(resource.resource_id)

    def claim(self, kind: Kind, resource: NamedResource) -> None:
        """Give a name to one object alone: others that carry it too are known by their id only."""
        for other in self._ids.get((kind, resource.name), []):
            del self._names[kind, other]
        self._ids[kind, resource.name] = []
        self.add(kind, resource)

    def why_unlisted(self, kind: Kind) -> str:
        """Return what keeps a kind from being listed, in words for a job that needs it; or ""."""
        reason = self._unlisted.get(kind)
        if reason is None:
            return ""
        plural = kind.plural
        return f"{plural[0].upper()}{plural[1:]} cannot be listed here. {reason}"

    def note_gone(self, kind: Kind, resource_id: str) -> None:
        """Remember that the workspace says this object does not exist."""
        self._gone.add((kind, resource_id))

    def name_of(self, kind: Kind, resource_id: str) -> str | None:
        """Return the name of an id; `unknown` for an object proven gone; None if not looked up."""
        if (kind, resource_id) in self._gone:
            return UNKNOWN
        return self._names.get((kind, resource_id))

    def ids_of(self, kind: Kind, name: str) -> tuple[str, ...]:
        """Return all ids that carry a name."""
        return tuple(self._ids.get((kind, name), ()))

    def fixed_by(self, policy: Any) -> FixedValues:
        """Return what a cluster policy fixes here.

        Args:
            policy: what `policy_id` holds: an id, or a name as settings in Git have it.
        """
        name = name_in(Kind.CLUSTER_POLICY, policy)
        ids = (str(policy),) if name is None else self.ids_of(Kind.CLUSTER_POLICY, name)
        return self._policies.get(ids[0], {}) if len(ids) == 1 else {}

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Return all names of a kind."""
        return tuple(name for (of, name), ids in self._ids.items() if of is kind and ids)

    def known_ids(self) -> KnownIds:
        """Return all objects by id, to be recognised in values that are copied unchanged."""
        return KnownIds(KnownId(kind, one, name) for (kind, one), name in self._names.items())

    def is_gone(self, kind: Kind, resource_id: str) -> bool:
        """Whether the workspace said that this object does not exist."""
        return (kind, resource_id) in self._gone

    def is_foreign(self, reference: Reference) -> bool:
        """Whether the id belongs to another workspace, where nothing can be looked up."""
        if reference.kind is Kind.WORKSPACE:
            value = reference.value
            return (
                self.name_of(Kind.WORKSPACE, str(value)) is None
                and name_in(Kind.WORKSPACE, value) is None
            )
        owner = reference.owner
        if owner is None or name_in(Kind.WORKSPACE, owner) == THIS_WORKSPACE:
            return False
        return self.name_of(Kind.WORKSPACE, str(owner)) is None
