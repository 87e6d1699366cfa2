"""Permissions on their way through Git, in workspaces in memory."""

import json
from typing import Any

import pytest

from core.errors import PermissionDeniedError, SyncError
from core.jobsettings.permissions import IS_OWNER, Permission
from core.jobsettings.principals import Principal
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.report import Report, ReportRow
from core.settings import AppMode
from tests.builders import job, run_job_task
from tests.fakes import FOLDER, ME, FakeWorkspace

PATH = "/Workspace/mappings.json"
ENGINEERS = {"group_name": "engineers", "permission_level": "CAN_MANAGE_RUN"}
ANA = {"user_name": "ana@dev.example", "permission_level": "IS_OWNER"}
DENIED = PermissionDeniedError("No permission: not today.")


def user(name: str, level: str) -> Permission:
    return Permission(Principal("user_name", name), level)


def group(name: str, level: str) -> Permission:
    return Permission(Principal("group_name", name), level)


OWNER = user(ME, IS_OWNER)


def workspace(permissions: Any, **run_as: Any) -> FakeWorkspace:
    """A workspace with a mapping file."""
    made = FakeWorkspace()
    use(made, permissions, **run_as)
    return made


def use(made: FakeWorkspace, permissions: Any, **run_as: Any) -> None:
    document = {"permissions": permissions, "run_as_mappings": run_as}
    made.files.files[PATH] = json.dumps(document).encode()


def define(made: FakeWorkspace, name: str, permissions: Any = None, **settings: Any) -> None:
    document = {"run_as_user_name": ME, "settings": job(name, **settings)}
    if permissions is not None:
        document["permissions"] = permissions
    made.put_file(f"{name}.json", json.dumps(document).encode())


def service(made: FakeWorkspace, **settings: Any) -> Any:
    return made.service(mapping_path=PATH, **settings)


def row(report: Report, name: str = "load") -> ReportRow:
    [found] = [one for one in report.rows if one.job_name == name]
    return found


def changes(found: ReportRow) -> dict[str, Any]:
    return {one.path: (one.current, one.desired) for one in found.changes}


def calls(made: FakeWorkspace, word: str = "permissions") -> int:
    return sum(entry[0] == word for entry in made.jobs.log)


def file(made: FakeWorkspace, name: str = "load.json") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(made.definition_files()[name])
    return document


# New jobs


def test_a_new_job_is_seen_by_admins_only_and_the_rows_say_so() -> None:
    prod = workspace("ignore")
    define(prod, "load", [ENGINEERS])
    only = (
        "Only workspace admins can see it; “permissions” in the mapping file gives others access."
    )
    assert row(service(prod).validate()[1]).message == f"Will be created. {only}"
    done = row(service(prod).import_jobs())
    assert done.message == f"Created as job {prod.jobs.named('load').job_id}. {only}"
    assert prod.jobs.entries("load") == [f"{ME} IS_OWNER"]
    assert calls(prod) == 0


def test_a_new_job_gets_what_the_mapping_file_says() -> None:
    prod = workspace(
        {"new_jobs": [ENGINEERS, {"user_name": "dev@x", "permission_level": "CAN_VIEW"}]},
        **{"dev@x": {"user_name": "prod@x"}},
    )
    define(prod, "load")
    planned = row(service(prod).validate()[1])
    assert "the group “engineers” (CAN_MANAGE_RUN), the user “prod@x” (CAN_VIEW)" in planned.message
    assert service(prod).import_jobs().status == "completed"
    assert prod.jobs.entries("load") == [
        "engineers CAN_MANAGE_RUN",
        "prod@x CAN_VIEW",
        f"{ME} IS_OWNER",
    ]
    assert calls(prod) == 1, "one new job is looked at"
    prod.jobs.grants[prod.jobs.named("load").job_id] = (OWNER,)
    assert row(service(prod).validate()[1]).status == "unchanged"
    assert calls(prod) == 1


