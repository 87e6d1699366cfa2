"""Promises of `core.ports.WorkspaceFiles`."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import AlreadyExistsError, NotFoundError, WorkspaceError
from core.jobsettings.principals import Principal
from core.ports import ObjectKind, Ports
from tests.contract.conftest import World

ROOT = "/Workspace/Shared/contract"
NAMES = (
    "plain.json",
    "with space.json",
    "100%.json",
    "%2E%20.json",
    "ünïcode · 在庫 🥕.json",
    "a+b&c=d?e#f.json",
    "'quotes' \"double\".json",
    "no suffix",
)


@pytest.fixture(autouse=True)
def root(ports: Ports) -> None:
    ports.files.make_folder(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name_are_written_listed_read_and_deleted(ports: Ports, name: str) -> None:
    path = f"{ROOT}/{name}"
    ports.files.create(path, b"{}")
    ports.files.write(path, b'{"a": 1}')
    assert ports.files.read(path) == b'{"a": 1}'
    [listed] = ports.files.list_folder(ROOT)
    assert (listed.path, listed.is_file, listed.is_folder) == (path, True, False)
    assert ports.files.status(path) == listed
    ports.files.delete(path)
    assert list(ports.files.list_folder(ROOT)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\xef\xbb\xbf{}",
        "ß 在庫 🥕".encode(),
        "UTF-16".encode("utf-16"),
        b"\x00\xff\r\n",
    ],
    ids=["empty", "newline", "bom", "unicode", "utf-16", "binary"],
)
def test_bytes_survive(ports: Ports, content: bytes) -> None:
    ports.files.create(f"{ROOT}/created.json", content)
    ports.files.write(f"{ROOT}/written.json", content)
    assert ports.files.read(f"{ROOT}/created.json") == content
    assert ports.files.read(f"{ROOT}/written.json") == content


def test_a_large_file_survives(ports: Ports) -> None:
    content = os.urandom(3 * 1024 * 1024)
    ports.files.write(f"{ROOT}/large.json", content)
    assert ports.files.read(f"{ROOT}/large.json") == content


def test_create_is_exclusive(ports: Ports) -> None:
    ports.files.create(f"{ROOT}/a.json", b"first")
    with pytest.raises(AlreadyExistsError):
        ports.files.create(f"{ROOT}/a.json", b"second")
    assert ports.files.read(f"{ROOT}/a.json") == b"first"


def test_of_many_creators_one_wins(ports: Ports) -> None:
    def create(number: int) -> bool:
        try:
            ports.files.create(f"{ROOT}/race.json", str(number).encode())
        except AlreadyExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(create, range(8)))
    assert won.count(True) == 1
    assert ports.files.read(f"{ROOT}/race.json") == str(won.index(True)).encode()


def test_write_replaces_and_creates(ports: Ports) -> None:
    ports.files.write(f"{ROOT}/a.json", b"longer content")
    ports.files.write(f"{ROOT}/a.json", b"short")
    assert ports.files.read(f"{ROOT}/a.json") == b"short"


def test_what_is_missing_is_not_found(ports: Ports) -> None:
    for call in (ports.files.read, ports.files.status, ports.files.list_folder):
        with pytest.raises(NotFoundError):
            call(f"{ROOT}/missing")


def test_a_file_without_its_folder_cannot_be_written(ports: Ports) -> None:
    for call in (ports.files.create, ports.files.write):
        with pytest.raises(NotFoundError):
            call(f"{ROOT}/no/such/folder/a.json", b"{}")


def test_a_file_is_no_folder(ports: Ports) -> None:
    ports.files.create(f"{ROOT}/a.json", b"{}")
    with pytest.raises(NotFoundError):
        ports.files.list_folder(f"{ROOT}/a.json")


def test_deleting_what_is_missing_is_no_error(ports: Ports) -> None:
    ports.files.delete(f"{ROOT}/missing.json")
    ports.files.delete(f"{ROOT}/missing/too.json")


def test_folders_come_with_their_parents_and_may_be_there_already(ports: Ports) -> None:
    folder = f"{ROOT}/a b/%/ü"
    ports.files.make_folder(folder)
    ports.files.make_folder(folder)
    ports.files.create(f"{folder}/x.json", b"{}")
    ports.files.make_folder(folder)
    assert ports.files.read(f"{folder}/x.json") == b"{}"
    [listed] = ports.files.list_folder(f"{ROOT}/a b")
    assert (listed.path, listed.is_file, listed.is_folder) == (f"{ROOT}/a b/%", False, True)
    assert ports.files.status(folder).is_folder


def test_an_empty_folder_lists_nothing(ports: Ports) -> None:
    ports.files.make_folder(f"{ROOT}/empty")
    assert list(ports.files.list_folder(f"{ROOT}/empty")) == []


def test_a_folder_comes_as_a_whole_with_every_byte(ports: Ports) -> None:
    ports.files.make_folder(f"{ROOT}/a b/ü")
    contents = {
        f"{ROOT}/top.json": b"",
        f"{ROOT}/a b/100%.json": "ß 在庫".encode(),
        f"{ROOT}/a b/ü/🥕.json": b"\x00\xff",
    }
    for path, content in contents.items():
        ports.files.create(path, content)
    assert ports.files.read_folder(ROOT) == contents
    assert not ports.files.read_folder(f"{ROOT}/missing")


def test_a_list_holds_the_direct_children_only(ports: Ports) -> None:
    ports.files.make_folder(f"{ROOT}/sub")
    ports.files.create(f"{ROOT}/sub/deep.json", b"{}")
    ports.files.create(f"{ROOT}/top.json", b"{}")
    listed = {entry.path for entry in ports.files.list_folder(ROOT)}
    assert listed == {f"{ROOT}/sub", f"{ROOT}/top.json"}


def test_each_write_moves_the_time_of_its_file_and_of_no_other(ports: Ports) -> None:
    ports.files.create(f"{ROOT}/first.json", b"1")
    created = ports.files.status(f"{ROOT}/first.json").modified_at
    ports.files.write(f"{ROOT}/first.json", b"2")
    written = ports.files.status(f"{ROOT}/first.json").modified_at
    assert 0 < created < written
    ports.files.create(f"{ROOT}/second.json", b"1")
    assert ports.files.status(f"{ROOT}/second.json").modified_at >= created
    ports.files.read(f"{ROOT}/first.json")
    assert ports.files.status(f"{ROOT}/first.json").modified_at == written


def test_the_shared_folder_is_everybodys_and_so_is_what_is_in_it(ports: Ports) -> None:
    ports.files.create(f"{ROOT}/map.json", b"{}")
    for path, kind in ((ROOT, ObjectKind.FOLDER), (f"{ROOT}/map.json", ObjectKind.FILE)):
        access = ports.files.access(kind, ports.files.status(path).object_id)
        levels = {one.principal: one.levels for one in access}
        assert levels[Principal("group_name", "users")] == {"CAN_MANAGE"}
        assert levels[Principal("group_name", "admins")] == {"CAN_MANAGE"}


def test_a_folder_beside_it_is_the_admins_alone(ports: Ports) -> None:
    ports.files.make_folder("/Workspace/job-sync")
    found = ports.files.status("/Workspace/job-sync")
    access = ports.files.access(ObjectKind.FOLDER, found.object_id)
    assert [one.principal.name for one in access] == ["admins"]


def test_who_may_write_what_does_not_exist_is_an_error(ports: Ports) -> None:
    with pytest.raises(NotFoundError):
        ports.files.access(ObjectKind.FILE, 1)


def test_a_git_folder_has_permissions_of_its_own(world: World) -> None:
    git = world.ports.git.find(world.git_root)
    assert git
    access = world.ports.files.access(ObjectKind.GIT_FOLDER, git.folder_id)
    assert Principal("group_name", "users") in {one.principal for one in access}


def test_an_empty_folder_is_deleted_and_one_with_files_is_not(ports: Ports) -> None:
    ports.files.make_folder(f"{ROOT}/old")
    ports.files.create(f"{ROOT}/old/a.json", b"{}")
    with pytest.raises(WorkspaceError):
        ports.files.delete(f"{ROOT}/old")
    ports.files.delete(f"{ROOT}/old/a.json")
    ports.files.delete(f"{ROOT}/old")
    assert list(ports.files.list_folder(ROOT)) == []
    ports.files.delete(f"{ROOT}/old")  # one that is gone is no error
