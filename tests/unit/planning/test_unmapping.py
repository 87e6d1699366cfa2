"""What an export writes in a workspace whose mapping file makes jobs different from Git."""

from typing import Any

import pytest

from core.comparing.diff import FieldChange
from core.comparing.filled_in import Habits, compare
from core.definitions.definition import Definition
from core.mapping.mapped_value import MISSING, MappedValue
from core.mapping.name_book import NameBook
from core.planning.forms import Form, make_exported, make_live_form
from core.planning.unmapping import Unmapped, unmap
from core.ports import LiveJob

ANA = {"user_name": "ana"}
BOOK = NameBook("42", {})


def value(path: str, source: Any = "dev", target: Any = "prod") -> MappedValue:
    return MappedValue(path, source, target, "value_mappings.fields", path, 12)


def undo(
    git: dict[str, Any], mapped: dict[str, Any], live: dict[str, Any], *trace: MappedValue
) -> Unmapped:
    """Each side is a job's settings without its name."""
    job = LiveJob.pack(9, {"name": "load", **live}, "ana", "ana", complete=True)
    form = Form({"name": "load", "run_as": ANA, **mapped}, mapped=trace)
    exported = make_exported(job, BOOK)
    found = compare(make_live_form(job, BOOK).settings, form.settings, Habits(has_rules=False))
    definition = Definition.pack("load", 7, "ana", {"name": "load", **git})
    return unmap(definition, form, exported, found.changes)


def settings_of(unmapped: Unmapped) -> dict[str, Any]:
    settings = unmapped.definition.unpack_settings()
    assert settings.pop("name") == "load"
    settings.pop("queue", None)
    return settings


def check(
    git: dict[str, Any],
    mapped: dict[str, Any],
    live: dict[str, Any],
    *trace: MappedValue,
    expected: dict[str, Any],
) -> None:
    result = undo(git, mapped, live, *trace)
    assert result.issues == ()
    assert settings_of(result) == expected


def refused(
    git: dict[str, Any], mapped: dict[str, Any], live: dict[str, Any], *trace: MappedValue
) -> list[str]:
    return [f"{one.path}: {one.message}" for one in undo(git, mapped, live, *trace).issues]


def test_only_what_differs_is_written_and_git_s_values_stay():
    check(
        {"tags": {"env": "dev"}, "timeout_seconds": 5},
        {"tags": {"env": "prod"}, "timeout_seconds": 5},
        {"tags": {"env": "prod", "new": "x"}, "timeout_seconds": 6},
        value("tags.env"),
        expected={"tags": {"env": "dev", "new": "x"}, "timeout_seconds": 6},
    )


def test_what_the_definition_holds_beyond_the_settings_stays():
    result = undo({}, {"timeout_seconds": 5}, {"timeout_seconds": 6}).definition
    assert (result.source_job_id, result.run_as_user_name) == (7, "ana")


def test_a_definition_without_an_id_gets_that_of_the_job():
    job = LiveJob.pack(9, {"name": "load"}, "ana", "ana", complete=True)
    git = Definition.pack("load", None, "ana", {"name": "load"})
    assert unmap(git, Form({}), make_exported(job, BOOK), ()).definition.source_job_id == 9


def test_a_mapped_value_that_was_changed_here_is_left_to_a_person():
    issues = refused(
        {"tags": {"env": "dev"}},
        {"tags": {"env": "prod"}},
        {"tags": {"env": "test"}},
        value("tags.env"),
    )
    assert issues == [
        'tags.env: Mapped from "dev" to "prod" (line 12), and "test" here. Change the definition '
        "or the mapping."
    ]


def test_a_mapped_value_that_was_removed_here_is_left_to_a_person():
    issues = refused(
        {"tags": {"env": "dev", "a": "b"}},
        {"tags": {"env": "prod", "a": "b"}},
        {"tags": {"a": "b"}},
        value("tags.env"),
    )
    assert "and nothing here" in issues[0]


