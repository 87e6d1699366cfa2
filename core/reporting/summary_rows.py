"""The cells of a summary's tables, as Markdown."""

import json
from collections.abc import Mapping, Sequence

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.jobsettings.secrets import mask_sides
from core.mapping.unmapped import UnmappedName
from core.reporting.markdown_text import code, prose
from core.reporting.report import ReportRow
from core.reporting.summary_words import word_of

_MOST_FIELDS = 6
_MOST_JOBS = 3
_VALUE = 60  # characters
_ORIGINS: Mapping[Origin, str] = {Origin.HERE: " · changed here", Origin.BOTH: " · changed in both"}


def error_cells(row: ReportRow) -> Sequence[str]:
    """Return job and problem of a row in error."""
    issues = "<br>".join(prose(str(issue)) for issue in row.issues)
    return _name_of(row), "<br>".join(filter(None, (issues, prose(row.message_with_risks))))


def change_cells(row: ReportRow) -> Sequence[str]:
    """Return job, word, fields and notes of a row."""
    fields = [_field(change) for change in row.changes[:_MOST_FIELDS]]
    more = len(row.changes) - _MOST_FIELDS
    if more > 0:
        fields.append(f"and {more:,} more")
    notes = [prose(row.message), *(f"⚠️ {prose(risk.message)}" for risk in row.risks)]
    return _name_of(row), word_of(row), "<br>".join(fields), "<br>".join(filter(None, notes))


def name_cells(name: UnmappedName) -> Sequence[str]:
    """Return name, the jobs that need it, and the line to add, of a name that is not mapped."""
    jobs = [code(job) for job in name.jobs[:_MOST_JOBS]]
    more = len(name.jobs) - _MOST_JOBS
    if more > 0:
        jobs.append(f"and {more:,} more")
    line = f"{code(name.section)}: {code(name.line, 200)}" if name.line else ""
    return f"{prose(name.noun)} {code(name.name)}", ", ".join(jobs), line


def _name_of(row: ReportRow) -> str:
    return code(row.job_name) or code(row.file_name)


def _field(change: FieldChange) -> str:
    sides = mask_sides(change.path, change.current, change.desired)
    current, desired = (code(json.dumps(side, ensure_ascii=False), _VALUE) for side in sides)
    origin = _ORIGINS.get(change.origin, "")
    if change.current is None:
        return f"{code(change.path)} added: {desired}{origin}"
    if change.desired is None:
        return f"{code(change.path)} removed: {current}{origin}"
    return f"{code(change.path)}: {current} → {desired}{origin}"
