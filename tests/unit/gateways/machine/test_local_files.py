"""Hostile file systems: what a pull request, another process or a bad disk puts into a checkout."""

import errno
import itertools
import os
import resource
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    WorkspaceError,
)
from core.gateways.machine.disk_reading import MOST_BYTES, DiskClock
from core.gateways.machine.git_index import is_tracked
from core.gateways.machine.left_out_by_git import Checkout
from core.gateways.machine.local_files import LocalFiles
from core.gateways.machine.new_files import put_new
from core.ports import ObjectKind
from tests.checkout import commit_all, git, make_repository, undecodable

SECRET = b"nobody may read this"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the folder of the definitions in it."""
    root = make_repository(tmp_path / "repository")
    (root / "jobs").mkdir()
    return root


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "jobs"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the repository, with something that must stay as it is."""
    place = tmp_path / "outside"
    place.mkdir()
    (place / "secret.json").write_bytes(SECRET)
    return place


@pytest.fixture
def files(folder: Path) -> LocalFiles:
    return LocalFiles(f"file:{folder}")


def local(path: Path) -> str:
    return f"file:{path}"


def settle(path: Path) -> None:
    """Make a file look as if it had been written long ago."""
    os.utime(path, (1, 1))


# Symbolic links


def test_no_link_to_a_file_is_read_replaced_or_deleted(files, folder, outside) -> None:
    link = folder / "load.json"
    link.symlink_to(outside / "secret.json")
    calls: list[Callable[[], object]] = [
        lambda: files.read(local(link)),
        lambda: files.write(local(link), b"{}"),
        lambda: files.delete(local(link)),
        lambda: files.list_folder(local(link)),
    ]
    for call in calls:
        with pytest.raises(WorkspaceError, match="is a symbolic link") as refused:
            call()
        assert not isinstance(refused.value, NotFoundError)
    with pytest.raises(AlreadyExistsError):
        files.create(local(link), b"{}")
    assert link.is_symlink()
    assert (outside / "secret.json").read_bytes() == SECRET


@pytest.mark.parametrize("leads_to", ["secret.json", "missing.json", "."])
def test_a_link_in_place_of_a_definition_is_listed_so_that_it_is_noticed(
    files, folder, outside, leads_to
) -> None:
    (folder / "load.json").symlink_to(outside / leads_to)
    [listed] = files.list_folder(local(folder))
    assert listed.is_file or listed.is_folder
    read = files.list_folder if listed.is_folder else files.read
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        read(listed.path)


def test_a_link_to_a_folder_is_listed_as_a_folder_that_cannot_be_read(
    files, folder, outside
) -> None:
    (folder / "eu").symlink_to(outside)
    [listed] = files.list_folder(local(folder))
    assert listed.is_folder
    for call in (files.list_folder, lambda path: files.read(f"{path}/secret.json")):
        with pytest.raises(WorkspaceError, match="is a symbolic link"):
            call(listed.path)
    for write in (files.create, files.write):
        with pytest.raises(WorkspaceError, match="is a symbolic link"):
            write(f"{listed.path}/new.json", b"{}")
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        files.delete(f"{listed.path}/secret.json")
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        files.make_folder(f"{listed.path}/sub")
    assert [path.name for path in outside.iterdir()] == ["secret.json"]


def test_other_links_hide_no_definition_and_are_left_alone(files, folder, outside) -> None:
    (folder / "README.md").symlink_to(outside / "secret.json")
    [listed] = files.list_folder(local(folder))
    assert not listed.is_file
    assert not listed.is_folder


@pytest.mark.parametrize("looks_like_a_repository", [False, True])
def test_the_folder_itself_may_not_be_a_link_of_the_repository(
    repository, outside, looks_like_a_repository
) -> None:
    """`file:./definitions` where a pull request made `definitions` a link."""
    if looks_like_a_repository:
        make_repository(outside)
    (outside / "jobs").mkdir()
    (outside / "jobs/a.json").write_bytes(SECRET)
    (repository / "definitions").symlink_to(outside)
    for folder in (repository / "definitions", repository / "definitions/jobs"):
        files = LocalFiles(local(folder))
        with pytest.raises(WorkspaceError, match="is a symbolic link"):
            files.list_folder(local(folder))
        with pytest.raises(WorkspaceError, match="is a symbolic link"):
            files.create(f"{local(folder)}/new.json", b"{}")
        with pytest.raises(WorkspaceError, match="is a symbolic link"):
            files.read(f"{local(folder)}/secret.json")