def test_a_secret_is_not_shown():
    path = "tasks[a].notebook_task.base_parameters.password"
    tasks = [
        {"tasks": [{"task_key": "a", "notebook_task": {"base_parameters": {"password": word}}}]}
        for word in ("s3cret", "t0p", "0ther")
    ]
    (issue,) = refused(*tasks, value(path, "s3cret", "t0p"))
    assert "hidden" in issue
    assert not any(word in issue for word in ("s3cret", "t0p", "0ther"))


def test_a_value_that_is_here_as_in_git_stays_and_explains_the_difference():
    result = undo(
        {"tags": {"env": "dev"}, "timeout_seconds": 5},
        {"tags": {"env": "prod"}, "timeout_seconds": 5},
        {"tags": {"env": "dev"}, "timeout_seconds": 6},
        value("tags.env"),
    )
    assert settings_of(result) == {"tags": {"env": "dev"}, "timeout_seconds": 6}
    assert result.explains("tags.env")
    assert not result.explains("timeout_seconds")


def test_a_place_that_mapping_filled_is_empty_in_git_again():
    check(
        {"tags": {}},
        {"tags": {"env": "prod"}, "timeout_seconds": 5},
        {"tags": {"env": "prod"}, "timeout_seconds": 6},
        value("tags.env", MISSING),
        expected={"tags": {}, "timeout_seconds": 6},
    )


def test_a_place_that_mapping_emptied_has_git_s_value_again():
    check(
        {"tags": {"env": "dev", "a": "b"}},
        {"tags": {"a": "b"}},
        {"tags": {"a": "c"}},
        value("tags.env", "dev", MISSING),
        expected={"tags": {"env": "dev", "a": "c"}},
    )


@pytest.mark.parametrize(("source", "target"), [(MISSING, "prod"), ("dev", MISSING)])
def test_a_place_that_mapping_filled_or_emptied_and_that_was_changed_is_left_to_a_person(
    source, target
):
    def tags(env: Any) -> dict[str, Any]:
        return {"tags": {"a": "b", **({} if env is MISSING else {"env": env})}}

    assert refused(tags(source), tags(target), tags("x"), value("tags.env", source, target))


def test_what_is_gone_with_a_task_is_gone_from_git():
    def task(key: str, env: str) -> dict[str, Any]:
        return {"task_key": key, "notebook_task": {"base_parameters": {"env": env}}}

    check(
        {"tasks": [task("a", "dev"), task("b", "dev")]},
        {"tasks": [task("a", "prod"), task("b", "prod")]},
        {"tasks": [task("b", "prod")]},
        value("tasks[a].notebook_task.base_parameters.env"),
        value("tasks[b].notebook_task.base_parameters.env"),
        expected={"tasks": [task("b", "dev")]},
    )


def test_a_task_that_is_new_here_comes_where_it_is_here():
    def tasks(*keys: str, env: str) -> dict[str, Any]:
        params = {"notebook_task": {"base_parameters": {"env": env}}}
        return {"tasks": [{"task_key": key, **params} for key in keys]}

    trace = [value(f"tasks[{key}].notebook_task.base_parameters.env") for key in "ac"]
    new = {"task_key": "b", "notebook_task": {"base_parameters": {"env": "own"}}}
    live = tasks("a", "c", env="prod")
    for at, order in ((1, "abc"), (0, "bac"), (2, "acb")):
        placed = [*live["tasks"][:at], new, *live["tasks"][at:]]
        result = undo(tasks(*"ac", env="dev"), live, {"tasks": placed}, *trace)
        written = settings_of(result)["tasks"]
        assert [task["task_key"] for task in written] == list(order)
        envs = {t["task_key"]: t["notebook_task"]["base_parameters"]["env"] for t in written}
        assert envs == {"a": "dev", "b": "own", "c": "dev"}


def test_an_object_that_mapping_removed_and_that_is_here_again_is_left_to_a_person():
    git, live = {"continuous": {"pause_status": "PAUSED"}}, {"continuous": {}}
    assert refused(git, {}, live, value("continuous", git["continuous"], MISSING))