def test_a_workspace_that_ignores_them_at_creation_gets_them_afterwards() -> None:
    prod = workspace({"new_jobs": [ENGINEERS]})
    prod.jobs.create_ignores_permissions = True
    for name in ("a", "b", "c"):
        define(prod, name)
    prod.jobs.fail_names["add permissions of b"] = DENIED
    report = service(prod).import_jobs()
    assert calls(prod) == 1
    for name in ("a", "c"):
        assert prod.jobs.entries(name) == ["engineers CAN_MANAGE_RUN", f"{ME} IS_OWNER"]
        assert row(report, name).status == "new"
    failed = row(report, "b")
    job_id = prod.jobs.named("b").job_id
    assert failed.status == "error"
    assert f"Created as job {job_id}, but its permissions were not set." in failed.issues[0].message
    assert "Set them in the workspace" in failed.issues[0].message
    assert row(service(prod).validate()[1], "b").status == "unchanged", "the ledger has it"


def test_a_look_that_fails_is_a_note() -> None:
    prod = workspace({"new_jobs": [ENGINEERS]})
    define(prod, "load")
    prod.jobs.fail["get_permissions"] = DENIED
    done = row(service(prod).import_jobs())
    assert done.status == "new"
    assert "Its permissions could not be read. No permission: not today." in done.message


def test_jobs_of_a_circle_have_their_permissions_too() -> None:
    prod = workspace("from_git")
    for name, other in (("a", "b"), ("b", "a")):
        define(prod, name, [ENGINEERS], tasks=[run_job_task("run", f"__JOB__{other}__")])
    assert service(prod).import_jobs().status == "completed"
    for name in "ab":
        assert prod.jobs.entries(name) == ["engineers CAN_MANAGE_RUN", f"{ME} IS_OWNER"]


def test_a_principal_that_is_not_here_keeps_the_job_from_being_written() -> None:
    prod = workspace({"new_jobs": [ENGINEERS]})
    prod.principals.active = {Principal("user_name", ME)}
    define(prod, "load")
    [issue] = row(service(prod).import_jobs()).issues
    assert "The group “engineers” does not exist in this workspace" in issue.message
    assert issue.path == "permissions[group_name=engineers]"
    assert not prod.jobs.jobs


# From Git


@pytest.fixture
def prod() -> FakeWorkspace:
    """A workspace whose job equals its definition, but for the permissions."""
    made = workspace("from_git")
    define(made, "load", [ENGINEERS, ANA])
    made.jobs.add({**job("load"), "run_as": {"user_name": ME}})
    made.jobs.grants[made.jobs.named("load").job_id] = (OWNER, group("others", "CAN_VIEW"))
    return made


def test_permissions_alone_make_a_job_changed_and_are_all_that_is_written(
    prod: FakeWorkspace,
) -> None:
    plan, report = service(prod).validate()
    found = row(report)
    assert found.status == "changed"
    assert changes(found) == {"permissions[group_name=engineers]": (None, "CAN_MANAGE_RUN")}
    assert calls(prod) == 1
    done = row(service(prod).import_jobs(Review(["load"], fingerprint_plan(plan))))
    assert done.message == f"Set the permissions of job {prod.jobs.named('load').job_id}."
    assert prod.jobs.entries("load") == [
        "engineers CAN_MANAGE_RUN",
        "others CAN_VIEW",
        f"{ME} IS_OWNER",
    ]
    assert [entry for entry in prod.jobs.log if entry[0] != "permissions"] == [
        ("add permissions", "load")
    ]
    assert row(service(prod).validate()[1]).status == "unchanged"


