"""The one codec of `__CLUSTER__<name>__` and its kin: how a file writes a reference by name."""

from enum import StrEnum

UNKNOWN = "unknown"
"""The name that stands for an object proven gone."""


class Kind(StrEnum):
    """What a reference points to; the value is the word between the underscores."""

    CLUSTER = "CLUSTER"
    WAREHOUSE = "WAREHOUSE"
    JOB = "JOB"
    WORKSPACE = "WORKSPACE"
    PIPELINE = "PIPELINE"
    CLUSTER_POLICY = "CLUSTER_POLICY"
    INSTANCE_POOL = "INSTANCE_POOL"
    NOTIFICATION_DESTINATION = "NOTIFICATION_DESTINATION"
    QUERY = "QUERY"
    ALERT = "ALERT"
    LEGACY_ALERT = "LEGACY_ALERT"
    DASHBOARD = "DASHBOARD"
    LEGACY_DASHBOARD = "LEGACY_DASHBOARD"

    @property
    def noun(self) -> str:
        """The word for people."""
        special = {"WAREHOUSE": "SQL warehouse", "QUERY": "SQL query"}
        return special.get(self.value, self.value.lower().replace("_", " "))


THIS_WORKSPACE = "current"
"""The only name of kind WORKSPACE: the workspace that holds the job itself."""


def placeholder(kind: Kind, name: str) -> str:
    """Return the text that stands for the object of this kind and name."""
    return f"__{kind}__{name}__"


def name_in(kind: Kind, value: object) -> str | None:
    """Return the name in a placeholder of this kind, or None if `value` is not one.

    Exactly one prefix and one suffix are taken off, so that names with underscores survive.
    """
    prefix = f"__{kind}__"
    if isinstance(value, str) and value.startswith(prefix) and value.endswith("__"):
        name = value[len(prefix) : -2]
        return name if len(value) >= len(prefix) + 2 else None
    return None
