"""When the jobs of a plan start by themselves, as it is kept."""

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import InvalidJsonError
from core.jobsettings.starts import Starts
from core.json_text import Packed
from core.operations.row_starts import RowStarts, read_starts, row_starts, starts_document
from core.operations.sides import sides_of
from core.planning.export_rows import DeletedFile, NewFile, UnchangedFile
from core.planning.import_rows import Blocked, Changed, Deleted, Excluded, New, Unchanged
from core.ports import LiveJob
from tests.builders import job


def scheduled(expression, **fields):
    schedule = {"quartz_cron_expression": expression, "timezone_id": "UTC", **fields}
    return job("load", schedule=schedule)


HERE, GIT = scheduled("0 0 1 * * ?"), scheduled("0 0 2 * * ?")
AT_ONE, AT_TWO = Starts((("0 0 1 * * ?", "UTC"),)), Starts((("0 0 2 * * ?", "UTC"),))
LIVE = LiveJob.pack(1, HERE, "", "", complete=True)
FILE = DefinitionFile("load.json", Definition.pack("load", 1, "", GIT), b"")


@pytest.mark.parametrize(
    ("planned", "before", "after"),
    [
        (New.pack("load", FILE, GIT), Starts(), AT_TWO),
        (Changed.pack("load", FILE, LIVE, GIT, HERE, ()), AT_ONE, AT_TWO),
        (Unchanged("load", FILE, LIVE, True), AT_ONE, AT_ONE),
        (Deleted("load", LIVE, ()), AT_ONE, AT_ONE),
        (NewFile("load", "load.json", LIVE, FILE.definition), AT_TWO, AT_TWO),
        (UnchangedFile("load", FILE, LIVE), AT_ONE, AT_ONE),
        (DeletedFile("load", FILE), Starts(), Starts()),
        (Blocked("load", "load.json", (), FILE.definition), Starts(), Starts()),
        (Blocked("load", "load.json", (), FILE.definition, LIVE), AT_ONE, AT_ONE),
        (Excluded("load", None, FILE, "x"), Starts(), Starts()),
        (Excluded("load", LIVE, FILE, "x"), AT_ONE, AT_ONE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_row_says_what_starts_its_job_before_and_after(planned, before, after):
    assert row_starts(planned, sides_of(planned).unpack()) == RowStarts(before, after)


def test_what_is_kept_is_read_and_what_never_starts_takes_no_room():
    rows = {"0": RowStarts(AT_ONE, Starts(untimed=2, paused=1)), "1": RowStarts()}
    assert read_starts(starts_document(rows)) == {"0": rows["0"]}
    assert read_starts(None) == {}


@pytest.mark.parametrize(
    "damaged",
    [
        3,
        [1],
        {"0": 1},
        {"0": [[[], 0, 0]]},
        {"0": [[[[1, 2]], 0, 0], [[], 0, 0]]},
        {"0": [[[], "x", 0], [[], 0, 0]]},
        {"0": [[[["a"]], 0, 0], [[], 0, 0]]},
    ],
)
def test_what_is_damaged_is_said_to_be(damaged):
    with pytest.raises(InvalidJsonError):
        read_starts(Packed(damaged).content)
    with pytest.raises(InvalidJsonError):
        read_starts(b"\0")