def test_exact_removes_what_git_does_not_have(prod: FakeWorkspace) -> None:
    use(prod, {"from_git": "exact"}, **{"ana@dev.example": {"user_name": "ana@prod.example"}})
    found = row(service(prod).validate()[1])
    assert changes(found) == {
        "permissions[group_name=engineers]": (None, "CAN_MANAGE_RUN"),
        "permissions[group_name=others]": ("CAN_VIEW", None),
        "permissions[user_name=ana@prod.example]": (None, "IS_OWNER"),
        f"permissions[user_name={ME}]": ("IS_OWNER", "CAN_MANAGE"),
    }
    assert service(prod).import_jobs().status == "completed"
    assert prod.jobs.entries("load") == [
        "ana@prod.example IS_OWNER",
        "engineers CAN_MANAGE_RUN",
        f"{ME} CAN_MANAGE",
    ]
    assert row(service(prod).validate()[1]).status == "unchanged"


def test_settings_and_permissions_change_together(prod: FakeWorkspace) -> None:
    define(prod, "load", [ENGINEERS], timeout_seconds=60)
    found = row(service(prod).validate()[1])
    assert changes(found) == {
        "timeout_seconds": (None, 60),
        "permissions[group_name=engineers]": (None, "CAN_MANAGE_RUN"),
    }
    assert service(prod).import_jobs().status == "completed"
    assert [entry[0] for entry in prod.jobs.log][-2:] == ["reset", "add permissions"]


def test_permissions_that_cannot_be_set_after_the_settings_are_said_exactly(
    prod: FakeWorkspace,
) -> None:
    define(prod, "load", [ENGINEERS], timeout_seconds=60)
    prod.jobs.fail["add_permissions"] = DENIED
    [issue] = row(service(prod).import_jobs()).issues
    job_id = prod.jobs.named("load").job_id
    assert issue.message == (
        f"Updated job {job_id}, but its permissions were not set. No permission: not today. "
        "Import it again."
    )
    assert prod.jobs.named("load").unpack_settings()["timeout_seconds"] == 60
    left = row(service(prod).validate()[1])
    assert changes(left) == {"permissions[group_name=engineers]": (None, "CAN_MANAGE_RUN")}
    [issue] = row(service(prod).import_jobs()).issues
    assert issue.message == "Its permissions were not set. No permission: not today."
    prod.jobs.fail.clear()
    assert service(prod).import_jobs().status == "completed"


def test_permissions_that_moved_after_the_review_are_a_moved_row(prod: FakeWorkspace) -> None:
    plan, _ = service(prod).validate()
    prod.jobs.grants[prod.jobs.named("load").job_id] = (OWNER,)
    [issue] = row(service(prod).import_jobs(Review(None, fingerprint_plan(plan)))).issues
    assert "changed after validation" in issue.message
    assert prod.jobs.entries("load") == [f"{ME} IS_OWNER"]


def test_a_new_job_moves_when_its_permissions_do() -> None:
    prod = workspace("from_git")
    define(prod, "load", [ENGINEERS])
    plan, _ = service(prod).validate()
    define(prod, "load", [])
    [issue] = row(service(prod).import_jobs(Review(None, fingerprint_plan(plan)))).issues
    assert "changed after validation" in issue.message


def test_the_snapshot_has_the_permissions_that_change(prod: FakeWorkspace) -> None:
    service(prod).import_jobs()
    [snapshot] = [
        json.loads(content) for path, content in prod.files.files.items() if "/part-" in path
    ]
    [item] = snapshot["items"]
    assert {
        entry.get("group_name") or entry["user_name"]: entry["all_permissions"]
        for entry in item["permissions"]["access_control_list"]
    } == {
        ME: [{"permission_level": "IS_OWNER", "inherited": False}],
        "others": [{"permission_level": "CAN_VIEW", "inherited": False}],
        "admins": [{"permission_level": "CAN_MANAGE", "inherited": True}],
    }


def test_permissions_that_cannot_be_read_are_an_error_of_that_row(prod: FakeWorkspace) -> None:
    define(prod, "other", [ENGINEERS])
    prod.jobs.add({**job("other"), "run_as": {"user_name": ME}})
    prod.jobs.fail_names["permissions of load"] = DENIED
    report = service(prod).validate()[1]
    [issue] = row(report).issues
    assert issue.message == "Its permissions could not be read. No permission: not today."
    assert row(report, "other").status == "changed"


