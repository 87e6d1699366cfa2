"""The sections of the mapping file as the Mappings tab lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import PERMISSIONS
from core.mapping.job_selection import JOBS
from core.mapping.mapping_file import DROPPABLE, PAUSE_SECTION, RUN_AS_SECTION, section_of
from core.mapping.values.rules import ValueSection


class Shape(StrEnum):
    """What an entry of a section holds, and so how it is edited: `assets/mapping-form.js`.

    NAME is a name or an id, DROPPABLE one that may be left out, PRINCIPAL an identity, TEXT a text,
    RULES a new value or several old → new, FIELDS the same with types and job patterns, PATTERN
    only the entry itself, POLICY one word for the whole file. SHOWN is edited as text only.
    """

    NAME = "name"
    DROPPABLE = "droppable"
    PRINCIPAL = "principal"
    TEXT = "text"
    EMAIL = "email"
    RULES = "rules"
    FIELDS = "fields"
    PATTERN = "pattern"
    POLICY = "policy"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class MappingSection:
    """One section. `place` is where the file has it, `example` what an entry is called."""

    place: str
    group: str
    title: str
    shape: Shape
    hint: str
    example: str = ""

    def as_json(self) -> Mapping[str, Any]:
        """Return what the scripts get of it."""
        return {
            "place": self.place,
            "group": self.group,
            "title": self.title,
            "shape": self.shape,
            "hint": self.hint,
            "example": self.example,
        }


_NAMES, _VALUES, _OTHERS = "Names", "Values", "Jobs, schedules and permissions"


def _names(kind: Kind) -> MappingSection:
    shape = Shape.DROPPABLE if kind in DROPPABLE else Shape.NAME
    title = kind.plural[0].upper() + kind.plural[1:]
    hint = f"What each {kind.noun} of the source workspace is called here."
    return MappingSection(section_of(kind), _NAMES, title, shape, hint)


def _values(section: ValueSection, title: str, shape: Shape, hint: str, example: str) -> Any:
    return MappingSection(section.place, _VALUES, title, shape, hint, example)


SECTIONS: tuple[MappingSection, ...] = (
    *(_names(kind) for kind in Kind if kind.section),
    MappingSection(
        RUN_AS_SECTION,
        _NAMES,
        "Run as",
        Shape.PRINCIPAL,
        "Who a job runs as here. “default” is for everybody who has no entry.",
        "default",
    ),
    _values(
        ValueSection.PATHS,
        "Paths",
        Shape.TEXT,
        "Beginnings of paths, whole folders only; the longest that fits wins.",
        "/Workspace/dev",
    ),
    _values(
        ValueSection.CATALOGS,
        "Catalogs",
        Shape.TEXT,
        "The first part of table and model names, and the fields “catalog”.",
        "dev",
    ),
    _values(
        ValueSection.SCHEMAS,
        "Schemas",
        Shape.TEXT,
        "The second part of table names. CATALOG.SCHEMA is for that catalog only.",
        "sales_dev",
    ),
    _values(
        ValueSection.PARAMETERS,
        "Parameters",
        Shape.RULES,
        "Parameters, environment variables and Spark settings, by name.",
        "env",
    ),
    _values(
        ValueSection.EMAILS,
        "E-mail addresses",
        Shape.EMAIL,
        "Who is notified here. “default” is for every address that has no entry.",
        "ana@dev.example",
    ),
    _values(
        ValueSection.GIT_BRANCHES, "Git branches", Shape.TEXT, "Branches of Git sources.", "develop"
    ),
    _values(
        ValueSection.GIT_URLS,
        "Git URLs",
        Shape.TEXT,
        "Repositories of Git sources.",
        "https://git.example/dev.git",
    ),
    _values(
        ValueSection.NODE_TYPES,
        "Node types",
        Shape.TEXT,
        "Node types of job clusters.",
        "Standard_DS3_v2",
    ),
    _values(ValueSection.ZONES, "Zones", Shape.TEXT, "Availability zones.", "us-east-1a"),
    _values(
        ValueSection.TAGS,
        "Tags",
        Shape.RULES,
        "Tags of jobs and of job clusters, by key.",
        "environment",
    ),
    _values(
        ValueSection.FIELDS,
        "Fields",
        Shape.FIELDS,
        "Any other field, by its path as the page shows it. [*] is every element.",
        "job_clusters[*].new_cluster.autoscale.max_workers",
    ),
    MappingSection(
        f"{JOBS}.include",
        _OTHERS,
        "Included jobs",
        Shape.PATTERN,
        "Only these jobs belong here; all, if there is no entry. A name with *, or tag:KEY=VALUE, "
        "creator:NAME, folder:NAME.",
        "sales*",
    ),
    MappingSection(
        f"{JOBS}.exclude",
        _OTHERS,
        "Excluded jobs",
        Shape.PATTERN,
        "These jobs do not belong here. A name with *, or tag:KEY=VALUE, creator:NAME, "
        "folder:NAME.",
        "tmp*",
    ),
    MappingSection(
        PAUSE_SECTION,
        _OTHERS,
        "Schedules",
        Shape.POLICY,
        "Whether an imported job’s schedule or trigger is active.",
    ),
    MappingSection(
        PERMISSIONS,
        _OTHERS,
        "Permissions",
        Shape.SHOWN,
        "Who may see, run and manage the jobs: “ignore”, “new_jobs” with a list, or “from_git”. "
        "Edit it as text.",
    ),
)
