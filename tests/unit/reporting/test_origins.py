"""What rows say of changes that were made here."""

from dataclasses import replace

import pytest

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.planning.drift import Drift
from core.planning.import_rows import Blocked, Changed, Deleted, New
from core.planning.moves import Former, Moves
from core.ports import LiveJob
from core.reporting.origins import explain_unselected
from core.reporting.rows import drift_row, import_row
from core.state.written import Stamp
from tests.builders import job

JOB = LiveJob.pack(1, job("a"), "ana", "ana", complete=True)
FILE = DefinitionFile("a.json", Definition.pack("a", 1, "ana", job("a")), b"")
SINCE = Stamp(1_699_999_320, "ana@prod.example", "import")
WHEN = "since the import of 2023-11-14 22:02 UTC by ana@prod.example"
HERE, GIT, BOTH = Origin.HERE, Origin.GIT, Origin.BOTH
TIMEOUT = FieldChange("timeout_seconds", 600, 300, HERE)


def changed(*changes: FieldChange, since: Stamp | None = SINCE) -> Changed:
    return Changed.pack("a", FILE, JOB, job("a"), job("a"), changes, since=since)


def new(former: Former | None) -> New:
    return New.pack("a", FILE, job("a"), former=former)


def test_a_drifted_row_says_what_would_be_lost_and_since_when() -> None:
    row = import_row(changed(TIMEOUT))
    assert row.message == f"Importing loses: timeout_seconds 600 → 300, changed here {WHEN}."
    assert row.origin is HERE


def test_changes_in_git_lose_nothing() -> None:
    assert import_row(changed(replace(TIMEOUT, origin=GIT))).message == ""
    assert import_row(changed(TIMEOUT, since=None)).message == ""


def test_a_field_changed_in_both_is_marked() -> None:
    message = import_row(changed(replace(TIMEOUT, origin=BOTH))).message
    assert message.endswith(f"changed here {WHEN}. Changed in Git as well: timeout_seconds.")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("adopt", "since the adoption of 2023"),
        ("restore", "since the restore of 2023"),
        ("take", "since it was taken into Git on 2023"),
        ("beamed", "since it was written on 2023"),
    ],
)
def test_each_operation_has_its_words(operation: str, words: str) -> None:
    row = changed(TIMEOUT, since=replace(SINCE, operation=operation, by=""))
    assert words in import_row(row).message
    assert import_row(row).message.endswith("UTC.")


def test_what_is_lost_is_short_and_holds_no_secret() -> None:
    many = [FieldChange(f"tags.t{number}", "x" * 100, None, HERE) for number in range(5)]
    secret = FieldChange("parameters[api_password].default", "s3cret", "t0ken", HERE)
    message = import_row(changed(secret, *many)).message
    assert "s3cret" not in message
    assert "t0ken" not in message
    assert "→ nothing and 3 more, changed here" in message
    assert "x" * 61 not in message


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (changed(TIMEOUT), "changed here only"),
        (changed(replace(TIMEOUT, origin=BOTH)), "changed here and in Git"),
        (new(Former(7, SINCE)), "deleted here"),
        (new(Former(7, SINCE, "b")), "renamed here"),
    ],
)
def test_a_row_that_nobody_chose_says_why_it_is_left_alone(row: Changed | New, why: str) -> None:
    assert not row.is_preselected
    assert explain_unselected(row).startswith(
        f"Not selected: {why}; choose it to import it. {'Was' if isinstance(row, New) else 'Imp'}"
    )


def test_a_job_that_was_here_is_said_to_have_been() -> None:
    gone, renamed = import_row(new(Former(7, SINCE))), import_row(new(Former(7, SINCE, "b")))
    start = (
        "Will be created. Was imported as job 7 and has been deleted here. Only workspace admins"
    )
    assert gone.message.startswith(start)
    assert "Was imported as job 7, which is named “b” here now." in renamed.message
    assert (gone.origin, import_row(new(None)).origin) == (HERE, "")


def test_a_job_without_a_usable_definition_says_what_was_changed_here() -> None:
    moves = Moves((FieldChange("timeout_seconds", 600, 300),), SINCE)
    message = f"Changed here {WHEN}: timeout_seconds 300 → 600."
    deleted = Deleted("a", JOB, (), moves=moves)
    blocked = Blocked("a", "a.json", (Issue("No."),), None, JOB, moves=moves)
    for row in (deleted, blocked):
        shown = drift_row(row, Drift.MOVED)
        assert shown.message.endswith(message)
        [change] = shown.changes
        assert (change.current, change.desired, change.origin) == (600, 300, HERE)
        assert import_row(row).changes == ()
    assert import_row(replace(deleted, moves=Moves((), SINCE))).origin is GIT


def test_what_cannot_be_said_is_said() -> None:
    unknown = "Whether it was changed here is unknown."
    assert drift_row(changed(replace(TIMEOUT, origin=Origin.UNKNOWN)), Drift.UNKNOWN).message == (
        unknown
    )
    blocked = drift_row(Blocked("a", "a.json", (Issue("No."),)), Drift.UNKNOWN)
    assert (blocked.message, blocked.changes) == (unknown, ())
    assert drift_row(new(None), Drift.MOVED).changes == ()