def test_a_definition_that_says_nothing_of_permissions_changes_none(prod: FakeWorkspace) -> None:
    use(prod, {"from_git": "exact"})
    define(prod, "load")
    assert row(service(prod).validate()[1]).status == "unchanged"
    assert calls(prod) == 0


def test_without_from_git_the_entries_of_a_definition_mean_nothing(prod: FakeWorkspace) -> None:
    for policy in ("ignore", {"new_jobs": [ENGINEERS]}):
        use(prod, policy)
        prod.principals.active = {Principal("user_name", ME), Principal("group_name", "engineers")}
        assert row(service(prod).validate()[1]).status == "unchanged"
    assert calls(prod) == 0


def test_a_malformed_list_is_an_error_of_the_file(prod: FakeWorkspace) -> None:
    define(prod, "load", [{"group_name": "engineers"}])
    report = service(prod).validate()[1]
    [issue] = [issue for one in report.rows for issue in one.issues]
    assert "entry 1 lacks its permission_level" in issue.message


def test_the_name_that_lacks_is_among_those_to_map(prod: FakeWorkspace) -> None:
    prod.principals.active = {Principal("user_name", ME)}
    report = service(prod).validate()[1]
    assert [(one.name, one.section) for one in report.unmapped] == [
        ("engineers", "run_as_mappings")
    ]
    use(prod, "from_git", engineers={"user_name": ME})
    assert row(service(prod).validate()[1]).status == "unchanged"


# Into Git


def dev_with(*entries: Permission, policy: Any = "from_git") -> FakeWorkspace:
    made = workspace(policy)
    made.jobs.add(job("load"), job_id=7)
    made.jobs.grants[7] = entries
    return made


def export(made: FakeWorkspace) -> Report:
    report: Report = service(made, mode=AppMode.EXPORT).export()
    assert report.status == "completed"
    return report


def test_an_export_writes_the_job_s_own_entries_in_steady_order() -> None:
    dev = dev_with(user("ana@x", IS_OWNER), user(ME, "CAN_MANAGE"), group("eng", "CAN_VIEW"))
    export(dev)
    assert file(dev)["permissions"] == [
        {"group_name": "eng", "permission_level": "CAN_VIEW"},
        {"permission_level": "IS_OWNER", "user_name": "ana@x"},
    ]
    assert calls(dev) == 1
    before = dev.definition_files()
    dev.jobs.grants[7] = dev.jobs.grants[7][::-1]
    assert row(export(dev)).status == "unchanged"
    assert dev.definition_files() == before


def test_an_export_shows_and_writes_what_changed() -> None:
    dev = dev_with(user("ana@x", IS_OWNER), group("eng", "CAN_VIEW"))
    export(dev)
    dev.jobs.grants[7] = (user("bob@x", IS_OWNER), group("eng", "CAN_MANAGE"))
    preview = row(service(dev, mode=AppMode.EXPORT).export(dry_run=True))
    assert changes(preview) == {
        "permissions[group_name=eng]": ("CAN_VIEW", "CAN_MANAGE"),
        "permissions[user_name=ana@x]": ("IS_OWNER", None),
        "permissions[user_name=bob@x]": (None, "IS_OWNER"),
    }
    export(dev)
    assert file(dev)["permissions"] == [
        {"group_name": "eng", "permission_level": "CAN_MANAGE"},
        {"permission_level": "IS_OWNER", "user_name": "bob@x"},
    ]


@pytest.mark.parametrize("policy", ["ignore", {"new_jobs": [ENGINEERS]}])
def test_an_export_without_from_git_keeps_what_a_file_says(policy: Any) -> None:
    dev = dev_with(user("ana@x", IS_OWNER), policy=policy)
    export(dev)
    assert "permissions" not in file(dev)
    theirs = [{"user_name": "Eva@x", "display_name": "Eva", "level": "CAN_VIEW"}]
    dev.put_file("load.json", json.dumps({**file(dev), "permissions": theirs}).encode())
    assert row(export(dev)).status == "unchanged"
    dev.jobs.add(job("load", timeout_seconds=5), job_id=7)
    assert row(export(dev)).status == "changed"
    assert file(dev)["permissions"] == theirs
    assert calls(dev) == 0


