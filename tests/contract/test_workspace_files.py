"""Promises of `core.ports.WorkspaceFiles`."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import AlreadyExistsError, NotFoundError, WorkspaceError
from core.gateways.machine.local_files import LocalFiles
from core.jobsettings.principals import Principal
from core.ports import ObjectKind, Ports, WorkspaceFiles
from tests.contract.conftest import World, make_world

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


@dataclass(frozen=True, slots=True)
class Tree:
    """Files, and the folder of theirs that a test has for itself."""

    files: WorkspaceFiles
    root: str
    has_whole_folders: bool = True
    tick_s: float = 0.0
    """How long two writes must be apart to have two times."""


@pytest.fixture(params=["fake", "http", "machine"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tree]:
    if request.param == "machine":
        folder = f"file:{tmp_path}/contract"
        local = LocalFiles(folder)
        local.make_folder(folder)
        yield Tree(local, folder, has_whole_folders=False, tick_s=0.02)
        return
    for world in make_world(request.param, tmp_path):
        world.ports.files.make_folder(ROOT)
        yield Tree(world.ports.files, ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name_are_written_listed_read_and_deleted(tree: Tree, name: str) -> None:
    path = f"{tree.root}/{name}"
    tree.files.create(path, b"{}")
    tree.files.write(path, b'{"a": 1}')
    assert tree.files.read(path) == b'{"a": 1}'
    [listed] = tree.files.list_folder(tree.root)
    assert (listed.path, listed.is_file, listed.is_folder) == (path, True, False)
    assert tree.files.status(path) == listed
    tree.files.delete(path)
    assert list(tree.files.list_folder(tree.root)) == []


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
def test_bytes_survive(tree: Tree, content: bytes) -> None:
    tree.files.create(f"{tree.root}/created.json", content)
    tree.files.write(f"{tree.root}/written.json", content)
    assert tree.files.read(f"{tree.root}/created.json") == content
    assert tree.files.read(f"{tree.root}/written.json") == content


def test_a_large_file_survives(tree: Tree) -> None:
    content = os.urandom(3 * 1024 * 1024)
    tree.files.write(f"{tree.root}/large.json", content)
    assert tree.files.read(f"{tree.root}/large.json") == content


def test_create_is_exclusive(tree: Tree) -> None:
    tree.files.create(f"{tree.root}/a.json", b"first")
    with pytest.raises(AlreadyExistsError):
        tree.files.create(f"{tree.root}/a.json", b"second")
    assert tree.files.read(f"{tree.root}/a.json") == b"first"


def test_of_many_creators_one_wins(tree: Tree) -> None:
    def create(number: int) -> bool:
        try:
            tree.files.create(f"{tree.root}/race.json", str(number).encode())
        except AlreadyExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(create, range(8)))
    assert won.count(True) == 1
    assert tree.files.read(f"{tree.root}/race.json") == str(won.index(True)).encode()


def test_write_replaces_and_creates(tree: Tree) -> None:
    tree.files.write(f"{tree.root}/a.json", b"longer content")
    tree.files.write(f"{tree.root}/a.json", b"short")
    assert tree.files.read(f"{tree.root}/a.json") == b"short"


def test_what_is_missing_is_not_found(tree: Tree) -> None:
    for call in (tree.files.read, tree.files.status, tree.files.list_folder):
        with pytest.raises(NotFoundError):
            call(f"{tree.root}/missing")


def test_a_file_without_its_folder_cannot_be_written(tree: Tree) -> None:
    for call in (tree.files.create, tree.files.write):
        with pytest.raises(NotFoundError):
            call(f"{tree.root}/no/such/folder/a.json", b"{}")


def test_a_file_is_no_folder(tree: Tree) -> None:
    tree.files.create(f"{tree.root}/a.json", b"{}")
    with pytest.raises(NotFoundError):
        tree.files.list_folder(f"{tree.root}/a.json")


def test_deleting_what_is_missing_is_no_error(tree: Tree) -> None:
    tree.files.delete(f"{tree.root}/missing.json")
    tree.files.delete(f"{tree.root}/missing/too.json")


def test_folders_come_with_their_parents_and_may_be_there_already(tree: Tree) -> None:
    folder = f"{tree.root}/a b/%/ü"
    tree.files.make_folder(folder)
    tree.files.make_folder(folder)
    tree.files.create(f"{folder}/x.json", b"{}")
    tree.files.make_folder(folder)
    assert tree.files.read(f"{folder}/x.json") == b"{}"
    [listed] = tree.files.list_folder(f"{tree.root}/a b")
    assert (listed.path, listed.is_file, listed.is_folder) == (f"{tree.root}/a b/%", False, True)
    assert tree.files.status(folder).is_folder


def test_an_empty_folder_lists_nothing(tree: Tree) -> None:
    tree.files.make_folder(f"{tree.root}/empty")
    assert list(tree.files.list_folder(f"{tree.root}/empty")) == []


def test_a_folder_comes_as_a_whole_with_every_byte(tree: Tree) -> None:
    tree.files.make_folder(f"{tree.root}/a b/ü")
    contents = {
        f"{tree.root}/top.json": b"",
        f"{tree.root}/a b/100%.json": "ß 在庫".encode(),
        f"{tree.root}/a b/ü/🥕.json": b"\x00\xff",
    }
    for path, content in contents.items():
        tree.files.create(path, content)
    assert tree.files.read_folder(tree.root) == (contents if tree.has_whole_folders else None)
    assert not tree.files.read_folder(f"{tree.root}/missing")


def test_a_list_holds_the_direct_children_only(tree: Tree) -> None:
    tree.files.make_folder(f"{tree.root}/sub")
    tree.files.create(f"{tree.root}/sub/deep.json", b"{}")
    tree.files.create(f"{tree.root}/top.json", b"{}")
    listed = {entry.path for entry in tree.files.list_folder(tree.root)}
    assert listed == {f"{tree.root}/sub", f"{tree.root}/top.json"}


def test_each_write_moves_the_time_of_its_file_and_of_no_other(tree: Tree) -> None:
    tree.files.create(f"{tree.root}/first.json", b"1")
    created = tree.files.status(f"{tree.root}/first.json").modified_at
    time.sleep(tree.tick_s)
    tree.files.write(f"{tree.root}/first.json", b"2")
    written = tree.files.status(f"{tree.root}/first.json").modified_at
    assert 0 < created < written
    tree.files.create(f"{tree.root}/second.json", b"1")
    assert tree.files.status(f"{tree.root}/second.json").modified_at >= created
    tree.files.read(f"{tree.root}/first.json")
    assert tree.files.status(f"{tree.root}/first.json").modified_at == written


def test_the_shared_folder_is_everybodys_and_so_is_what_is_in_it(ports: Ports) -> None:
    ports.files.make_folder(ROOT)
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


def test_an_empty_folder_is_deleted_and_one_with_files_is_not(tree: Tree) -> None:
    tree.files.make_folder(f"{tree.root}/old")
    tree.files.create(f"{tree.root}/old/a.json", b"{}")
    with pytest.raises(WorkspaceError):
        tree.files.delete(f"{tree.root}/old")
    tree.files.delete(f"{tree.root}/old/a.json")
    tree.files.delete(f"{tree.root}/old")
    assert list(tree.files.list_folder(tree.root)) == []
    tree.files.delete(f"{tree.root}/old")  # one that is gone is no error