def test_what_no_entry_decided_is_written_although_mapping_makes_it_different():
    """A policy for schedules is no entry."""

    def schedule(status: str, **more: str) -> dict[str, Any]:
        return {"schedule": {"pause_status": status, **more}}

    git, mapped = schedule("UNPAUSED"), schedule("PAUSED")
    check(git, mapped, schedule("MAYBE"), expected=schedule("MAYBE"))


def test_a_place_is_settled_once():
    job = LiveJob.pack(9, {"name": "load"}, "ana", "ana", complete=True)
    git = Definition.pack("load", 7, "ana", {"name": "load", "tags": {"a": "1", "b": "2"}})
    changes = [FieldChange("tags.a", None, "1"), FieldChange("tags.b", None, "2")]
    form = Form(git.unpack_settings())
    assert settings_of(unmap(git, form, make_exported(job, BOOK), changes)) == {}


def test_what_is_as_mapped_in_a_file_stays_as_in_git():
    """Two clusters of one name: only a file calls them by it."""
    job = LiveJob.pack(9, {"name": "load", "tags": {"a": "prod"}}, "ana", "ana", complete=True)
    git = Definition.pack("load", 7, "ana", {"name": "load", "tags": {"a": "dev"}})
    form = Form({"name": "load", "tags": {"a": "prod"}}, mapped=(value("tags.a"),))
    changes = [FieldChange("tags.a", "7", "prod")]
    written = settings_of(unmap(git, form, make_exported(job, BOOK), changes))
    assert written == {"tags": {"a": "dev"}}


# Lists whose elements have no keys of their own: what is the same is found by value

MAILS = "email_notifications.on_failure"


def mails(*addresses: str) -> dict[str, Any]:
    return {"email_notifications": {"on_failure": list(addresses)}}


def webhooks(*names: str) -> dict[str, Any]:
    return {
        "webhook_notifications": {
            "on_failure": [{"id": f"__NOTIFICATION_DESTINATION__{name}__"} for name in names]
        }
    }


@pytest.mark.parametrize("of", [mails, lambda *v: {"libraries": [{"whl": path} for path in v]}])
def test_an_element_added_or_removed_here_is_added_or_removed_in_git(of):
    trace = [value(f"{MAILS}[0]", "a", "A"), value("libraries[0].whl", "a", "A")]
    git, mapped = of("a", "x"), of("A", "x")
    check(git, mapped, of("A", "x", "z"), *trace, expected=of("a", "x", "z"))
    check(git, mapped, of("A"), *trace, expected=of("a"))
    check(git, mapped, of("x"), *trace, expected=of("x"))


def test_an_address_that_was_replaced_here_is_left_to_a_person():
    trace = value(f"{MAILS}[0]", "a", "A")
    (issue,) = refused(mails("a", "x"), mails("A", "x"), mails("z", "x"), trace)
    assert issue.startswith(f'{MAILS}[0]: Mapped from "a" to "A" (line 12)')


def test_an_address_that_is_as_in_git_stays():
    trace = value(f"{MAILS}[0]", "a", "A")
    result = undo(mails("a", "x"), mails("A", "x"), mails("a", "x", "z"), trace)
    assert settings_of(result) == mails("a", "x", "z")
    assert result.explains(MAILS)


def test_a_list_from_which_mapping_dropped_some_is_put_back_as_a_whole():
    trace = value(MAILS, ["a", "b", "x"], ["A", "x"])
    git, mapped = mails("a", "b", "x"), mails("A", "x")
    plus = {"timeout_seconds": 5}
    check(git, mapped, {**mapped, **plus}, trace, expected={**git, **plus})
    check(git, mapped, mails("A", "x", "z"), trace, expected=mails("a", "b", "x", "z"))
    check(git, mapped, mails("A"), trace, expected=mails("a", "b"))
    check(git, mapped, mails("A", "z"), trace, expected=mails("a", "b", "z"))
    assert refused(git, mapped, mails("x"), trace)
    assert undo(git, mapped, {**git, **plus}, trace).explains(MAILS)
    assert undo(mails("x", "b", "a"), mapped, {**git, **plus}, trace).explains(MAILS)