def test_a_folder_that_is_a_link_where_there_is_no_repository_is_refused_as_well(
    tmp_path, outside
) -> None:
    (tmp_path / "unpacked").symlink_to(outside)
    files = LocalFiles(local(tmp_path / "unpacked"))
    with pytest.raises(WorkspaceError, match="set the path to where the link leads"):
        files.list_folder(local(tmp_path / "unpacked"))


def test_what_is_above_the_repository_is_the_machines_and_may_be_a_link(
    tmp_path, repository
) -> None:
    (tmp_path / "work").symlink_to(repository.parent)
    (repository / "jobs/a.json").write_bytes(b"{}")
    folder = tmp_path / "work/repository/jobs"
    assert LocalFiles(local(folder)).read(f"{local(folder)}/a.json") == b"{}"


def test_a_mapping_file_may_be_a_link_only_where_there_is_no_repository(
    tmp_path, repository, outside
) -> None:
    mounted, planted = tmp_path / "mappings.json", repository / "mappings.json"
    for link in (mounted, planted):
        link.symlink_to(outside / "secret.json")
    assert LocalFiles(mapping_path=local(mounted)).read(local(mounted)) == SECRET
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        LocalFiles(mapping_path=local(planted)).read(local(planted))


def test_a_folder_that_becomes_a_link_while_it_is_used_leads_nowhere(
    files, folder, outside, repository
) -> None:
    (folder / "eu").mkdir()
    files.create(f"{local(folder)}/eu/a.json", b"{}")
    (folder / "eu").rename(repository / "elsewhere")
    (folder / "eu").symlink_to(outside)
    with pytest.raises(WorkspaceError, match="is a symbolic link"):
        files.write(f"{local(folder)}/eu/secret.json", b"{}")
    assert (outside / "secret.json").read_bytes() == SECRET


def test_a_second_name_of_a_file_keeps_its_content(files, folder, outside) -> None:
    (folder / "a.json").hardlink_to(outside / "secret.json")
    files.write(local(folder / "a.json"), b"{}")
    assert (outside / "secret.json").read_bytes() == SECRET


# Places


@pytest.mark.parametrize(
    "path",
    [
        "/Workspace/a.json",
        "file:{folder}/../README.md",
        "file:{folder}/./a.json",
        "file:{folder}//a.json",
        "file:{folder}/a\0.json",
        "file:{folder}/",
        "file:",
        "file:relative",
    ],
)
def test_what_is_no_path_is_not_found(files, folder, path) -> None:
    for call in (files.read, files.status, files.list_folder):
        with pytest.raises(NotFoundError):
            call(path.format(folder=folder))


def test_nothing_outside_of_the_repository_is_reached(files, folder, outside) -> None:
    for call in (files.read, files.status, files.delete, files.make_folder):
        with pytest.raises(PermissionDeniedError, match="is outside of"):
            call(local(outside / "secret.json"))
    assert (outside / "secret.json").read_bytes() == SECRET


@pytest.mark.parametrize("name", [".git", ".GIT", ".Git"])
def test_gits_own_folder_is_never_touched(files, repository, name) -> None:
    before = sorted(path.name for path in (repository / ".git").iterdir())
    path = local(repository / name)
    for call in (files.read, files.status, files.list_folder, files.delete, files.make_folder):
        with pytest.raises(PermissionDeniedError, match="Git's own folder"):
            call(f"{path}/hooks")
    for write in (files.create, files.write):
        with pytest.raises(PermissionDeniedError, match="Git's own folder"):
            write(f"{path}/hooks/post-commit", b"#!/bin/sh")
    assert sorted(path.name for path in (repository / ".git").iterdir()) == before


# What is not a file that can be read


def test_a_pipe_makes_nobody_wait(files, folder) -> None:
    os.mkfifo(folder / "load.json")
    [listed] = files.list_folder(local(folder))
    assert listed.is_file
    calls: list[Callable[[], object]] = [
        lambda: files.read(listed.path),
        lambda: files.write(listed.path, b"{}"),
        lambda: files.delete(listed.path),
    ]
    for call in calls:
        with pytest.raises(WorkspaceError, match="is a named pipe, not a file"):
            call()
    assert stat.S_ISFIFO((folder / "load.json").stat().st_mode)


