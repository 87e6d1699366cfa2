"""Relative paths in settings: a workspace takes them for nothing, a bundle for its own files."""

import re

from core.jobsettings.places import list_texts, written
from core.jobsettings.value_places import Form, FoundValue, find_values, places_tree
from core.json_text import JobSettings

_RELATIVE = ("./", "../")
_PACKAGES = (".whl", ".jar")
_ABSOLUTE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:|\{\{|\$\{|~")
_PROSE = re.compile(r"(^|\.)(name|description)$|^tags\b")  # nobody takes these for paths
_TREE = places_tree({Form.PATH, Form.DEPENDENCY})


def find_relative_paths(settings: JobSettings) -> tuple[str, ...]:
    """Return the places of paths that a bundle looks for beside its own files.

    Paths in the job's Git repository are relative and stay so.
    """
    found = {
        written(value.place)
        for value in find_values(settings, _TREE)
        if _is_file(value) and not _ABSOLUTE.match(value.value)
    }
    if settings.get("git_source") is None:
        found |= {
            place
            for place, text in list_texts(settings)
            if text.startswith(_RELATIVE) and not _PROSE.search(place)
        }
    return tuple(sorted(found))


def _is_file(value: FoundValue) -> bool:
    """Whether a bundle takes the value for a file: a package without a path has no such ending."""
    if value.leaf.form is Form.DEPENDENCY:
        return value.value.endswith(_PACKAGES)
    return value.leaf.git_by_default is not None
