"""The forms of one job."""

import pytest

from core.comparing.diff import diff_settings
from core.definitions.definition import Definition
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal, effective_run_as
from core.mapping.mapping_file import Mappings
from core.mapping.name_book import NameBook
from core.planning.forms import (
    Source,
    choose_principal,
    make_desired_form,
    make_exported,
    make_file_form,
    make_live_form,
    manager_of,
    take_identity,
)
from core.planning.identities import Identity, make_absent
from core.ports import LiveJob, NamedResource

ANA = Principal("user_name", "ana")
ROBOT = Principal("service_principal_name", "0f8fad5b-d9cb-469f-a165-70867728950e")


def book(**clusters: str) -> NameBook:
    names = [NamedResource(resource_id, name) for name, resource_id in clusters.items()]
    return NameBook("42", {Kind.CLUSTER: names})


def live(*, run_as: str = "ana", **settings) -> LiveJob:
    return LiveJob.pack(7, {"name": "load", **settings}, "creator", run_as, complete=True)


def definition(*, run_as: str = "ana", **settings) -> Definition:
    return Definition.pack("load", 7, run_as, {"name": "load", **settings})


def desired(source: Definition, mappings: Mappings | None = None, active=lambda _who: True):
    def identify(who: Principal) -> Identity:
        return Identity(who) if active(who) else make_absent(who)

    origin = Source(source.unpack_settings(), source.run_as_user_name)
    return make_desired_form(origin, mappings or Mappings(), book(), (), identify)


@pytest.mark.parametrize(
    ("settings", "managed"),
    [
        ({"deployment": {"kind": "BUNDLE"}, "edit_mode": "UI_LOCKED"}, True),
        ({"deployment": {"kind": "SYSTEM_MANAGED"}}, True),
        ({"deployment": {"kind": "BUNDLE"}, "edit_mode": "EDITABLE"}, False),
        ({"deployment": {"kind": "BUNDLE"}}, False),
        ({"edit_mode": "UI_LOCKED"}, False),
        ({"deployment": "text"}, False),
        ({"deployment": None}, False),
        ({}, False),
    ],
)
def test_a_managed_job_is_told_with_the_reason(settings, managed):
    assert bool(manager_of(settings)) is managed


def test_a_live_job_says_who_it_runs_as_and_whether_it_is_queued():
    assert make_live_form(live(), book()).settings == {
        "name": "load",
        "queue": {"enabled": False},
        "run_as": {"user_name": "ana"},
    }


def test_a_definition_without_a_queue_is_queued():
    assert make_file_form(definition()).settings["queue"] == {"enabled": True}
    assert desired(definition()).settings["queue"] == {"enabled": True}


@pytest.mark.parametrize("enabled", [True, False])
def test_a_queue_that_is_given_is_kept(enabled):
    queue = {"enabled": enabled}
    assert make_live_form(live(queue=queue), book()).settings["queue"] == queue
    assert make_file_form(definition(queue=queue)).settings["queue"] == queue
    assert desired(definition(queue=queue)).settings["queue"] == queue
    assert (
        make_exported(live(queue=queue), book()).make_definition().unpack_settings()["queue"]
        == queue
    )


def test_a_queue_of_null_is_an_absent_queue():
    assert make_live_form(live(queue=None), book()).settings["queue"] == {"enabled": False}
    assert make_exported(live(queue=None), book()).make_definition().unpack_settings()["queue"] == {
        "enabled": False
    }
    assert make_file_form(definition(queue=None)).settings["queue"] == {"enabled": True}
    assert desired(definition(queue=None)).settings["queue"] == {"enabled": True}


def test_an_identity_that_cannot_be_read_is_an_issue_and_stays():
    for form in (make_live_form(live(run_as={}), book()), make_file_form(definition())):
        assert form.settings["name"] == "load"
    form = make_live_form(
        LiveJob.pack(7, {"name": "x", "run_as": {}}, "c", "ana", complete=True), book()
    )
    assert form.settings["run_as"] == {}
    assert [issue.path for issue in form.issues] == ["run_as"]


