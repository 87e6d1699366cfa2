"""Rows, outcomes and entries are read as values; only their own readers know the keys."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import app
from core.jobsettings.facts import JobFacts
from core.operations.grid_row import GridRow, RecordedRow
from core.operations.outcome import Outcome
from core.reporting.report import ReportRow, RowDetails
from core.state.history import HistoryEntry

ROOT = Path(app.__file__).parent
KEPT = (GridRow, JobFacts, RecordedRow, Outcome, ReportRow, RowDetails, HistoryEntry)
# Requests of the browser have these as well.
KEYS = {field.name for kept in KEPT for field in fields(kept)} - {"kind", "pause"}
ROOMS = ("core/operations", "core/state", "core/reporting", "web", "callbacks", "components")
OTHERS = {
    ROOT / "core" / "state" / "ledger.py",  # reads documents of its own
    ROOT / "web" / "dispatch.py",  # reads what browsers send
}
SOURCES = sorted(
    {path for room in ROOMS for path in (ROOT / room).glob("*.py")} - OTHERS
    | {ROOT / "cli.py", ROOT / "app.py"}
)


def keys_read(tree: ast.AST) -> Iterator[str]:
    """Yield every key that is read by its name: `row["job"]` and `row.get("job")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                yield key
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(key)), *_]):
                yield key


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_key_of_what_is_kept_is_read_by_its_name(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not KEYS & set(keys_read(tree))


def test_the_check_itself_finds_what_is_read_by_its_name():
    tree = ast.parse('row["job"], outcome.get("counts", {})')
    assert set(keys_read(tree)) == {"job", "counts"}
