"""Which side a difference is put down to."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparing.diff import FieldChange
from core.comparing.filled_in import read_answer
from core.comparing.origin import Origin
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents
from core.errors import Issue
from core.jobsettings.kinds import Kind
from core.jobsettings.places import is_within, meets_any
from core.json_text import JobSettings, Packed
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.planning.drift import Drift, find_drift
from core.planning.forms import Form, make_file_form, make_live_form
from core.planning.import_plan import Plan, Situation, plan_import
from core.planning.import_rows import Changed, Deleted, New, Unchanged
from core.planning.third_side import ThirdSide, mark_origins
from core.ports import LiveJob, NamedResource
from core.state.ledger import ImportedJob, ImportedLedger
from core.state.written import Stamp, Written, WrittenJob, print_of
from tests.builders import job, notebook_task, run_job_task

STAMP = Stamp(1_700_000_000, "ana@prod.example", "import")
SCHEDULE = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}
ADMIN = {"user_name": "ana"}


def live(settings: JobSettings, job_id: int = 1, *, run_as: str = "ana") -> LiveJob:
    return LiveJob.pack(job_id, settings, "ana", run_as, complete=True)


def listed(settings: JobSettings, *, truncated: bool = False) -> LiveJob:
    return LiveJob.pack(1, settings, "ana", "ana", complete=False, truncated=truncated)


def file(settings: JobSettings, source: int | None = 9) -> DefinitionFile:
    name = settings["name"]
    return DefinitionFile(f"{name}.json", Definition.pack(name, source, "ana", settings), b"")


def wrote(settings: JobSettings, stamp: Stamp = STAMP) -> WrittenJob:
    packed = Packed({**settings, "run_as": settings.get("run_as", ADMIN)})
    return WrittenJob(settings["name"], stamp, packed)


def plan(
    git: list[JobSettings], here: list[LiveJob], base: Mapping[int, WrittenJob], **fields: Any
) -> Plan:
    members = [NamedResource(str(one.job_id), one.name) for one in here]
    known = {job_id: ImportedJob(one.job_name, 9) for job_id, one in base.items()}
    situation = Situation(
        contents=GitContents("/f", tuple(map(file, git)), ()),
        desired=lambda file: make_file_form(file.definition),
        live=tuple(here),
        ledger=ImportedLedger(known),
        book=NameBook("42", {Kind.JOB: members}),
        sees_all_jobs=True,
        filled_in={job_id: frozenset[str]() for job_id in base},
        written=Written(base),
    )
    return plan_import(replace(situation, **fields))


def origins(
    git: JobSettings, here: JobSettings, base: JobSettings, **fields: Any
) -> dict[str, str]:
    result = plan([git], [live(here)], {1: wrote(base)}, **fields)
    [row] = result.rows
    assert isinstance(row, Changed), row
    return {change.path: change.origin for change in row.changes}


# Independent places of a job, and what may be there: None for nothing.
SLOTS: Mapping[str, tuple[Any, ...]] = {
    "timeout_seconds": (None, 60, 600),
    "max_concurrent_runs": (None, 2, 3),
    "description": (None, "a", "b"),
    "tags.team": (None, "x", "y"),
    'tags["a.b[c]"]': (None, "x", "y"),
    "schedule": (None, SCHEDULE, {**SCHEDULE, "timezone_id": "Europe/Rome"}),
    "run_as": ({"user_name": "bo"}, {"service_principal_name": "s"}, ADMIN),
    "tasks[main].max_retries": (None, 1, 2),
    "tasks[main].notebook_task.base_parameters.day": (None, "1", "2"),
    "tasks[more]": (None, {"max_retries": 1}, {"max_retries": 2}),
    "parameters[p].default": (None, "1", "2"),
    "email_notifications.on_failure": (None, ["a@x"], ["b@x"]),
}


def build(values: Mapping[str, Any]) -> JobSettings:
    chosen = {path: deepcopy(SLOTS[path][at]) for path, at in values.items()}
    main = notebook_task("main")
    tags = {"kept": "1", "team": chosen["tags.team"], "a.b[c]": chosen['tags["a.b[c]"]']}
    main["max_retries"] = chosen["tasks[main].max_retries"]
    day = chosen["tasks[main].notebook_task.base_parameters.day"]
    main["notebook_task"]["base_parameters"] = {"kept": "1", "day": day}
    more = chosen["tasks[more]"]
    settings = job(
        "load",
        timeout_seconds=chosen["timeout_seconds"],
        max_concurrent_runs=chosen["max_concurrent_runs"],
        description=chosen["description"],
        tags=tags,
        schedule=chosen["schedule"],
        run_as=chosen["run_as"],
        tasks=[main, *([{**notebook_task("more"), **more}] if more else [])],
        email_notifications={
            "on_start": ["a@x"],
            "on_failure": chosen["email_notifications.on_failure"],
        },
        parameters=[{"name": "p", "default": chosen["parameters[p].default"]}],
    )
    return {key: value for key, value in settings.items() if value is not None}


_VALUES = st.fixed_dictionaries({path: st.integers(0, 2) for path in SLOTS})
_EDITS = st.dictionaries(st.sampled_from(list(SLOTS)), st.integers(0, 2), max_size=5)


@given(_VALUES, _EDITS, _EDITS)
def test_each_difference_is_put_down_to_the_side_that_was_edited(
    base: dict[str, int], in_git: dict[str, int], here: dict[str, int]
) -> None:
    git, now = {**base, **in_git}, {**base, **here}
    [row] = plan([build(git)], [live(build(now))], {1: wrote(build(base))}).rows
    found = {change.path: change.origin for change in getattr(row, "changes", ())}
    for path in SLOTS:
        there = {origin for one, origin in found.items() if is_within(one, path)}
        expected = {
            (True, True, False): {Origin.BOTH},
            (True, False, False): {Origin.HERE},
            (False, True, False): {Origin.GIT},
        }.get((now[path] != base[path], git[path] != base[path], now[path] == git[path]), set())
        is_whole = there == expected  # one of the two fields of an identity may be one side's
        assert is_whole or (path == "run_as" and expected < there), path
    assert all(any(is_within(one, path) for path in SLOTS) for one in found)
    if isinstance(row, Changed):
        is_lost = Origin.BOTH in found.values() or set(found.values()) == {Origin.HERE}
        assert row.is_preselected is not is_lost


_PATHS = st.lists(
    st.sampled_from(["a", "a.b", "a.b[c]", "a.bc", "ab", 'a["x.y"]', 'a["x"]', "t[k].z"])
)


@given(_PATHS, _PATHS, _PATHS)
def test_places_meet_as_written_paths_do(paths: list[str], here: list[str], git: list[str]) -> None:
    changes = [FieldChange(path, 1, 2) for path in paths]
    for change in mark_origins(changes, here, git):
        known = meets_any(change.path, here), meets_any(change.path, git)
        assert (
            change.origin
            == {
                (False, False): "",
                (True, False): "here",
                (False, True): "git",
                (True, True): "both",
            }[known]
        )


LOAD = job("load", timeout_seconds=300)


def test_without_a_base_nobody_knows() -> None:
    for base in (
        {},
        {1: WrittenJob("load", STAMP, Packed.from_text("{"))},
        {2: wrote(job("other"))},
    ):
        [row] = plan([LOAD], [live(job("load"))], base).rows
        assert isinstance(row, Changed)
        assert [one.origin for one in row.changes] == [""]
        assert (row.origin, row.is_preselected, row.since) == ("", True, None)


def test_a_job_changed_here_only_has_drifted() -> None:
    [row] = plan([LOAD], [live(job("load", timeout_seconds=600))], {1: wrote(LOAD)}).rows
    assert isinstance(row, Changed)
    assert (row.origin, row.is_preselected, row.since) == ("here", False, STAMP)


def test_different_fields_on_both_sides_are_both_and_may_be_imported() -> None:
    git = {**LOAD, "description": "new"}
    [row] = plan([git], [live(job("load", timeout_seconds=600))], {1: wrote(LOAD)}).rows
    assert isinstance(row, Changed)
    assert (row.origin, row.is_preselected) == ("both", True)


def test_the_same_change_on_both_sides_is_none() -> None:
    moved = job("load", timeout_seconds=600)
    result = plan([moved], [live(moved)], {1: wrote(LOAD)})
    assert isinstance(result.rows[0], Unchanged)
    assert not list(find_drift(result.rows, ImportedLedger(), Written({1: wrote(LOAD)})))


def test_a_job_renamed_here_has_drifted() -> None:
    [row] = plan([LOAD], [live({**LOAD, "name": "mine"})], {1: wrote(LOAD)}).rows
    assert isinstance(row, Changed)
    assert {one.path: one.origin for one in row.changes} == {"name": "here"}
    assert (row.status, row.is_preselected) == ("renamed", False)


def test_a_job_renamed_in_git_and_one_that_runs_it_have_not() -> None:
    main = job("main", tasks=[run_job_task("run", "__JOB__load__")])
    here = job("main", tasks=[run_job_task("run", 1)], description="old")
    git = job("main", tasks=[run_job_task("run", "__JOB__load 2__")])
    base = {1: wrote(LOAD), 2: wrote({**main, "description": "old"})}
    renamed = {**LOAD, "name": "load 2"}
    book = NameBook("42", {Kind.JOB: [NamedResource("1", "load 2"), NamedResource("2", "main")]})
    ledger = ImportedLedger({1: ImportedJob("load", 9), 2: ImportedJob("main", None)})
    files = GitContents("/f", (file(renamed), file(git, None)), ())
    result = plan([], [live(LOAD), live(here, 2)], base, book=book, ledger=ledger, contents=files)
    rows = [row for row in result.rows if isinstance(row, Changed)]
    assert {row.job_name: row.origin for row in rows} == {"load 2": "git", "main": "git"}


def test_a_name_that_changes_hands_is_a_change_in_git() -> None:
    """“main” ran job 1 by its name, which is that of job 3 now."""
    base = {2: wrote(job("main", tasks=[run_job_task("run", 1)]))}
    here = job("main", tasks=[run_job_task("run", 1)])
    git = job("main", tasks=[run_job_task("run", "__JOB__load__")])
    book = NameBook("42", {Kind.JOB: [NamedResource("1", "load"), NamedResource("2", "main")]})
    book.claim(Kind.JOB, NamedResource("3", "load"))
    ledger = ImportedLedger({2: ImportedJob("main", 9)})
    [row] = plan([git], [live(here, 2)], base, book=book, ledger=ledger).rows
    assert isinstance(row, Changed)
    assert row.origin == "git"


def test_a_cluster_renamed_here_has_not_moved_in_the_jobs_that_use_it() -> None:
    on = {"tasks": [notebook_task("main", existing_cluster_id="c-1")]}
    book = NameBook("42", {Kind.CLUSTER: [NamedResource("c-1", "renamed")]})
    third = ThirdSide(Written({1: wrote(job("load", **on))}), {1: frozenset()}, book)
    moves = third.find_moves(live(job("load", **on)))
    assert moves is not None
    assert moves.changes == ()


def test_a_base_that_does_not_say_who_runs_the_job_blames_nobody() -> None:
    base = {1: WrittenJob("load", STAMP, Packed(LOAD))}
    git = {**LOAD, "run_as": {"user_name": "bo"}}
    [row] = plan([git], [live(LOAD)], base).rows
    assert isinstance(row, Changed)
    assert row.origin == "git"


def test_who_runs_a_job_is_compared_as_well() -> None:
    assert origins(LOAD, {**LOAD, "run_as": {"user_name": "bo"}}, LOAD) == {
        "run_as.user_name": "here"
    }
    git = {**LOAD, "run_as": {"user_name": "bo"}}
    assert origins(git, LOAD, LOAD) == {"run_as.user_name": "git"}


def test_a_group_that_the_list_form_only_names_has_not_moved() -> None:
    base = {**LOAD, "run_as": {"group_name": "ana"}}
    third = ThirdSide(Written({1: wrote(base)}), {1: frozenset()}, NameBook("42", {}))
    moves = third.find_moves(listed(LOAD))
    assert moves is not None
    assert moves.changes == ()


def test_another_mapping_counts_as_a_change_in_git() -> None:
    mapped = Form({**LOAD, "run_as": ADMIN, "description": "mapped anew"})
    assert origins(LOAD, LOAD, LOAD, desired=lambda _file: mapped) == {"description": "git"}


@pytest.mark.parametrize("pause", [PausePolicy.KEEP_TARGET, PausePolicy.NEW_PAUSED])
@pytest.mark.parametrize("status", ["PAUSED", "UNPAUSED"])
def test_what_the_policy_leaves_to_this_workspace_has_not_moved(
    pause: PausePolicy, status: str
) -> None:
    git = job("load", schedule=SCHEDULE)
    base = job("load", schedule={**SCHEDULE, "pause_status": "PAUSED"})
    here = job("load", schedule={**SCHEDULE, "pause_status": status})
    [row] = plan([git], [live(here)], {1: wrote(base)}, pause=pause).rows
    assert isinstance(row, Unchanged)
    found = origins({**git, "description": "new"}, here, base, pause=pause)
    assert found == {"description": "git"}
    [deleted] = plan([], [live(here)], {1: wrote(base)}, pause=pause).rows
    assert isinstance(deleted, Deleted)
    assert deleted.origin == "git"


def test_a_job_paused_here_where_git_decides_has_drifted() -> None:
    base = job("load", schedule=SCHEDULE)
    here = job("load", schedule={**SCHEDULE, "pause_status": "PAUSED"})
    assert origins(base, here, base) == {"schedule.pause_status": "here"}


FILLED = {"aws_attributes": {"zone_id": "a"}, "node_type_id": "x"}


def on_cluster(**fields: Any) -> JobSettings:
    cluster = {"spark_version": "15.4.x-scala2.12", "num_workers": 1, **fields}
    return job("load", tasks=[notebook_task("main", new_cluster=cluster)])


def prints_of(here: JobSettings, written: JobSettings) -> frozenset[str]:
    current = make_live_form(live(here), NameBook("42", {})).settings
    return read_answer(current, {**written, "run_as": ADMIN}).prints


def test_what_the_workspace_filled_in_has_not_moved() -> None:
    base = on_cluster()
    seen = {1: prints_of(on_cluster(**FILLED), base)}
    git = {**base, "description": "new"}
    assert origins(git, on_cluster(**FILLED), base, filled_in=seen) == {"description": "git"}
    moved = on_cluster(**{**FILLED, "node_type_id": "y"})
    assert origins(base, moved, base, filled_in=seen) == {
        "tasks[main].new_cluster.node_type_id": "here"
    }


def test_what_nobody_could_look_at_after_an_import_is_put_down_to_nobody() -> None:
    base, here = on_cluster(), on_cluster(preload="x")
    path = "tasks[main].new_cluster.preload"
    assert origins(base, here, base, filled_in={}) == {path: ""}
    adopted = {1: wrote(base, replace(STAMP, operation="adopt"))}
    [row] = plan([base], [live(here)], adopted, filled_in={}).rows
    assert isinstance(row, Changed)
    assert row.origin == "here"


def test_a_job_deleted_here_is_new_and_says_what_it_was() -> None:
    [row] = plan([LOAD], [], {1: wrote(LOAD)}).rows
    assert isinstance(row, New)
    assert row.former is not None
    assert (row.former.job_id, row.former.name) == (1, "")
    assert (row.origin, row.is_preselected) == ("here", False)


def test_a_job_deleted_here_and_renamed_in_git_is_known_by_the_ledger() -> None:
    [row] = plan([{**LOAD, "name": "load 2"}], [], {1: wrote(LOAD)}).rows
    assert isinstance(row, New)
    assert row.former is not None


def test_a_job_renamed_here_whose_definition_has_no_id_is_known_by_its_name() -> None:
    git = GitContents("/f", (file(LOAD, None),), ())
    result = plan([], [live({**LOAD, "name": "mine"})], {1: wrote(LOAD)}, contents=git)
    [row] = [row for row in result.rows if isinstance(row, New)]
    assert row.former is not None
    assert (row.former.name, row.is_preselected) == ("mine", False)


def test_a_new_definition_of_a_name_that_another_one_had_is_new() -> None:
    renamed = file({**LOAD, "name": "load 2"})
    git = GitContents("/f", (renamed, file(LOAD, None)), ())
    result = plan([], [live(LOAD)], {1: wrote(LOAD)}, contents=git)
    [row] = [row for row in result.rows if isinstance(row, New)]
    assert (row.job_name, row.former, row.is_preselected) == ("load", None, True)


def test_of_several_jobs_that_are_gone_the_last_one_counts() -> None:
    base = {1: wrote(LOAD, replace(STAMP, at=5)), 2: wrote(LOAD, replace(STAMP, at=9))}
    [row] = plan([LOAD], [], base).rows
    assert isinstance(row, New)
    assert row.former is not None
    assert row.former.job_id == 2


def test_a_job_without_a_definition_says_whether_it_was_changed_here() -> None:
    for here, origin in ((LOAD, "git"), ({**LOAD, "timeout_seconds": 1}, "both")):
        [row] = plan([], [live(here)], {1: wrote(LOAD)}).rows
        assert isinstance(row, Deleted)
        assert row.origin == origin


def test_an_announced_job_is_as_it_was_or_as_it_was_to_be() -> None:
    newer, newest = {**LOAD, "description": "b"}, {**LOAD, "description": "c"}
    for here, expected in (
        (LOAD, "git"),
        (newer, "git"),
        ({**newer, "timeout_seconds": 1}, "both"),
    ):
        written = Written({1: wrote(LOAD)}, {1: wrote(newer)})
        [row] = plan([newest], [live(here)], {1: wrote(LOAD)}, written=written).rows
        assert isinstance(row, Changed)
        assert row.origin == expected
    written = Written({1: wrote(LOAD)}, {1: wrote(newer)})
    [row] = plan([LOAD], [live({**LOAD, "timeout_seconds": 1})], {}, written=written).rows
    assert isinstance(row, Changed)
    assert not row.is_preselected
    unusable = replace(wrote(newer), settings=Packed.from_text("["))
    written = Written({1: wrote(LOAD)}, {1: unusable})
    [row] = plan([LOAD], [live({**LOAD, "timeout_seconds": 1})], {}, written=written).rows
    assert row.origin == ""


def test_what_equal_jobs_should_be_is_kept_only_where_nothing_says_so_yet() -> None:
    moved = {**LOAD, "timeout_seconds": 1}
    announced = Written({1: wrote(LOAD)}, {1: wrote(moved)})
    wanted = make_file_form(file(LOAD).definition).settings
    for base, is_kept, more in (
        ({}, True, {}),
        ({1: wrote(moved)}, True, {}),
        ({1: wrote(LOAD)}, True, {"written": announced}),
        ({1: wrote({**LOAD, "max_concurrent_runs": 1})}, False, {}),
        ({1: replace(wrote(moved), desired=print_of(wanted))}, False, {}),
        ({}, False, {"keeps_bases": False}),
    ):
        [row] = plan([LOAD], [live(LOAD)], base, **{"keeps_bases": True, **more}).rows
        assert isinstance(row, Unchanged)
        assert (row.desired is not None) is is_kept


def test_a_truncated_list_form_proves_nothing() -> None:
    third = ThirdSide(Written({1: wrote(LOAD)}), {}, NameBook("42", {}))
    assert third.find_moves(listed(LOAD, truncated=True)) is None
    assert third.find_moves(listed(LOAD)) is not None


def drift_of(result: Plan, base: Mapping[int, WrittenJob], *imported: int) -> dict[str, str]:
    ledger = ImportedLedger({job_id: ImportedJob("x", None) for job_id in (*imported, *base)})
    return {
        row.job_name: str(drift) for row, drift in find_drift(result.rows, ledger, Written(base))
    }


MOVED = {**LOAD, "timeout_seconds": 600}


def test_drift_is_what_moved_here_or_may_have() -> None:
    base = {1: wrote(LOAD)}
    git = {**LOAD, "description": "new"}
    assert drift_of(plan([LOAD], [live(LOAD)], base), base) == {}
    assert drift_of(plan([git], [live(LOAD)], base), base) == {}
    assert drift_of(plan([LOAD], [live(MOVED)], base), base) == {"load": "moved"}
    assert drift_of(plan([git], [live(MOVED)], base), base) == {"load": "moved"}
    assert drift_of(plan([LOAD], [], base), base) == {"load": "moved"}
    assert drift_of(plan([], [live(MOVED)], base), base) == {"load": "moved"}
    assert drift_of(plan([], [live(LOAD)], base), base) == {}


def test_what_was_never_imported_is_no_drift() -> None:
    assert drift_of(plan([LOAD], [live(MOVED)], {}), {}) == {}
    assert drift_of(plan([LOAD], [], {}), {}) == {}
    assert drift_of(plan([], [live(LOAD)], {}), {}) == {}


def test_whether_an_imported_job_without_a_base_moved_is_unknown() -> None:
    assert drift_of(plan([LOAD], [live(MOVED)], {}), {}, 1) == {"load": "unknown"}
    assert drift_of(plan([LOAD], [live(LOAD)], {}), {}, 1) == {}


def test_a_job_whose_definition_cannot_be_used_is_compared_all_the_same() -> None:
    base = {1: wrote(LOAD)}
    broken = Form(LOAD, (Issue("No such cluster.", "x"),))
    for here, expected in ((LOAD, {}), (MOVED, {"load": "moved"})):
        result = plan([LOAD], [live(here)], base, desired=lambda _file: broken)
        assert drift_of(result, base) == expected
    result = plan([LOAD], [live(LOAD)], {}, desired=lambda _file: broken)
    assert drift_of(result, {}, 1) == {"load": "unknown"}
    assert drift_of(result, {}) == {}


def test_what_could_not_be_compared_is_unknown_where_it_had_a_base() -> None:
    base = {1: wrote(LOAD)}
    two = GitContents("/f", (file(LOAD), replace(file(LOAD), path="twin.json")), ())
    assert drift_of(plan([], [live(LOAD)], base, contents=two), base) == {"load": "unknown"}
    assert drift_of(plan([], [live(LOAD)], {}, contents=two), {}) == {}
    unseen = plan([], [live(LOAD)], base, sees_all_jobs=False)
    assert drift_of(unseen, base) == {"load": str(Drift.UNKNOWN)}