def test_a_definition_that_names_nobody_has_no_identity_in_its_form():
    form = make_file_form(definition(run_as=""))
    assert "run_as" not in form.settings
    assert form.issues == ()


def test_what_was_exported_is_equal_to_the_job():
    job = live(tasks=[{"task_key": "a", "existing_cluster_id": "c-1"}], format="MULTI_TASK")
    names = book(etl="c-1")
    written = make_exported(job, names).make_definition()
    assert written.unpack_settings()["tasks"][0]["existing_cluster_id"] == "__CLUSTER__etl__"
    assert (written.job_name, written.source_job_id, written.run_as_user_name) == ("load", 7, "ana")
    assert (
        diff_settings(make_file_form(written).settings, make_live_form(job, names).settings) == ()
    )
    form = make_exported(job, names).form
    assert diff_settings(form.settings, make_live_form(job, names).settings) == ()
    assert form.settings["run_as"] == make_live_form(job, names).settings["run_as"]


def test_a_reference_that_has_no_name_is_an_issue_of_the_live_form():
    form = make_live_form(live(existing_cluster_id="c-9"), book())
    assert [issue.path for issue in form.issues] == ["existing_cluster_id"]


@pytest.mark.parametrize(
    ("run_as", "mapped", "expected"),
    [
        ("ana", {}, ANA),
        ("ana", {"ana": ROBOT}, ROBOT),
        ("ana", {"default": ROBOT}, ROBOT),
        ("ana", {"ana": ANA, "default": ROBOT}, ANA),
        ("ana", {"Ana": ROBOT}, ANA),
        ("", {"default": ROBOT}, ROBOT),
        (ROBOT.name, {}, ROBOT),
    ],
)
def test_the_exact_entry_comes_before_default_and_default_before_the_same_principal(
    run_as, mapped, expected
):
    source = effective_run_as({}, run_as)
    assert choose_principal(source, Mappings(run_as=mapped)) == expected


def test_the_target_identity_is_written_explicitly():
    form = desired(definition(), Mappings(run_as={"ana": ROBOT}))
    assert form.settings["run_as"] == {"service_principal_name": ROBOT.name}
    assert form.issues == ()


def test_a_definition_that_names_nobody_needs_a_default():
    form = desired(definition(run_as=""))
    (issue,) = form.issues
    assert issue.path == "run_as"
    assert "default" in issue.message


@pytest.mark.parametrize(
    ("run_as", "mapped", "entry"),
    [("ana", {}, "ana"), ("ana", {"ana": ROBOT}, "ana"), ("", {"default": ROBOT}, "default")],
)
def test_an_inactive_identity_is_an_issue_that_names_the_entry(run_as, mapped, entry):
    form = desired(definition(run_as=run_as), Mappings(run_as=mapped), active=lambda _who: False)
    (issue,) = form.issues
    assert issue.path == "run_as"
    assert f"Map “{entry}” in run_as_mappings" in issue.message


def test_an_identity_known_by_name_only_is_taken_for_the_desired_one_of_that_name():
    wanted = {"run_as": {"group_name": "jobs"}}
    current = {"name": "load", "run_as": {"user_name": "jobs"}}
    same = take_identity(current, live(run_as="jobs"), wanted)
    assert same == {"name": "load", "run_as": {"group_name": "jobs"}}


@pytest.mark.parametrize(
    ("job", "wanted"),
    [
        (live(run_as="ana"), {"run_as": {"group_name": "jobs"}}),
        (live(run_as="jobs"), {}),
        (
            LiveJob.pack(7, {"run_as": {"user_name": "jobs"}}, "c", "jobs", complete=True),
            {"run_as": {"group_name": "jobs"}},
        ),
    ],
)
def test_any_other_identity_stays_what_it_is(job, wanted):
    current = {"run_as": {"user_name": "jobs"}}
    assert take_identity(current, job, wanted) == current
