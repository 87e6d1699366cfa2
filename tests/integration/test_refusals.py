"""What goes wrong leaves jobs and files as they were, and says so in words for the user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.errors import (
    LockedError,
    MappingFileError,
    NotFoundError,
    RemovalRefusedError,
    StateError,
    SyncError,
    UnauthenticatedError,
    UnreachableError,
)
from core.planning.review import Review
from tests.builders import definition_text, job, notebook_task
from tests.emulated import (
    CREATE,
    IMPORT_FILE,
    LIST,
    RESET,
    Emulated,
    issues_of,
    promote,
    push_and_pull,
    row_of,
    statuses,
)
from tests.integration.conftest import Pair

MAPPING = "/Workspace/Shared/config/mappings.json"
STATE = "/Workspace/Shared/.job-sync-state"
READ_FILE = "GET /api/2.0/workspace/export"
CONFLICT = b"""{
<<<<<<< HEAD
  "settings": {"name": "load"}
=======
  "settings": {"name": "load", "max_concurrent_runs": 2}
>>>>>>> main
}
"""


@contextmanager
def untouched(*workspaces: Emulated) -> Iterator[None]:
    """Make sure that no job and no file of the Git folder changes inside."""
    before = [(one.stored_jobs(), one.files()) for one in workspaces]
    yield
    for one, (jobs, files) in zip(workspaces, before, strict=True):
        assert one.stored_jobs() == jobs
        assert one.files() == files


@pytest.fixture
def promoted(pair: Pair) -> Pair:
    """Two jobs in both workspaces, imported by us; in Git one of them has changed since."""
    dev, prod = pair
    [admin] = [
        one["name"] for one in dev.control("GET", "state")["users"] if "admins" in one["groups"]
    ]
    prod.seed(users=[{"userName": admin}])
    load = dev.create_job(job("load"))
    dev.create_job(job("report"))
    assert promote(dev, prod).counts() == {"new": 2}
    dev.reset_job(load, job("load", max_concurrent_runs=7))
    dev.service().export()
    push_and_pull(dev, prod)
    return pair


# The mapping file


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{\n  "run_as_mappings": {}\n  "pause_status": "from_git"\n}', ["line 2", "comma"]),
        (b"[]", ["the file should be an object", "a list"]),
        ('{"run_as_mappings": {}}'.encode("utf-16"), ["not UTF-8"]),
        (b"", ["is empty"]),
        (b"   \n", ["is empty"]),
        (b"null", ["should be an object", "null"]),
        (b'{"compute_name_mappings": []}', ["compute_name_mappings", "a list"]),
        (
            b'{"compute_name_mappings": {"cluster_name_mappings": {"a": 1}}}',
            ["cluster_name_mappings.a", "a name in quotes", "a number"],
        ),
        (
            b'{"run_as_mappings": {"default": {"user_name": "a", "group_name": "b"}}}',
            ["run_as_mappings.default", "exactly one"],
        ),
        (b'{"run_as_mappings": {"default": "ana"}}', ["run_as_mappings.default", "a string"]),
        (b'{"pause_status": "sometimes"}', ["pause_status", "new_paused"]),
        (b'{"pause_status": "from_git", "pause_status": "new_paused"}', ["pause_status"]),
        (CONFLICT, ["line 2"]),
    ],
)
def test_a_broken_mapping_file_stops_everything(
    promoted: Pair, content: bytes, words: list[str]
) -> None:
    dev, prod = promoted
    prod.put(MAPPING, content)
    service = prod.service(mapping_path=MAPPING)
    with untouched(dev, prod):
        for operation in (service.validate, service.import_jobs, service.remove, service.export):
            with pytest.raises(MappingFileError) as caught:
                operation()
            for word in [MAPPING, *words]:
                assert word in str(caught.value)
    prod.put(MAPPING, b"{}")
    assert service.import_jobs().counts() == {"changed": 1, "unchanged": 1}  # no lock was left


def test_a_mapping_file_that_is_a_folder_stops_everything(promoted: Pair) -> None:
    dev, prod = promoted
    prod.put(f"{MAPPING}/inside.txt", b"")
    with untouched(dev, prod), pytest.raises(SyncError, match=r"mappings\.json"):
        prod.service(mapping_path=MAPPING).import_jobs()


def test_an_unreadable_mapping_file_is_not_taken_for_a_missing_one(promoted: Pair) -> None:
    dev, prod = promoted
    prod.put(MAPPING, b"{}")
    service = prod.service(mapping_path=MAPPING)
    _, whole = service.validate()
    prod.clear_calls()
    service.validate()
    reads, refused = prod.calls()[READ_FILE], 0
    with untouched(dev, prod):
        for call in range(1, reads + 1):
            prod.fault(READ_FILE, call=call, status=403, body={"message": "not for you"})
            try:
                _, report = service.validate()
            except SyncError as error:
                assert "not for you" in str(error)
                refused += 1
            else:
                assert "not for you" in issues_of(report)
                assert report.counts() != whole.counts()
                assert "no mapping file" not in issues_of(report)
            prod.clear_faults()
    # The mapping file, the ledger and what was written; a definition blocks its job alone.
    assert refused == 3


def test_a_missing_mapping_file_is_said(promoted: Pair) -> None:
    _, prod = promoted
    _, report = prod.service(mapping_path=MAPPING).validate()
    assert f"There is no mapping file {MAPPING}" in issues_of(report)


# Definitions


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONFLICT, "merge-conflict markers"),
        (b'{"settings": {"tasks": []}}', "no job name"),
        (b'{"settings": {"name": "  ", "tasks": []}}', "no job name"),
        (b'{"settings": {"name": 7, "tasks": []}}', "no job name"),
        (b"", "is empty"),
        (b'{"settings": {"name": "load",}}', "not valid JSON"),
        (b'{"settings": {"name": "load", "name": "load"}}', "appears twice"),
        ('{"settings": {"name": "load"}}'.encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_broken_definition_blocks_its_job_and_every_removal(
    promoted: Pair, content: bytes, words: str
) -> None:
    dev, prod = promoted
    prod.put("load.json", content)
    service = prod.service()
    with untouched(dev, prod):
        _, report = service.validate()
        assert statuses(report) == {
            "load": "unmanaged",
            "load.json": "error",
            "report": "unchanged",
        }
        assert words in issues_of(report)
        assert service.import_jobs().status == "completed_with_errors"
        with pytest.raises(RemovalRefusedError, match="could be read"):
            service.remove()


@pytest.mark.parametrize("content", [CONFLICT, b'{"settings": {"tasks": []}}', b"{ not json"])
def test_an_export_overwrites_no_broken_definition(promoted: Pair, content: bytes) -> None:
    dev, prod = promoted
    dev.put("load.json", content)
    with untouched(dev, prod):
        report = dev.service().export()
    assert report.counts() == {"error": 2, "unchanged": 1}
    assert "cannot be read and is not overwritten" in issues_of(report)


def test_a_file_that_cannot_be_read_now_deletes_nothing(promoted: Pair) -> None:
    dev, prod = promoted
    with untouched(dev, prod):
        # The lock and the ledger are read before the definitions, in PROD also what was filled in
        # and what was written.
        for workspace, call in ((dev, 3), (prod, 5)):
            workspace.fault(READ_FILE, call=call, times=2, status=403, body={"message": "not now"})
        report = prod.service().import_jobs()
        assert report.counts() == {"error": 2, "unmanaged": 2}
        assert "not now" in issues_of(report)
        assert dev.service().export().counts() == {"error": 4}
    assert prod.service().import_jobs().counts() == {"changed": 1, "unchanged": 1}


def test_a_subfolder_that_cannot_be_listed_deletes_nothing(promoted: Pair) -> None:
    _, prod = promoted
    prod.put("team/other.json", definition_text(job("other")))
    # The folder itself is listed before.
    prod.fault("GET /api/2.0/workspace/list", call=3, times=0, status=403, body={"message": "no"})
    _, report = prod.service().validate()
    assert "deleted" not in report.counts()
    assert "No permission" in issues_of(report)
    with pytest.raises(SyncError):
        prod.service().remove()


# The workspace


def test_a_missing_folder_is_named(promoted: Pair) -> None:
    dev, prod = promoted
    missing = "/Workspace/Shared/nothing here"
    with untouched(dev, prod):
        for service in (dev.service(folder=missing), prod.service(folder=missing)):
            for operation in (service.export, service.validate, service.import_jobs, service.info):
                with pytest.raises(NotFoundError, match=missing):
                    operation()


def test_a_read_only_folder_keeps_its_files(promoted: Pair) -> None:
    dev, prod = promoted
    dev.create_job(job("new"))
    dev.reset_job(dev.job_id("report"), job("report", max_concurrent_runs=3))
    dev.seed(read_only=[dev.folder])
    with untouched(dev, prod):
        report = dev.service().export()
    assert statuses(report) == {"load": "unchanged", "new": "error", "report": "error"}
    assert "No permission" in issues_of(report)
    assert "You don't have write permission" in issues_of(report)


def test_a_state_folder_that_cannot_be_made_stops_everything(promoted: Pair) -> None:
    dev, prod = promoted
    prod.seed(directories=["/Locked"], read_only=["/Locked"])
    service = prod.service(state_path="/Workspace/Locked/state")
    with untouched(dev, prod):
        for operation in (service.import_jobs, service.export, service.remove, service.adopt):
            with pytest.raises(StateError, match="STATE_FOLDER_PATH") as caught:
                operation()
            assert "/Workspace/Locked/state" in str(caught.value)


def test_an_expired_token_stops_everything(promoted: Pair) -> None:
    dev, prod = promoted
    with untouched(dev, prod):
        service = prod.service(token="expired-token")
        for operation in (service.validate, service.import_jobs, service.export, service.info):
            with pytest.raises(UnauthenticatedError, match="refused the login") as caught:
                operation()
            assert "expired-token" not in str(caught.value)


def test_a_token_that_expires_during_an_import_is_said_at_its_job(promoted: Pair) -> None:
    dev, prod = promoted
    body = {"error_code": "UNAUTHENTICATED", "message": "Token has expired."}
    prod.fault(RESET, status=401, body=body, times=2)
    with untouched(dev, prod):
        report = prod.service().import_jobs()
    assert statuses(report) == {"load": "error", "report": "unchanged"}
    assert "refused the login" in issues_of(report)
    assert prod.service().import_jobs().counts() == {"changed": 1, "unchanged": 1}


@pytest.mark.slow
def test_an_unreachable_workspace_is_said(start: Callable[..., Pair]) -> None:
    dev, _ = start()
    service = dev.service(retry_s=1)
    dev.running.stop()
    with pytest.raises(UnreachableError, match="does not answer"):
        service.export()


@pytest.mark.slow
def test_a_list_of_jobs_that_breaks_off_proves_nothing(promoted: Pair) -> None:
    dev, prod = promoted
    for workspace in (dev, prod):
        workspace.fault(LIST, times=0, status=500, body={"message": "broken"})
    with untouched(dev, prod):
        for operation in (
            dev.service().export,
            prod.service().validate,
            prod.service().import_jobs,
            prod.service().remove,
        ):
            with pytest.raises(SyncError, match="broken"):
                operation()


def test_a_principal_that_sees_fewer_jobs_deletes_and_creates_nothing(promoted: Pair) -> None:
    dev, prod = promoted
    visitor = {"userName": "visitor@dev.example", "token": "visitor-token"}
    for workspace in (dev, prod):
        workspace.seed(users=[visitor])
    assert list(dev.connect(token="visitor-token").ports.jobs.list_jobs()) == []
    with untouched(dev, prod):
        exported = dev.service(token="visitor-token").export()
        assert set(statuses(exported).values()) == {"unmanaged"}
        assert "not known to be a workspace admin" in issues_of(exported)
        imported = prod.service(token="visitor-token").import_jobs()
        assert set(statuses(imported).values()) == {"error"}
        assert "Cannot rule out" in issues_of(imported)
        with pytest.raises(RemovalRefusedError, match="not known to be a workspace admin") as no:
            prod.service(token="visitor-token").remove()
        assert "files" not in str(no.value)
    assert prod.service().import_jobs().counts() == {"changed": 1, "unchanged": 1}


# Names


def test_a_name_that_looks_like_a_path_stays_in_the_folder(dev: Emulated, prod: Emulated) -> None:
    names = ["../../x", "/etc/passwd", "..\\..\\x", "a/../b", ".git/config", "con", "x\0y", "%2e"]
    for name in names:
        dev.create_job(job(name))
    before = set(dev.files())
    shared_before = {path.partition("/")[0] for path in dev.files("/Workspace/Shared")}
    report = dev.service().export()
    assert report.counts() == {"new": len(names)}, issues_of(report)
    written = set(dev.files()) - before
    assert len(written) == len(names)
    assert not any("/" in path or path.startswith(".") for path in written)
    shared = {path.partition("/")[0] for path in dev.files("/Workspace/Shared")}
    assert shared == shared_before | {".job-sync-state"}
    [admin] = [
        one["name"] for one in dev.control("GET", "state")["users"] if "admins" in one["groups"]
    ]
    prod.seed(users=[{"userName": admin}])
    push_and_pull(dev, prod)
    assert prod.service().import_jobs().counts() == {"new": len(names)}
    assert prod.names() == sorted(names)


def test_two_jobs_of_one_name_are_named_with_their_ids(promoted: Pair) -> None:
    dev, prod = promoted
    dev.create_job(job("load"))
    with untouched(dev, prod):
        report = dev.service().export()
        assert statuses(report)["report"] == "unchanged"
        ids = [str(one["job_id"]) for one in dev.stored_jobs() if one["settings"]["name"] == "load"]
        assert "2 jobs have this name" in issues_of(report)
        assert len(ids) == 2
        assert all(job_id in issues_of(report) for job_id in ids)


def test_another_job_of_the_name_is_not_taken_for_the_one_that_was_imported(promoted: Pair) -> None:
    _dev, prod = promoted
    prod.create_job(job("load"))
    report = prod.service().validate()[1]
    found = sorted((row.job_name, row.status) for row in report.rows)
    assert found == [("load", "changed"), ("load", "unmanaged"), ("report", "unchanged")]
    [other] = [row for row in report.rows if row.status == "unmanaged"]
    assert "is another job's" in other.message


def test_two_files_of_one_job_are_named(promoted: Pair) -> None:
    dev, prod = promoted
    for workspace in (dev, prod):
        workspace.put("copy of load.json", workspace.read("load.json"))
    with untouched(dev, prod):
        for report in (dev.service().export(), prod.service().import_jobs()):
            assert "2 files define this job" in issues_of(report)
            assert "copy of load.json" in issues_of(report)


def test_an_ambiguous_cluster_name_blocks_its_job_alone(promoted: Pair) -> None:
    dev, prod = promoted
    dev.seed(clusters=[{"cluster_id": "d-1", "cluster_name": "twin"}])
    twins = [{"cluster_id": f"p-{number}", "cluster_name": "twin"} for number in (1, 2)]
    prod.seed(clusters=twins)
    dev.create_job(job("on twin", tasks=[notebook_task("a", existing_cluster_id="d-1")]))
    dev.service().export()
    push_and_pull(dev, prod)
    with untouched(dev, prod):
        report = prod.service().import_jobs(Review(["on twin"]))
        assert row_of(report, "on twin").status == "error"
        assert "More than one cluster is named “twin”: p-1, p-2" in issues_of(report)
    dev.seed(clusters=[{"cluster_id": "d-2", "cluster_name": "twin"}])
    with untouched(dev, prod):
        report = dev.service().export()
        assert row_of(report, "on twin").status == "unchanged"
        assert "d-1, d-2" in row_of(report, "on twin").message_with_risks


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (
            {"existing_cluster_id": "__CLUSTER__nowhere__"},
            ["named “nowhere”", "Map “nowhere”"],
        ),
        ({"existing_cluster_id": "0101-raw-id"}, ["0101-raw-id was not found", "__CLUSTER__"]),
        ({"existing_cluster_id": "__CLUSTER__unknown__"}, ["was deleted in the source"]),
        ({"run_job_task": {"job_id": "__JOB__nothing__"}}, ["no job named “nothing”"]),
        ({"run_job_task": {"job_id": 12345}}, ["12345 was not found"]),
    ],
)
def test_a_reference_to_nothing_blocks_its_job(
    promoted: Pair, reference: dict[str, Any], words: list[str]
) -> None:
    dev, prod = promoted
    settings = {"name": "by hand", "tasks": [{"task_key": "a", **reference}]}
    prod.put("by hand.json", definition_text(settings, run_as=""))
    with untouched(dev, prod):
        report = prod.service().import_jobs(Review(["by hand"]))
    assert row_of(report, "by hand").status == "error"
    for word in words:
        assert word in issues_of(report)


def test_an_unknown_identity_blocks_its_job(promoted: Pair) -> None:
    dev, prod = promoted
    prod.seed(users=[{"userName": "left@dev.example", "active": False}])
    for name in ("left@dev.example", "nobody@dev.example"):
        prod.put(f"{name}.json", definition_text(job(name), run_as=name))
    with untouched(dev, prod):
        report = prod.service().import_jobs(Review(["left@dev.example", "nobody@dev.example"]))
    for name in ("left@dev.example", "nobody@dev.example"):
        assert row_of(report, name).status == "error"
        assert f"“{name}”" in issues_of(report)


# The way back


def test_without_a_snapshot_nothing_changes(promoted: Pair) -> None:
    dev, prod = promoted
    prod.fault(IMPORT_FILE, call=2, status=400, body={"message": "disk full"})  # 1 is the lock
    with untouched(dev, prod), pytest.raises(StateError, match="so nothing was changed") as caught:
        prod.service().import_jobs()
    assert "disk full" in str(caught.value)
    prod.clear_faults()
    assert prod.service().import_jobs().counts() == {"changed": 1, "unchanged": 1}


def test_a_ledger_that_cannot_be_written_after_an_import_forgets_no_job(promoted: Pair) -> None:
    dev, prod = promoted
    dev.create_job(job("new"))
    dev.service().export()
    push_and_pull(dev, prod)
    # 1 the lock, 2 the snapshot's head, 3 the announcement, 4 what was created, 5 the ledger
    prod.fault(IMPORT_FILE, call=5, status=400, body={"message": "disk full"})
    report = prod.service().import_jobs(Review(["new"]))
    assert report.status == "failed"
    assert "disk full" in issues_of(report)
    assert row_of(report, "new").message.startswith("Created")
    prod.clear_faults()
    assert prod.names() == ["load", "new", "report"]
    assert statuses(prod.service().validate()[1])["new"] == "unchanged"
    prod.remove_file("new.json")
    assert statuses(prod.service().validate()[1])["new"] == "deleted"


@pytest.mark.parametrize("content", [b"{ not json", b"[]", b'{"version": 99}', b"\xff\xfe"])
def test_a_broken_ledger_is_not_taken_for_an_empty_one(promoted: Pair, content: bytes) -> None:
    dev, prod = promoted
    [ledger] = [path for path in prod.files(STATE) if path.endswith("imported.json")]
    prod.put(f"{STATE}/{ledger}", content)
    with untouched(dev, prod):
        for operation in (prod.service().validate, prod.service().import_jobs):
            with pytest.raises(StateError, match=r"imported\.json"):
                operation()


def test_a_busy_workspace_is_said(promoted: Pair) -> None:
    dev, prod = promoted
    lock = max(path for path in prod.files(STATE) if "lock-" in path)
    held = prod.read(f"{STATE}/{lock}").replace(b'"released": true', b'"released": false')
    prod.put(f"{STATE}/{lock}", held)
    with untouched(dev, prod), pytest.raises(LockedError, match="pull, started by"):
        prod.service().import_jobs()


def test_a_dirty_git_folder_is_not_pulled_over(promoted: Pair) -> None:
    dev, prod = promoted
    dev.reset_job(dev.job_id("report"), job("report", max_concurrent_runs=4))
    dev.service().export()
    dev.commit()
    prod.put("report.json", b'{"edited": "here"}')
    with untouched(prod), pytest.raises(SyncError, match="never discards"):
        prod.service().pull()


def test_what_the_api_refuses_is_told_in_its_words(promoted: Pair) -> None:
    dev, prod = promoted
    settings = {"name": "by hand", "tasks": [{"notebook_task": {"notebook_path": "/x"}}]}
    [admin] = [
        one["name"] for one in prod.control("GET", "state")["users"] if "admins" in one["groups"]
    ]
    prod.put("by hand.json", definition_text(settings, run_as=admin))
    with untouched(dev, prod):
        report = prod.service().import_jobs(Review(["by hand"]))
    assert "Missing required field: settings.tasks.task_key" in issues_of(report)
    assert prod.calls()[CREATE] == 3  # two at first, and this one
