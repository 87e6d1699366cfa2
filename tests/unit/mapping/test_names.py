"""Settings with ids and settings with names."""

import pytest

from core.errors import SyncError
from core.jobsettings.kinds import Kind, placeholder
from core.jobsettings.references import find_references
from core.mapping.mapping_file import Mappings, TargetId
from core.mapping.name_book import NameBook
from core.mapping.names import (
    find_mapped_ids,
    find_needed_jobs,
    find_unlisted,
    find_wanted_names,
    map_names,
    write_ids,
    write_names,
)
from core.ports import NamedResource


def book(*members: tuple[Kind, str, str], gone: tuple[tuple[Kind, str], ...] = ()) -> NameBook:
    result = NameBook("42", {})
    for kind, resource_id, name in members:
        result.add(kind, NamedResource(resource_id, name))
    for kind, resource_id in gone:
        result.note_gone(kind, resource_id)
    return result


def on_cluster(cluster):
    return {"existing_cluster_id": cluster}


def running(job_id):
    return {"tasks": [{"task_key": "run", "run_job_task": {"job_id": job_id}}]}


def after_job(job_id, workspace_id):
    jobs = [{"job_id": job_id, "workspace_id": workspace_id}]
    return {"trigger": {"job_completion": {"jobs": jobs}}}


ETL = (Kind.CLUSTER, "c-1", "etl")
LOAD = (Kind.JOB, "9007199254740993", "load")


def test_the_members_given_at_first_are_known():
    names = NameBook("42", {Kind.CLUSTER: [NamedResource("c-1", "etl")]})
    assert names.name_of(Kind.CLUSTER, "c-1") == "etl"
    assert names.name_of(Kind.WAREHOUSE, "c-1") is None
    assert names.name_of(Kind.WORKSPACE, "42") == "current"


def test_an_id_that_is_entered_again_is_renamed():
    names = book(ETL, (Kind.CLUSTER, "c-1", "new"))
    assert names.ids_of(Kind.CLUSTER, "etl") == ()
    assert names.ids_of(Kind.CLUSTER, "new") == ("c-1",)


def test_an_id_that_is_listed_twice_is_one_object():
    assert book(ETL, ETL).ids_of(Kind.CLUSTER, "etl") == ("c-1",)


@pytest.mark.parametrize("name", ["etl", "a_b", "__", 'say "hi"', "größe", "x__", "__JOB__y__"])
def test_a_name_comes_back_as_the_same_id(name):
    names = book((Kind.CLUSTER, "c-1", name), (Kind.JOB, "7", name))
    settings = {**on_cluster("c-1"), **running(7), **after_job("7", "42")}
    named = write_names(settings, names)
    assert named.issues == ()
    assert named.settings["existing_cluster_id"] == placeholder(Kind.CLUSTER, name)
    assert write_ids(named.settings, names) == settings


def test_each_path_gets_its_own_json_type_back():
    names = book(LOAD)
    settings = write_ids({**running("__JOB__load__"), **after_job("__JOB__load__", "42")}, names)
    assert settings["tasks"][0]["run_job_task"]["job_id"] == 9_007_199_254_740_993
    (job,) = settings["trigger"]["job_completion"]["jobs"]
    assert job["job_id"] == "9007199254740993"


def test_an_object_proven_gone_is_unknown():
    named = write_names(on_cluster("c-9"), book(gone=((Kind.CLUSTER, "c-9"),)))
    assert named.settings == on_cluster("__CLUSTER__unknown__")
    assert named.issues == ()


@pytest.mark.parametrize(
    ("names", "value", "expected"),
    [
        (book(), "c-9", "could not be looked up"),
        (book((Kind.CLUSTER, "c-1", "unknown")), "c-1", "is named “unknown”"),
        (book((Kind.CLUSTER, "c-1", "")), "c-1", "is named “”"),
        (book(), {"id": "c-1"}, "Expected the id of a cluster"),
        (book(), True, "Expected the id of a cluster"),
        (book((Kind.CLUSTER, "True", "etl")), True, "Expected the id of a cluster"),
    ],
)
def test_what_has_no_single_name_keeps_its_id_and_is_an_issue(names, value, expected):
    named = write_names(on_cluster(value), names)
    assert named.settings == on_cluster(value)
    (issue,) = named.issues
    assert issue.path == "existing_cluster_id"
    assert expected in issue.message


