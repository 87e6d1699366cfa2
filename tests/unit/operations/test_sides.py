"""Both sides of a planned row."""

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.json_text import Packed
from core.operations.sides import Sides, sides_of
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Excluded,
    New,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.ports import LiveJob
from tests.builders import job

HERE, GIT = job("load", timeout_seconds=1), job("load", timeout_seconds=2)
LIVE = LiveJob.pack(2**53 + 1, HERE, "ana@dev.example", "bo@dev.example", complete=True)
DEFINITION = Definition.pack("load", 7, "cy@dev.example", GIT)
FILE = DefinitionFile("load.json", DEFINITION, b"")
EXPORTED = Definition.pack("load", LIVE.job_id, "bo@dev.example", HERE)
EQUAL_HERE = Sides(Packed(HERE), None, LIVE.job_id, "bo@dev.example")


@pytest.mark.parametrize(
    ("row", "sides"),
    [
        (New.pack("load", FILE, GIT), Sides(desired=Packed(GIT))),
        (
            Changed.pack("load", FILE, LIVE, GIT, HERE, ()),
            Sides(Packed(HERE), Packed(GIT), job_id=LIVE.job_id),
        ),
        (Unchanged("load", FILE, LIVE, True), EQUAL_HERE),
        (Unmanaged("load", LIVE, "note"), EQUAL_HERE),
        (Skipped("load", LIVE, "reason", None), EQUAL_HERE),
        (Excluded("load", LIVE, FILE, "reason"), EQUAL_HERE),
        (Excluded("load", None, FILE, "reason"), Sides(Packed(GIT), None, None, "cy@dev.example")),
        (Excluded("load", None, None, "reason"), Sides()),
        (
            Deleted("load", LIVE, ()),
            Sides(Packed(HERE), None, LIVE.job_id, "bo@dev.example"),
        ),
        (Blocked("load", "load.json", (Issue("x"),)), Sides()),
        (
            Blocked("load", "load.json", (Issue("x"),), FILE.definition, LIVE),
            Sides(Packed(GIT), Packed(GIT), LIVE.job_id, "cy@dev.example"),
        ),
        (
            Blocked("load", "", (Issue("x"),), job=LIVE),
            Sides(Packed(HERE), Packed(HERE), LIVE.job_id, "bo@dev.example"),
        ),
        (SkippedJob("load", "reason", LIVE), EQUAL_HERE),
        (
            NewFile("load", "load.json", LIVE, EXPORTED),
            Sides(None, Packed(HERE), LIVE.job_id, "bo@dev.example"),
        ),
        (
            ChangedFile("load", FILE, LIVE, EXPORTED, ()),
            Sides(Packed(GIT), Packed(HERE), LIVE.job_id, "bo@dev.example"),
        ),
        (UnchangedFile("load", FILE, LIVE), EQUAL_HERE),
        (
            DeletedFile("load", FILE),
            Sides(Packed(GIT), None, None, "cy@dev.example"),
        ),
        (
            ForeignFile("load", FILE, "note"),
            Sides(Packed(GIT), None, None, "cy@dev.example"),
        ),
        (SkippedJob("load", "reason"), Sides()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_row_has_what_is_replaced_and_what_replaces_it(row, sides):
    assert sides_of(row) == sides