def test_hand_written_entries_that_mean_the_same_stay_as_they_are() -> None:
    dev = dev_with(user("ana@x", IS_OWNER), group("eng", "CAN_VIEW"))
    export(dev)
    theirs = [
        {"user_name": "ANA@x", "permission_level": "IS_OWNER", "display_name": "Ana"},
        {"group_name": "eng", "permission_level": "CAN_VIEW"},
    ]
    dev.put_file("load.json", json.dumps({**file(dev), "permissions": theirs}).encode())
    assert row(export(dev)).status == "unchanged"
    assert file(dev)["permissions"] == theirs


def test_permissions_that_cannot_be_read_leave_the_file_alone() -> None:
    dev = dev_with(user("ana@x", IS_OWNER))
    dev.jobs.fail["get_permissions"] = DENIED
    report = service(dev, mode=AppMode.EXPORT).export()
    assert "could not be read" in row(report).issues[0].message
    assert dev.definition_files() == {}


def test_a_round_trip_ends_where_it_began() -> None:
    dev = dev_with(user("ana@x", IS_OWNER), group("eng", "CAN_VIEW"), group("ops", "CAN_MANAGE"))
    export(dev)
    for policy in ({"from_git": "add"}, {"from_git": "exact"}):
        prod = workspace(policy, eng={"group_name": "eng-prod"})
        dev.copy_definitions_to(prod)
        assert service(prod).import_jobs().status == "completed"
        assert prod.jobs.entries("load") == [
            "eng-prod CAN_VIEW",
            "ops CAN_MANAGE",
            f"{ME} IS_OWNER",
        ]
        before = prod.definition_files()
        both = service(prod, mode=AppMode.BOTH)
        assert row(both.validate()[1]).status == "unchanged"
        assert row(both.export()).status == "unchanged"
        assert prod.definition_files() == before
        prod.jobs.grants[prod.jobs.named("load").job_id] = (
            OWNER,
            group("eng-prod", "CAN_MANAGE"),
            group("new", "CAN_VIEW"),
        )
        assert row(both.export()).status == "changed"
        assert file(prod)["permissions"] == [
            {"group_name": "eng", "permission_level": "CAN_MANAGE"},
            {"group_name": "new", "permission_level": "CAN_VIEW"},
            {"permission_level": "IS_OWNER", "user_name": "ana@x"},
        ]


def test_a_mapped_owner_makes_the_round_trip_too() -> None:
    dev = dev_with(user("ana@x", IS_OWNER))
    export(dev)
    for policy in ({"from_git": "add"}, {"from_git": "exact"}):
        prod = workspace(policy, **{"ana@x": {"user_name": "ops@y"}})
        dev.copy_definitions_to(prod)
        both = service(prod, mode=AppMode.BOTH)
        both.import_jobs()
        assert prod.jobs.entries("load") == ["ops@y IS_OWNER", f"{ME} CAN_MANAGE"]
        assert row(both.validate()[1]).status == "unchanged"
        assert row(both.export()).status == "unchanged"


def test_a_draft_of_the_policy_can_be_tested_before_it_is_saved(prod: FakeWorkspace) -> None:
    use(prod, "ignore")
    draft = json.dumps({"permissions": {"from_git": "exact"}})
    tested = service(prod).test_mappings(draft).details
    assert [(one.job_name, one.before, one.after) for one in tested.changes] == [
        ("load", "unchanged", "changed")
    ]


def test_a_broken_policy_stops_everything_before_anything_is_read(prod: FakeWorkspace) -> None:
    use(prod, "everything")
    with pytest.raises(SyncError, match="“everything” is not known in permissions"):
        service(prod).validate()
    assert FOLDER