def test_an_address_added_where_mapping_dropped_all_joins_those_of_git():
    trace = value(MAILS, ["a"], [])
    check(mails("a"), mails(), mails("z"), trace, expected=mails("a", "z"))
    check(mails("a"), {"email_notifications": {}}, mails("z"), trace, expected=mails("a", "z"))
    changed = {"email_notifications": {"on_start": ["z"]}}
    both = {"email_notifications": {"on_failure": ["a"], "on_start": ["z"]}}
    check(mails("a"), mails(), changed, trace, expected=both)


def test_a_list_is_settled_once_although_several_of_its_elements_differ():
    trace = [value(f"webhook_notifications.on_failure[{name}].id") for name in ("a", "b")]
    issues = refused(webhooks("a", "b"), webhooks("A", "B"), webhooks("B", "y", "z"), *trace)
    assert len(issues) == 1


def test_the_order_of_arguments_is_that_of_here():
    def arguments(*words: str) -> dict[str, Any]:
        return {"tasks": [{"task_key": "a", "spark_python_task": {"parameters": list(words)}}]}

    trace = value("tasks[a].spark_python_task.parameters[0]", "a", "A")
    git, mapped = arguments("a", "x"), arguments("A", "x")
    check(git, mapped, arguments("z", "x", "A"), trace, expected=arguments("z", "x", "a"))


def test_triggers_are_matched_by_value():
    def triggers(*tables: str) -> dict[str, Any]:
        return {"triggers": [{"table_update": {"table_names": [name]}} for name in tables]}

    trace = value("triggers[0].table_update.table_names[0]", "a", "A")
    check(triggers("a"), triggers("A"), triggers("A", "z"), trace, expected=triggers("a", "z"))


# Who the job runs as

ROBOT = {"service_principal_name": "0f8fad5b-d9cb-469f-a165-70867728950e"}
IDENTITY = MappedValue("run_as", ANA, ROBOT, "run_as_mappings", "default", 3)


def undo_identity(live: dict[str, Any], run_as: str, *trace: MappedValue) -> Unmapped:
    job = LiveJob.pack(9, {"name": "load", **live}, "ana", run_as, complete=True)
    form = Form({"name": "load", "run_as": ROBOT if trace else ANA}, mapped=trace)
    found = compare(make_live_form(job, BOOK).settings, form.settings, Habits(has_rules=False))
    git = Definition.pack("load", 7, "ana", {"name": "load"})
    return unmap(git, form, make_exported(job, BOOK), found.changes)


def test_an_identity_stays_as_git_spells_it():
    result = undo_identity(
        {"run_as": ROBOT, "timeout_seconds": 5}, ROBOT["service_principal_name"], IDENTITY
    )
    assert "run_as" not in result.definition.unpack_settings()
    assert result.definition.run_as_user_name == "ana"
    assert result.issues == ()


def test_an_identity_that_is_mapped_and_was_changed_here_is_left_to_a_person():
    (issue,) = undo_identity({"run_as": {"user_name": "bob"}}, "bob", IDENTITY).issues
    assert "default" not in str(issue)
    assert '{"user_name": "bob"} here' in str(issue)


def test_an_identity_that_is_here_as_in_git_stays():
    assert undo_identity({}, "ana", IDENTITY).explains("run_as.user_name")


def test_an_identity_that_nothing_maps_is_written():
    result = undo_identity({"run_as": {"user_name": "bob"}}, "bob").definition
    assert result.unpack_settings()["run_as"] == {"user_name": "bob"}
    assert result.run_as_user_name == "bob"


def test_an_identity_that_git_spells_wrongly_is_written():
    job = LiveJob.pack(9, {"name": "load"}, "ana", "ana", complete=True)
    git = Definition.pack("load", 7, "", {"name": "load", "run_as": {"nobody": "x"}})
    changes = [FieldChange("run_as", ANA, {"nobody": "x"})]
    result = unmap(git, Form(git.unpack_settings()), make_exported(job, BOOK), changes)
    assert settings_of(result) == {}
    assert result.definition.run_as_user_name == "ana"
