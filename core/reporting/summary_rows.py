"""The cells of a summary's tables, as Markdown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.jobsettings.secrets import mask_sides
from core.mapping.unmapped import UnmappedName
from core.reporting.markdown_text import code, prose
from core.reporting.report import ReportRow
from core.reporting.summary_words import DONE, label_of

_MOST_FIELDS = 6
_NOTHING = "nothing"
_MOST_ISSUES = 5
_MOST_JOBS = 3
_VALUE, _LINE = 60, 200  # characters
_ORIGINS: Mapping[Origin, str] = {
    Origin.HERE: " (changed in the workspace)",
    Origin.BOTH: " (changed in both)",
}


def error_cells(row: ReportRow) -> Sequence[str]:
    """Return of a row in error which job it is, in which file, and what is wrong."""
    names = filter(None, (code(row.job_name), code(row.file_name)))
    issues = [
        prose(issue.message if issue.path == row.file_name else str(issue)) for issue in row.issues
    ]
    return " in ".join(names), _lines([*issues, prose(row.message), *_risks(row)], _MOST_ISSUES)


def change_cells(operation: str, row: ReportRow) -> Sequence[str]:
    """Return of a row which job it is, what becomes of it, what differs, and what to look at.

    What an import left alone has no fields: they would read as if it had changed them.
    """
    name = code(row.job_name) or code(row.file_name)
    changes = row.changes if operation != "import" or row.result in DONE else ()
    fields = _lines(map(_field, changes), _MOST_FIELDS)
    return name, label_of(operation, row), fields, _lines([prose(row.message), *_risks(row)])


def name_cells(name: UnmappedName) -> Sequence[str]:
    """Return of a name that is not mapped which it is, who needs it, and what to add where."""
    jobs = [code(job) for job in name.jobs[:_MOST_JOBS]]
    more = len(name.jobs) - _MOST_JOBS
    needed_by = ", ".join(jobs) + (f" and {more:,} more" if more > 0 else "")
    line = f"{code(name.line, _LINE)} to {code(name.section)}" if name.line else ""
    return f"{prose(name.noun)} {code(name.name)}", needed_by, line


def _risks(row: ReportRow) -> Sequence[str]:
    return [f"⚠️ {prose(risk.message)}" for risk in row.risks]


def _lines(texts: Iterable[str], most: int = 20) -> str:
    shown = [text for text in texts if text]
    more = [f"and {len(shown) - most:,} more"] if len(shown) > most else []
    return "<br>".join([*shown[:most], *more])


def _field(change: FieldChange) -> str:
    sides = mask_sides(change.path, change.current, change.desired)
    current, desired = map(_value, sides)
    return f"{code(change.path)}: {current} → {desired}{_ORIGINS.get(change.origin, '')}"


def _value(side: Any) -> str:
    return _NOTHING if side is None else code(json.dumps(side, ensure_ascii=False), _VALUE)
