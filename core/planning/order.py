"""In which order jobs that refer to each other are written."""

from collections.abc import Mapping, Set

Graph = Mapping[str, Set[str]]
"""The jobs that each job needs, by name; only names that are keys themselves count."""


def find_circles(graph: Graph) -> set[str]:
    """Return the jobs on a circle, and those between two circles: they need an id beforehand.

    What is left after peeling off jobs that need nobody and jobs that nobody needs.
    """
    left = {name: set(needs) & graph.keys() for name, needs in graph.items()}
    users: dict[str, set[str]] = {name: set() for name in left}
    for name, needs in left.items():
        for needed in needs:
            users[needed].add(name)
    for forward, backward in ((left, users), (users, left)):
        _peel(forward, backward)
    return set(left)


def _peel(forward: dict[str, set[str]], backward: dict[str, set[str]]) -> None:
    """Take away, one after the other, every job whose `forward` set is empty."""
    free = [name for name, others in forward.items() if not others]
    while free:
        name = free.pop()
        del forward[name]
        for other in backward.pop(name):
            forward[other].discard(name)
            if not forward[other]:
                free.append(other)


def cut_circles(graph: Graph, circles: Set[str]) -> dict[str, set[str]]:
    """Return the graph without the edges among the jobs in circles: they have ids by then."""
    return {
        name: {
            needed
            for needed in needs
            if needed in graph and not (name in circles and needed in circles)
        }
        for name, needs in graph.items()
    }
