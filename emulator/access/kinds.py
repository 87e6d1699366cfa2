"""The kinds of object that have permissions, as data.

Sources: terraform-provider-databricks permissions/permission_definitions.go (levels and types);
databricks/cli libs/testserver/permissions.go (types).
"""

from __future__ import annotations

from dataclasses import dataclass

IS_OWNER = "IS_OWNER"
CAN_MANAGE = "CAN_MANAGE"
_OF_FILES = ("CAN_READ", "CAN_RUN", "CAN_EDIT", CAN_MANAGE)
_OF_QUERIES = ("CAN_VIEW", "CAN_READ", "CAN_RUN", "CAN_EDIT", CAN_MANAGE)


@dataclass(frozen=True, slots=True)
class PermissionKind:
    """How one kind is addressed and which levels it has, the lowest first.

    Objects are found as resources by `seed_key`, or in the workspace tree by `tree_types`.
    """

    path: str
    object_type: str
    levels: tuple[str, ...]
    seed_key: str = ""
    tree_types: tuple[str, ...] = ()

    @property
    def managing_levels(self) -> tuple[str, ...]:
        """The levels that may read and change permissions."""
        return tuple(level for level in self.levels if level in (CAN_MANAGE, IS_OWNER))

    @property
    def level_of_admins(self) -> str:
        return CAN_MANAGE if CAN_MANAGE in self.levels else self.levels[-1]


JOBS = PermissionKind("jobs", "job", ("CAN_VIEW", "CAN_MANAGE_RUN", CAN_MANAGE, IS_OWNER))
_WAREHOUSE_LEVELS = ("CAN_VIEW", "CAN_MONITOR", "CAN_USE", CAN_MANAGE, IS_OWNER)
KINDS: tuple[PermissionKind, ...] = (
    JOBS,
    PermissionKind("directories", "directory", _OF_FILES, tree_types=("DIRECTORY",)),
    PermissionKind("notebooks", "notebook", _OF_FILES, tree_types=("NOTEBOOK",)),
    PermissionKind("files", "file", _OF_FILES, tree_types=("FILE", "DASHBOARD")),
    PermissionKind("repos", "repo", _OF_FILES, tree_types=("DIRECTORY",)),
    PermissionKind("clusters", "cluster", ("CAN_ATTACH_TO", "CAN_RESTART", CAN_MANAGE), "clusters"),
    PermissionKind("cluster-policies", "cluster-policy", ("CAN_USE",), "cluster_policies"),
    PermissionKind(
        "instance-pools", "instance-pool", ("CAN_ATTACH_TO", CAN_MANAGE), "instance_pools"
    ),
    PermissionKind(
        "pipelines", "pipelines", ("CAN_VIEW", "CAN_RUN", CAN_MANAGE, IS_OWNER), "pipelines"
    ),
    PermissionKind("sql/warehouses", "warehouses", _WAREHOUSE_LEVELS, "warehouses"),
    # databricks-sdk sql.py, `get_permissions`, goes without the prefix.
    PermissionKind("warehouses", "warehouses", _WAREHOUSE_LEVELS, "warehouses"),
    PermissionKind("sql/queries", "query", _OF_QUERIES, "queries"),
    PermissionKind("sql/alerts", "alert", _OF_QUERIES, "legacy_alerts"),
    PermissionKind("alertsv2", "alertv2", _OF_FILES, "alerts"),
    PermissionKind("dashboards", "dashboard", _OF_FILES, "dashboards"),
    PermissionKind("dbsql-dashboards", "dashboard", _OF_QUERIES, "legacy_dashboards"),
)
