"""A report as Markdown for a pull request: what matters first, within the providers' limit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from core.planning.statuses import RowStatus
from core.reporting.markdown_text import code, length, prose, table_row
from core.reporting.pending import is_pending
from core.reporting.report import Report, ReportRow
from core.reporting.summary_rows import change_cells, error_cells, name_cells
from core.reporting.summary_words import (
    DONE,
    FIELD_HEADS,
    TITLES,
    label_of,
    list_counts,
    rank_of,
    verdict,
)

DEFAULT_LIMIT = 60_000
"""In characters. GitHub takes 65,536 in a comment, Azure DevOps 150,000, GitLab 1,000,000."""

SMALLEST_LIMIT = 4_000
_LONGEST_NAME = 120  # characters
_OPEN_ROWS = 30  # more are folded
_SHARES = 8  # of the limit, one is kept for each section that follows
_ROOM_FOR_FRAME = 400  # characters: a title, what folds a table, and what is said of missing rows
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class _Section:
    """A table or a list. `head` is that of the table, `rows` are its `total` lines.

    `elsewhere` says where all of them are.
    """

    title: str
    head: str
    total: int
    rows: Iterable[str]
    elsewhere: str


def summary_text(
    report: Report, *, workspace: str = "", limit: int = DEFAULT_LIMIT, csv_name: str = ""
) -> str:
    """Return the report as Markdown.

    Args:
        workspace: its name, for the title; empty for none.
        limit: the most characters, at least SMALLEST_LIMIT. Whole rows are left out, and a
            sentence says how many, and where they are.
        csv_name: name of the file that has all rows; empty for none.
    """
    text = _head(report, workspace)
    sections = [section for section in _sections(report, csv_name) if section.total]
    for index, section in enumerate(sections):
        kept = (len(sections) - index - 1) * (limit // _SHARES)
        text += _fitted(section, limit - kept - length(text))
    return text


def _head(report: Report, workspace: str) -> str:
    title, where = TITLES.get(report.operation, (report.operation, "in"))
    name = f" {where} {prose(workspace, _LONGEST_NAME)}" if workspace else ""
    counts = "".join(
        table_row((label, f"{count:,}", meaning)) for label, count, meaning in list_counts(report)
    )
    table = f"\n| | Count | |\n|:--|--:|:--|\n{counts}" if counts else ""
    return f"## Job Sync: {title}{name}\n\n{verdict(report)}\n{table}"


def _sections(report: Report, csv_name: str) -> Iterator[_Section]:
    """Yield what is read first before the rest; some are empty."""
    in_csv = (
        f"{code(csv_name)} has all of them."
        if csv_name
        else ("`--csv FILE` or `--json` writes all of them.")
    )
    in_json = "`--json` writes all of them."
    errors = [row for row in report.rows if row.status == RowStatus.ERROR]
    shown = [row for row in report.rows if _is_shown(report.operation, row)]
    changes = sorted(shown, key=lambda row: rank_of(label_of(report.operation, row)))
    notes = _Section(
        "What went wrong" if report.has_failed else "Notes",
        "",
        len(report.issues),
        (f"- {prose(str(issue), 1000)}\n" for issue in report.issues),
        in_json,
    )
    heads = "", FIELD_HEADS.get(report.operation, "Fields"), "Notes"
    to_cells = partial(change_cells, report.operation)
    name_heads = "Name", "Needed by", "Add to the mapping file"
    tables = (
        _table("Errors", ("Job or file", "What is wrong"), errors, error_cells, in_csv),
        _table("Names to map", name_heads, report.unmapped, name_cells, in_json),
        _table("Changes", ("Job", *heads), changes, to_cells, in_csv),
    )
    yield from (notes, *tables) if report.has_failed else (*tables, notes)


def _table(
    title: str,
    heads: Sequence[str],
    items: Sequence[One],
    to_cells: Callable[[One], Sequence[str]],
    elsewhere: str,
) -> _Section:
    head = table_row(heads) + table_row([":--"] * len(heads))
    return _Section(title, head, len(items), (table_row(to_cells(one)) for one in items), elsewhere)


def _is_shown(operation: str, row: ReportRow) -> bool:
    """Whether a row without an error is listed, beside being counted."""
    if row.status == RowStatus.ERROR:
        return False
    return row.result in DONE or is_pending(operation, row) or bool(row.risks)


def _fitted(section: _Section, room: int) -> str:
    """Return a section with as many of its rows as there is room for."""
    room -= length(section.head) + _ROOM_FOR_FRAME
    rows: list[str] = []
    for row in section.rows:
        room -= length(row)
        if room < 0:
            break
        rows.append(row)
    text = f"\n### {section.title}\n\n"
    if rows:
        text += _folded(f"{section.head}{''.join(rows)}", len(rows), section.total)
    left = section.total - len(rows)
    if left:
        missing = f"{left:,} of {section.total:,} {'is' if left == 1 else 'are'} not shown:"
        text += f"\n**{missing}** a comment has no room for more. {section.elsewhere}\n"
    return text


def _folded(body: str, shown: int, total: int) -> str:
    if shown <= _OPEN_ROWS:
        return body
    count = f"{shown:,} of {total:,}" if shown < total else f"all {total:,}"
    return f"<details>\n<summary>Show {count}</summary>\n\n{body}\n</details>\n"
