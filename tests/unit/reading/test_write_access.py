"""Who may write the places that decide what the app does."""

import pytest

from core.errors import PermissionDeniedError
from core.jobsettings.principals import Principal
from core.ports import Access, GitFolder, ObjectKind
from core.reading.write_access import read_write_access
from core.reporting.write_access import Place, PlaceAccess
from tests.fakes import FakeFiles, FakeWorkspace

OWN = "/Workspace/job-sync"
GIT = GitFolder(7, f"{OWN}/jobs", "main", "1", "")


def access(field: str, name: str, *levels: str, shown: str = "") -> Access:
    return Access(Principal(field, name), frozenset(levels), shown)  # type: ignore[arg-type]


@pytest.fixture
def files() -> FakeFiles:
    files = FakeFiles()
    files.make_folder(f"{OWN}/config")
    files.files[f"{OWN}/config/map.json"] = b"{}"
    return files


def grant(files: FakeFiles, kind: ObjectKind, path: str, *grants: Access) -> None:
    files.grants[kind, files.status(path).object_id] = list(grants)


def read(files: FakeFiles, place: Place, path: str) -> PlaceAccess:
    [found] = read_write_access(files, [(place, path)], None)
    return found


def test_only_those_who_may_write_are_listed_as_people_know_them(files: FakeFiles) -> None:
    path = f"{OWN}/config/map.json"
    grant(
        files,
        ObjectKind.FILE,
        path,
        access("user_name", "ana@x", "CAN_EDIT", shown="Ana"),
        access("user_name", "ben@x", "CAN_READ"),
        access("group_name", "users", "CAN_RUN"),
        access("service_principal_name", "0d4c", "IS_OWNER", shown="job-sync"),
    )
    found = read(files, Place.MAPPING, path)
    assert found.writers == ("ana@x", "group admins", "service principal job-sync")
    assert (found.is_everybody, found.warning) == (False, "")


@pytest.mark.parametrize("group", ["users", "account users", "Account Users"])
@pytest.mark.parametrize("place", Place)
def test_all_users_are_warned_of(files: FakeFiles, group: str, place: Place) -> None:
    grant(files, ObjectKind.FOLDER, OWN, access("group_name", group, "CAN_READ", "CAN_EDIT"))
    found = read(files, place, OWN)
    assert found.is_everybody
    assert found.warning.startswith(f"{place}: all users may write {OWN}, so anybody can ")


def test_for_what_does_not_exist_yet_the_folder_above_decides(files: FakeFiles) -> None:
    found = read(files, Place.STATE, f"{OWN}/config/.job-sync-state/abc")
    assert (found.path, found.writers) == (f"{OWN}/config", ("group admins",))
    nowhere = read(files, Place.STATE, "/Workspace/none/at/all")
    assert nowhere.words.startswith("unknown: Nothing of /Workspace/none/at/all exists")


def test_a_git_folder_is_asked_for_by_its_id(files: FakeFiles) -> None:
    [found] = read_write_access(files, [(Place.GIT, f"{OWN}/jobs/sub")], GIT)
    assert found.path == f"{OWN}/jobs"
    assert found.is_everybody


def test_a_workspace_that_does_not_say_is_no_failure() -> None:
    workspace = FakeWorkspace()
    workspace.files.no_access = PermissionDeniedError("You may not.")
    report = workspace.service(mapping_path="/Workspace/Shared/map.json").info()
    assert not report.has_failed
    access = report.details.access  # type: ignore[union-attr]
    assert [place.words for place in access] == ["unknown: You may not."] * 3
    assert not any(place.warning for place in access)


def test_info_says_who_may_write_each_place() -> None:
    details = FakeWorkspace().service().info().details
    assert [place.place for place in details.access] == [Place.STATE, Place.GIT]  # type: ignore[union-attr]
    document = details.as_json()  # type: ignore[union-attr]
    assert type(details).from_json(document) == details


def test_what_another_version_wrote_is_read() -> None:
    found = PlaceAccess.from_json({"place": "Moon", "is_everybody": True})
    assert found.warning.startswith("Moon: all users may write")
    assert found.words == "nobody"