def test_a_socket_is_no_definition(files, folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("load.json")
    with pytest.raises(WorkspaceError):
        files.read(local(folder / "load.json"))


def test_a_folder_of_a_definitions_name_is_a_folder(files, folder) -> None:
    (folder / "load.json").mkdir()
    [listed] = files.list_folder(local(folder))
    assert listed.is_folder
    with pytest.raises(WorkspaceError, match="is a folder, not a file"):
        files.read(listed.path)
    with pytest.raises(WorkspaceError):
        files.write(listed.path, b"{}")
    assert (folder / "load.json").is_dir()
    assert not [path for path in folder.iterdir() if path.name.endswith(".tmp")]


def test_a_huge_file_is_not_read(files, folder) -> None:
    with (folder / "huge.json").open("wb") as huge:
        huge.truncate(1024**4)
    with pytest.raises(WorkspaceError, match="larger than 10 MB"):
        files.read(local(folder / "huge.json"))
    (folder / "large.json").write_bytes(b" " * MOST_BYTES)
    assert len(files.read(local(folder / "large.json"))) == MOST_BYTES


def test_a_name_that_is_not_utf_8_is_listed_and_says_so_when_it_is_read(files, folder) -> None:
    undecodable(folder).write_bytes(b"{}")
    [listed] = files.list_folder(local(folder))
    assert listed.path == f"file:{folder}/l\\xf6ad.json"
    with pytest.raises(WorkspaceError, match="is not UTF-8"):
        files.read(listed.path)
    with pytest.raises(NotFoundError):
        files.read(f"file:{folder}/other.json")


def test_a_folder_whose_name_is_not_utf_8_says_so_when_it_is_listed(files, folder) -> None:
    undecodable(folder).mkdir()
    [listed] = files.list_folder(local(folder))
    assert listed.is_folder
    with pytest.raises(WorkspaceError, match="is not UTF-8"):
        files.list_folder(listed.path)
    with pytest.raises(NotFoundError) as missing:
        files.list_folder(local(folder / "other"))
    assert not missing.value.fix


def test_a_name_that_is_too_long_is_an_error(files, folder) -> None:
    with pytest.raises(WorkspaceError, match="too long"):
        files.create(local(folder / f"{'x' * 300}.json"), b"{}")


# Somebody else writes at the same time


def test_what_somebody_changed_since_it_was_read_is_left_alone(files, folder) -> None:
    path = folder / "load.json"
    path.write_bytes(b"as it was")
    files.read(local(path))
    path.write_bytes(b"edited by hand")
    for call in (lambda: files.write(local(path), b"{}"), lambda: files.delete(local(path))):
        with pytest.raises(WorkspaceError, match="was changed by somebody else meanwhile"):
            call()
    assert path.read_bytes() == b"edited by hand"


def test_another_file_in_its_place_is_another_file(files, folder) -> None:
    path = folder / "load.json"
    path.write_bytes(b"same")
    settle(path)
    files.read(local(path))
    (folder / "other").write_bytes(b"same")
    settle(folder / "other")
    (folder / "other").rename(path)
    with pytest.raises(WorkspaceError, match="was changed by somebody else meanwhile"):
        files.write(local(path), b"{}")


def test_our_own_file_may_be_written_again_and_deleted(files, folder) -> None:
    path = local(folder / "load.json")
    files.create(path, b"1")
    for content in (b"2", b"3"):
        files.write(path, content)
    assert files.read(path) == b"3"
    files.delete(path)
    files.create(path, b"4")
    assert files.read(path) == b"4"


def just_after(path: Path, act: Callable[[], object]) -> DiskClock:
    """Return a clock that shows the time of a file's last write; while it waits, something acts."""

    def sleep(_seconds: float) -> None:
        act()

    return DiskClock(lambda: path.stat().st_ctime_ns, sleep)


def test_a_file_that_is_being_written_is_read_when_it_holds_still(folder) -> None:
    """The second half comes so fast that the clock of the disk gives it the time of the first."""
    path = folder / "load.json"
    path.write_bytes(b"first ")
    halves = [b"second"]

    def write_on() -> None:
        if halves:
            with path.open("ab") as file:
                file.write(halves.pop())

    files = LocalFiles(local(folder), clock=just_after(path, write_on))
    assert files.read(local(path)) == b"first second"


def test_a_file_that_never_holds_still_is_an_error(folder) -> None:
    path = folder / "load.json"
    path.write_bytes(b"a")
    numbers = itertools.count()
    clock = just_after(path, lambda: path.write_text(str(next(numbers))))
    files = LocalFiles(local(folder), clock=clock)
    with pytest.raises(WorkspaceError, match="changes while it is read"):
        files.read(local(path))


def test_nobody_waits_for_a_file_that_was_written_long_ago(folder) -> None:
    path = folder / "load.json"
    path.write_bytes(b"{}")
    waited: list[float] = []
    clock = DiskClock(lambda: path.stat().st_ctime_ns + 10**9, waited.append)
    assert LocalFiles(local(folder), clock=clock).read(local(path)) == b"{}"
    assert not waited


def test_what_comes_and_goes_while_a_folder_is_listed_is_no_error(files, folder) -> None:
    (folder / "stays.json").write_bytes(b"{}")
    with meanwhile(lambda: ((folder / "x.json").touch(), (folder / "x.json").unlink())):
        for _ in range(300):
            listed = {one.path: one for one in files.list_folder(local(folder))}
            assert listed[local(folder / "stays.json")].is_file
            # One that has just gone is listed, and cannot be read: it is not known to be deleted.
            assert listed.keys() <= {local(folder / "stays.json"), local(folder / "x.json")}
            assert all(one.is_file for one in listed.values())


def test_nobody_deletes_what_another_process_is_writing(files, folder) -> None:
    reader = LocalFiles(local(folder))
    with meanwhile(lambda: reader.list_folder(local(folder))):
        for number in range(100):
            files.create(local(folder / f"{number}.json"), b"{}")
    assert len(list(folder.iterdir())) == 100


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Do something over and over in another thread; what it raises fails the test."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            act()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            done.set()
        working.result()


def test_readers_never_see_half_of_what_we_write(files, folder) -> None:
    path = folder / "load.json"
    contents = {letter * 100_000 for letter in (b"a", b"b")}
    files.create(local(path), next(iter(contents)))
    done = threading.Event()
    seen: set[bytes] = set()

    def watch() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for content in [*contents] * 20:
            files.write(local(path), content)
    finally:
        done.set()
        watcher.join()
    assert seen <= contents


# Disks


@contextmanager
def full_disk() -> Iterator[None]:
    """Let this process write no file of more than 4 kB, which fails in the middle of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_file_as_it_was_and_nothing_beside_it(files, folder) -> None:
    files.create(local(folder / "old.json"), b"as it was")
    with full_disk():
        for call, name in ((files.write, "old.json"), (files.create, "new.json")):
            with pytest.raises(WorkspaceError, match="Free some space"):
                call(local(folder / name), b"x" * 5000)
    assert [path.name for path in folder.iterdir()] == ["old.json"]
    assert (folder / "old.json").read_bytes() == b"as it was"


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be a user without rights, where we are root, whom no permission stops."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_only_be_read_is_read_and_not_written(tmp_path_factory) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "jobs"
        folder.mkdir()
        (folder / "a.json").write_bytes(b"{}")
        Path(place).chmod(0o755)
        folder.chmod(0o555)
        files = LocalFiles(local(folder))
        with somebody_else():
            assert files.read(local(folder / "a.json")) == b"{}"
            calls: list[Callable[[], object]] = [
                lambda: files.create(local(folder / "b.json"), b"{}"),
                lambda: files.write(local(folder / "a.json"), b"[]"),
                lambda: files.delete(local(folder / "a.json")),
                lambda: files.make_folder(local(folder / "sub")),
            ]
            for call in calls:
                with pytest.raises(PermissionDeniedError, match="Let the user that runs this app"):
                    call()
        assert [path.name for path in folder.iterdir()] == ["a.json"]
        folder.chmod(0o755)


def test_a_file_system_without_hard_links_takes_new_files_as_well(folder) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    opened = os.open(folder, os.O_RDONLY)
    try:
        put_new(opened, "a.json", b"{}", link=no_links)
        with pytest.raises(FileExistsError):
            put_new(opened, "a.json", b"[]", link=no_links)
    finally:
        os.close(opened)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.json": b"{}"}


def test_permissions_of_a_file_stay_and_a_new_one_has_the_usual_ones(files, folder) -> None:
    (folder / "old.json").write_bytes(b"{}")
    (folder / "old.json").chmod(0o640)
    (folder / "usual").touch()
    files.write(local(folder / "old.json"), b"[]")
    files.create(local(folder / "new.json"), b"{}")
    assert stat.S_IMODE((folder / "old.json").stat().st_mode) == 0o640
    usual = (folder / "usual").stat().st_mode
    assert (folder / "new.json").stat().st_mode == usual


# Left over by a process that was killed

LEFT_OVER = ".job-sync-0123456789abcdef.tmp"
_DIE_WHILE_WRITING = """
import os, signal, sys
from core.gateways.machine import new_files
folder = os.open(sys.argv[1], os.O_RDONLY)
with new_files._written(folder, b"half", None):
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has written a file and not put it in place yet."""
    started = subprocess.Popen(
        [sys.executable, "-c", _DIE_WHILE_WRITING, str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert started.stdout
    assert started.stdin
    assert started.stdout.readline() == b"written\n"
    yield started
    started.kill()
    started.wait()
    started.stdin.close()
    started.stdout.close()


def test_what_a_killed_process_left_is_deleted_by_the_next_reading_and_not_before(
    files, folder, writer
) -> None:
    [half] = folder.iterdir()
    files.create(local(folder / "a.json"), b"{}")
    for _ in range(2):
        assert [one.path for one in files.list_folder(local(folder))] == [f"{local(folder)}/a.json"]
        assert half.exists() is (writer.poll() is None)
        writer.kill()
        writer.wait()
    assert [path.name for path in folder.iterdir()] == ["a.json"]


def test_no_file_of_anybody_else_is_deleted(files, folder) -> None:
    foreign = [".job-sync-notes.tmp", ".job-sync-0123456789abcdeX.tmp", "a.tmp", f"x{LEFT_OVER}"]
    for name in foreign:
        (folder / name).write_bytes(b"")
    (folder / f"{LEFT_OVER[:-5]}0.tmp").symlink_to(folder / "a.tmp")
    (folder / LEFT_OVER).mkdir()
    files.create(local(folder / "a.json"), b"{}")
    files.list_folder(local(folder))
    kept = [*foreign, LEFT_OVER, f"{LEFT_OVER[:-5]}0.tmp", "a.json"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


# What Git left out of this checkout


@pytest.fixture
def with_regions(repository: Path) -> Path:
    for name in ("top", "eu/a", "us/b", "us/deep/c"):
        path = repository / f"jobs/{name}.json"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(b"{}")
    commit_all(repository, "Regions")
    return repository


@pytest.mark.parametrize("options", [(), ("--sparse-index",)])
def test_what_a_sparse_checkout_leaves_out_is_listed_and_cannot_be_read(
    with_regions, options
) -> None:
    git(with_regions, "sparse-checkout", "set", "--cone", *options, "jobs/eu")
    folder = with_regions / "jobs"
    assert not (folder / "us").exists()
    files = LocalFiles(local(folder))
    listed = {one.path.rpartition("/")[2]: one for one in files.list_folder(local(folder))}
    assert listed.keys() == {"top.json", "eu", "us"}
    assert listed["us"].is_folder
    with pytest.raises(WorkspaceError, match="sparse checkout") as refused:
        files.list_folder(listed["us"].path)
    assert not isinstance(refused.value, NotFoundError)


def test_single_files_that_are_left_out_are_listed_and_cannot_be_read(with_regions) -> None:
    git(with_regions, "sparse-checkout", "set", "--no-cone", "/jobs/us/b.json", "/jobs/eu")
    folder = with_regions / "jobs"
    files = LocalFiles(local(folder))
    assert {one.path.rpartition("/")[2] for one in files.list_folder(local(folder))} == {
        *("top.json", "eu", "us")
    }
    with pytest.raises(WorkspaceError, match=r"top.json is not checked out here: this is a sparse"):
        files.read(f"{local(folder)}/top.json")
    assert {one.path.rpartition("/")[2] for one in files.list_folder(local(folder / "us"))} == {
        *("b.json", "deep")
    }
    git(with_regions, "sparse-checkout", "disable")
    assert files.read(f"{local(folder)}/top.json") == b"{}"


def test_a_submodule_that_is_not_there_is_not_an_empty_folder(repository, tmp_path) -> None:
    other = make_repository(tmp_path / "other")
    (other / "a.json").write_bytes(b"{}")
    commit_all(other)
    git(repository, "submodule", "add", "--quiet", str(other), "jobs/shared")
    commit_all(repository)
    (tmp_path / "clone").mkdir()
    git(tmp_path / "clone", "clone", "--quiet", str(repository), ".")
    folder = tmp_path / "clone/jobs"
    files = LocalFiles(local(folder))
    with pytest.raises(WorkspaceError, match="submodule that is not checked out"):
        files.list_folder(local(folder / "shared"))
    git(tmp_path / "clone", "submodule", "--quiet", "update", "--init")
    assert files.read(f"{local(folder)}/shared/a.json") == b"{}"
    assert len(files.list_folder(local(folder / "shared"))) == 3  # .git, README.md, a.json


def test_what_somebody_deleted_is_gone(with_regions) -> None:
    folder = with_regions / "jobs"
    (folder / "top.json").unlink()
    files = LocalFiles(local(folder))
    assert len(files.list_folder(local(folder))) == 2
    with pytest.raises(NotFoundError):
        files.read(f"{local(folder)}/top.json")


def test_a_damaged_index_does_not_matter_unless_it_may_leave_something_out(with_regions) -> None:
    folder = with_regions / "jobs"
    (with_regions / ".git/index").write_bytes(b"DIRC\0\0\0\x09")
    assert len(LocalFiles(local(folder)).list_folder(local(folder))) == 3
    (with_regions / ".git/info/sparse-checkout").touch()
    with pytest.raises(WorkspaceError, match="sparse checkout, and what it leaves out"):
        LocalFiles(local(folder)).list_folder(local(folder))


def test_two_names_that_this_disk_takes_for_one_are_both_in_doubt(with_regions) -> None:
    """A second name of the same file is what such a disk shows of the other name."""
    folder = with_regions / "jobs"
    if (folder / "TOP.JSON").exists():
        pytest.skip("this disk takes the two names for one by itself")
    (folder / "Top.json").write_bytes(b"[]")
    commit_all(with_regions)
    (folder / "Top.json").unlink()
    (folder / "Top.json").hardlink_to(folder / "top.json")
    found = Checkout(str(folder)).find_below(str(folder))
    assert {one.path for one in found} == {"jobs/top.json", "jobs/Top.json"}
    assert "takes its name and that of another file" in str(found[0].as_error("/r"))
    (folder / "Top.json").unlink()  # a disk that knows two names, and somebody deleted one
    assert not Checkout(str(folder)).find_below(str(folder))


def test_a_conflict_is_no_file_that_was_left_out(with_regions) -> None:
    path = with_regions / "jobs/top.json"
    git(with_regions, "checkout", "--quiet", "-b", "other")
    path.write_bytes(b'{"a": 1}')
    commit_all(with_regions)
    git(with_regions, "checkout", "--quiet", "main")
    path.write_bytes(b'{"a": 2}')
    commit_all(with_regions)
    with pytest.raises(AssertionError):
        git(with_regions, "merge", "other")
    files = LocalFiles(local(path.parent))
    assert len(files.list_folder(local(path.parent))) == 3
    assert b"<<<<<<<" in files.read(local(path))


def test_a_repository_to_which_nothing_was_ever_added(tmp_path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "jobs").mkdir()
    assert LocalFiles(local(tmp_path / "jobs")).list_folder(local(tmp_path / "jobs")) == []
    assert not is_tracked(tmp_path / ".env")


def test_what_is_tracked_counts_in_any_spelling(repository, tmp_path) -> None:
    (repository / "jobs/.ENV").touch()
    commit_all(repository)
    assert is_tracked(repository / "jobs/.ENV")
    assert is_tracked(repository / "jobs/.env")
    assert not is_tracked(repository / ".env")
    assert not is_tracked(tmp_path / "jobs/.env")


def test_who_may_write_is_not_known_here(files, folder) -> None:
    with pytest.raises(WorkspaceError, match="is not known"):
        files.access(ObjectKind.FOLDER, 1)


def test_folders_are_made_below_the_places_alone(files, folder, tmp_path) -> None:
    files.make_folder(local(folder / "a/b"))
    (folder / "file").touch()
    with pytest.raises(AlreadyExistsError):
        files.make_folder(local(folder / "file"))
    nowhere = LocalFiles(mapping_path=local(tmp_path / "nowhere/map.json"))
    with pytest.raises(NotFoundError, match="nowhere does not exist"):
        nowhere.make_folder(local(tmp_path / "nowhere"))


@pytest.mark.parametrize("kind", ["files", "folders"])
@pytest.mark.parametrize("place", ["nowhere", "nowhere/deeper"])
def test_a_missing_folder_is_not_found(tmp_path, kind, place) -> None:
    folder = tmp_path / place
    files = LocalFiles(local(folder))
    with pytest.raises(NotFoundError, match=f"{folder} does not exist on this machine"):
        files.list_folder(local(folder)) if kind == "folders" else files.read(local(folder))
