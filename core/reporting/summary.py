"""A report as Markdown for a pull request: what matters first, within the providers' limit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.planning.statuses import WRITTEN, RowStatus
from core.reporting.markdown_text import code, length, prose, table_row
from core.reporting.report import Report, ReportRow
from core.reporting.summary_rows import change_cells, error_cells, name_cells
from core.reporting.summary_words import HEADS, TITLES, list_counts, verdict

DEFAULT_LIMIT = 60_000
"""In characters. GitHub takes 65,536 in a comment, Azure DevOps 150,000, GitLab 1,000,000."""

SMALLEST_LIMIT = 4_000
_OPEN_ROWS = 30  # more are folded
_SHARES = 8  # of the limit, one is kept for each section that follows
_ROOM_FOR_SENTENCE = 400
_ORDER = (
    *(RowStatus.NEW, RowStatus.RENAMED, RowStatus.CHANGED, RowStatus.DELETED),
    *(RowStatus.UNMANAGED, RowStatus.UNCHANGED, RowStatus.SKIPPED, RowStatus.EXCLUDED),
)
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class _Section:
    """A table or a list. `head` is that of the table, `rows` are its `total` lines."""

    title: str
    head: str
    total: int
    rows: Iterable[str]


def summary_text(report: Report, *, limit: int = DEFAULT_LIMIT, everything: str = "") -> str:
    """Return the report as Markdown.

    The first line is a comment that nobody sees, by which a later run finds its own summary.

    Args:
        limit: the most characters, at least SMALLEST_LIMIT. Whole rows are left out, and a
            sentence says how many.
        everything: name of a file that has all rows; empty for none.
    """
    text = f"<!-- job-sync: {report.operation} -->\n{_head(report)}"
    sections = [section for section in _sections(report) if section.total]
    for index, section in enumerate(sections):
        kept = (len(sections) - index - 1) * (limit // _SHARES)
        text += _fitted(section, limit - kept - length(text), everything)
    return text


def _head(report: Report) -> str:
    title = TITLES.get(report.operation, report.operation)
    counts = "".join(
        table_row((label, f"{count:,}", meaning)) for label, count, meaning in list_counts(report)
    )
    table = f"\n| | Count | |\n|:--|--:|:--|\n{counts}" if counts else ""
    return f"## Job Sync: {title}\n\n{verdict(report)}\n{table}"


def _sections(report: Report) -> Iterator[_Section]:
    errors = [row for row in report.rows if row.status == RowStatus.ERROR]
    shown = [row for row in report.rows if _is_shown(report.operation, row)]
    changes = sorted(shown, key=lambda row: _ORDER.index(RowStatus(row.status)))
    issues = _Section(
        "What went wrong" if report.has_failed else "Also reported",
        "",
        len(report.issues),
        (f"- {prose(str(issue), 1000)}\n" for issue in report.issues),
    )
    if report.has_failed:
        yield issues
    yield _table("Errors", ("Job or file", "What is wrong"), errors, error_cells)
    heads = "Name", "Needed by", "Add to the mapping file"
    yield _table("Names to map", heads, report.unmapped, name_cells)
    heads_of_changes = "Job", "", HEADS.get(report.operation, "Fields"), "Notes"
    yield _table("Changes", heads_of_changes, changes, change_cells)
    if not report.has_failed:
        yield issues


def _table(
    title: str,
    heads: Sequence[str],
    items: Sequence[One],
    cells: Callable[[One], Sequence[str]],
) -> _Section:
    head = table_row(heads) + table_row(["---"] * len(heads))
    return _Section(title, head, len(items), (table_row(cells(item)) for item in items))


def _is_shown(operation: str, row: ReportRow) -> bool:
    if row.status == RowStatus.ERROR:
        return False
    return operation == "drift" or row.status in WRITTEN or bool(row.risks)


def _fitted(section: _Section, room: int, everything: str) -> str:
    """Return a section with as many of its rows as there is room for."""
    room -= length(section.title) + length(section.head) + _ROOM_FOR_SENTENCE
    rows: list[str] = []
    for row in section.rows:
        room -= length(row)
        if room < 0:
            break
        rows.append(row)
    body = f"{section.head}{''.join(rows)}" if rows else ""
    if len(rows) > _OPEN_ROWS:
        shown = (
            f"{len(rows):,}"
            if len(rows) == section.total
            else (f"{len(rows):,} of {section.total:,}")
        )
        body = f"<details>\n<summary>Show {shown}</summary>\n\n{body}\n</details>\n"
    left = section.total - len(rows)
    sentence = f"\n{_left_out(left, section.total, everything)}\n" if left else ""
    return f"\n### {section.title}\n\n{body}{sentence}"


def _left_out(left: int, total: int, everything: str) -> str:
    where = (
        f"All are in {code(everything)}."
        if everything
        else ("Run the command with `--csv` or `--json` for all of them.")
    )
    return f"**{left:,} of {total:,} are not shown:** a comment has room for no more. {where}"