def test_a_job_of_another_workspace_is_left_as_it_is():
    settings = after_job("9007199254740993", "43")
    assert write_names(settings, book(LOAD)).settings == settings
    assert write_names(settings, book(LOAD)).issues == ()
    result = map_names(settings, Mappings(), book(LOAD), ())
    assert (result.settings, result.issues) == (settings, ())
    assert find_unlisted(settings, book()) == set()


def test_a_job_of_a_trigger_without_a_workspace_is_one_of_ours():
    settings = {"trigger": {"job_completion": {"jobs": [{"job_id": "9007199254740993"}]}}}
    ((_, value),) = [(ref.kind, ref.value) for ref in find_references(settings)]
    assert value == "9007199254740993"
    (job,) = write_names(settings, book(LOAD)).settings["trigger"]["job_completion"]["jobs"]
    assert job == {"job_id": "__JOB__load__"}


def test_a_trigger_on_a_job_here_names_the_job_and_this_workspace():
    named = write_names(after_job("9007199254740993", "42"), book(LOAD))
    assert named.settings == after_job("__JOB__load__", "__WORKSPACE__current__")
    result = map_names(named.settings, Mappings(), book(LOAD), ())
    assert (result.settings, result.issues) == (named.settings, ())


def test_only_ids_that_nobody_knows_are_looked_up():
    names = book(ETL, gone=((Kind.CLUSTER, "c-2"),))
    tasks = [{"existing_cluster_id": value} for value in ("c-1", "c-2", "c-3", None, True, ["x"])]
    assert find_unlisted({"tasks": tasks}, names) == {(Kind.CLUSTER, "c-3")}


def test_a_number_and_its_text_are_the_same_id():
    assert find_unlisted(running(9_007_199_254_740_993), book(LOAD)) == set()


MAPPED = Mappings(names={Kind.CLUSTER: {"etl": "etl prod", "unknown": "spare"}})


@pytest.mark.parametrize(
    ("name", "target"), [("etl", "etl prod"), ("unknown", "spare"), ("same", "same")]
)
def test_a_name_is_mapped_by_its_entry_else_by_itself(name, target):
    names = book((Kind.CLUSTER, "c-1", target))
    result = map_names(on_cluster(placeholder(Kind.CLUSTER, name)), MAPPED, names, ())
    assert result.settings == on_cluster(placeholder(Kind.CLUSTER, target))
    assert result.issues == ()


def test_unknown_is_no_catch_all():
    names = book((Kind.CLUSTER, "c-1", "spare"))
    result = map_names(on_cluster("__CLUSTER__other__"), MAPPED, names, ())
    (issue,) = result.issues
    assert "There is no cluster named “other”" in issue.message


def test_a_name_with_two_objects_is_an_issue_that_names_both():
    names = book(ETL, (Kind.CLUSTER, "c-2", "etl"))
    (issue,) = map_names(on_cluster("__CLUSTER__etl__"), Mappings(), names, ()).issues
    assert "c-1, c-2" in issue.message


def test_an_object_deleted_in_the_source_needs_an_entry():
    (issue,) = map_names(on_cluster("__CLUSTER__unknown__"), Mappings(), book(), ()).issues
    assert "was deleted in the source workspace" in issue.message
    assert "cluster_name_mappings" in issue.message


def test_a_job_that_git_defines_need_not_exist_yet():
    settings = running("__JOB__load__")
    assert map_names(settings, Mappings(), book(), {"load"}).issues == ()
    (issue,) = map_names(settings, Mappings(), book(), ()).issues
    assert "Export its definition" in issue.message


def test_a_raw_id_that_exists_here_is_taken_for_its_name():
    result = map_names(on_cluster("c-1"), Mappings(), book(ETL), ())
    assert (result.settings, result.issues) == (on_cluster("__CLUSTER__etl__"), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("c-9", "The cluster c-9 was not found in this workspace"),
        ("__WAREHOUSE__etl__", "was not found in this workspace"),
        (["c-1"], "Expected the name of a cluster as a string"),
        (True, "Expected the name of a cluster as a string"),
    ],
)
def test_any_other_value_is_an_issue(value, expected):
    names = book(ETL, (Kind.CLUSTER, "True", "etl"))
    result = map_names(on_cluster(value), Mappings(), names, ())
    assert result.settings == on_cluster(value)
    (issue,) = result.issues
    assert expected in issue.message


@pytest.mark.parametrize("names", [book(), book(LOAD, (Kind.JOB, "8", "load"))])
def test_a_name_without_exactly_one_id_is_refused(names):
    with pytest.raises(SyncError, match=r"tasks\[run\]\.run_job_task\.job_id"):
        write_ids(running("__JOB__load__"), names)


