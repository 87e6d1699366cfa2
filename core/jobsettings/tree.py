"""A lookup tree over the paths of JobSettings, so that catalogues of paths stay plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar


class HasPattern(Protocol):
    """Anything that has a dotted path; `[]` marks a list, `*` any other key."""

    @property
    def pattern(self) -> str: ...


Leaf = TypeVar("Leaf", bound=HasPattern)


@dataclass(slots=True)
class PathTree(Generic[Leaf]):
    """One level of a path: what applies here, and the levels below."""

    leaves: list[Leaf] = field(default_factory=list)
    children: "dict[str, PathTree[Leaf]]" = field(default_factory=dict)

    def child(self, key: str) -> "PathTree[Leaf] | None":
        """Return the level below `key`; `*` stands for all keys that are not listed."""
        return self.children.get(key) or self.children.get("*")

    def branches(self, node: Mapping[str, Any]) -> "list[tuple[str, PathTree[Leaf]]]":
        """Return the keys of an object that lead further, in its order, with the level below."""
        others = self.children.get("*")
        if others is not None:
            return [(key, self.children.get(key, others)) for key in node]
        return [(key, self.children[key]) for key in node if key in self.children]

    def insert(self, leaf: Leaf) -> None:
        """Put a leaf at its pattern."""
        node = self
        for step in leaf.pattern.replace("[]", ".[]").split("."):
            node = node.children.setdefault(step, PathTree())
        node.leaves.append(leaf)


def settings_tree(
    job: Iterable[Leaf], task: Iterable[Leaf] = (), cluster: Iterable[Leaf] = ()
) -> PathTree[Leaf]:
    """Build the tree of JobSettings from patterns at job level, inside a task and inside a cluster.

    Tasks are in `tasks[]` and in `for_each_task.task`; cluster specs are in `new_cluster` of a
    task, of `job_clusters[]`, and of a SINGLE_TASK job of Jobs API 2.0.
    Source: databricks-sdk service/jobs.py, `Task`, `JobCluster`.
    """
    cluster_node = _tree(cluster)
    task_node = _tree(task)
    task_node.children["new_cluster"] = cluster_node
    for_each = task_node.children.setdefault("for_each_task", PathTree())
    for_each.children["task"] = task_node
    root = _tree(job)
    root.children["new_cluster"] = cluster_node
    _level(root, "tasks").children["[]"] = task_node
    _level(_level(root, "job_clusters"), "[]").children["new_cluster"] = cluster_node
    return root


def _tree(leaves: Iterable[Leaf]) -> PathTree[Leaf]:
    root: PathTree[Leaf] = PathTree()
    for leaf in leaves:
        root.insert(leaf)
    return root


def _level(node: PathTree[Leaf], key: str) -> PathTree[Leaf]:
    return node.children.setdefault(key, PathTree())