def test_a_raw_id_is_sent_as_it_is():
    assert write_ids(running(5), book()) == running(5)


def test_the_jobs_that_settings_need_are_named():
    settings = {**running("__JOB__load__"), **after_job("__JOB__other__", "42")}
    assert find_needed_jobs(settings) == {"load", "other"}
    assert find_needed_jobs({**running(5), **on_cluster("__CLUSTER__etl__")}) == set()


def test_the_names_of_a_kind_are_those_that_still_have_an_object():
    names = book(ETL, (Kind.CLUSTER, "c-1", "new"), LOAD)
    assert names.names(Kind.CLUSTER) == ("new",)


def test_definitions_say_which_names_are_wanted_and_live_jobs_only_which_kinds():
    wanted = find_wanted_names(
        [on_cluster("__CLUSTER__etl__"), on_cluster("c-9")], [running(5), on_cluster("c-1")], MAPPED
    )
    assert wanted == {Kind.CLUSTER: {"etl prod"}, Kind.JOB: set()}


TWINS = (ETL, (Kind.CLUSTER, "c-2", "etl"))


def test_a_shared_name_is_written_to_a_file_and_noted_and_kept_apart_elsewhere():
    written = write_names(on_cluster("c-1"), book(*TWINS), for_file=True)
    assert (written.settings, written.issues) == (on_cluster("__CLUSTER__etl__"), ())
    (note,) = written.ambiguous
    assert "c-1, c-2" in note.message
    compared = write_names(on_cluster("c-1"), book(*TWINS))
    assert (compared.settings, compared.issues) == (on_cluster("c-1"), ())


def by_id(resource_id: str) -> Mappings:
    return Mappings(names={Kind.CLUSTER: {"adhoc": TargetId(resource_id)}})


def test_an_entry_with_an_id_tells_objects_of_one_name_apart():
    result = map_names(on_cluster("__CLUSTER__adhoc__"), by_id("c-2"), book(*TWINS), ())
    assert (result.settings, result.issues) == (on_cluster("c-2"), ())
    assert write_ids(result.settings, book(*TWINS)) == on_cluster("c-2")


def test_an_entry_with_the_id_of_a_name_of_its_own_is_that_name():
    result = map_names(on_cluster("__CLUSTER__adhoc__"), by_id("c-1"), book(ETL), ())
    assert (result.settings, result.issues) == (on_cluster("__CLUSTER__etl__"), ())


def test_an_entry_with_an_id_that_is_not_here_is_an_issue():
    (issue,) = map_names(on_cluster("__CLUSTER__adhoc__"), by_id("c-9"), book(ETL), ()).issues
    assert "no cluster with the id c-9" in issue.message
    wanted = find_mapped_ids([on_cluster("__CLUSTER__adhoc__")], by_id("c-9"), book(ETL))
    assert wanted == {(Kind.CLUSTER, "c-9")}
    assert find_mapped_ids([on_cluster("__CLUSTER__adhoc__")], by_id("c-1"), book(ETL)) == set()
    assert find_mapped_ids([on_cluster("__CLUSTER__other__")], by_id("c-9"), book(ETL)) == set()


def test_a_raw_id_of_a_shared_name_stays_what_it_is():
    result = map_names(on_cluster("c-2"), Mappings(), book(*TWINS), ())
    assert (result.settings, result.issues) == (on_cluster("c-2"), ())


def notifying(*ids: str) -> dict:
    return {"webhook_notifications": {"on_failure": [{"id": value} for value in ids]}}


def test_a_destination_can_be_dropped_and_two_of_one_target_are_one():
    kind = Kind.NOTIFICATION_DESTINATION
    mapped = Mappings(names={kind: {"unknown": None, "a": "ops", "b": "ops"}})
    here = book((kind, "n-1", "ops"), (kind, "n-2", "c"))
    names = [placeholder(kind, name) for name in ("a", "unknown", "c", "b")]
    result = map_names(notifying(*names), mapped, here, ())
    assert result.settings == notifying(placeholder(kind, "ops"), placeholder(kind, "c"))
    assert result.issues == ()
    only = map_names(notifying(placeholder(kind, "unknown")), mapped, here, ())
    assert only.settings == notifying()


def test_equal_entries_of_a_definition_stay_as_they_are():
    kind = Kind.NOTIFICATION_DESTINATION
    twice = notifying(placeholder(kind, "c"), placeholder(kind, "c"))
    assert map_names(twice, Mappings(), book((kind, "n-2", "c")), ()).settings == twice
