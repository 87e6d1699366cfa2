"""What the Git folder holds."""

import pytest

from core.definitions.folder import GitContents, GitReader
from core.errors import NotFoundError, WorkspaceError
from tests.builders import definition_text, job
from tests.fakes import FOLDER, FakeWorkspace


@pytest.fixture
def workspace() -> FakeWorkspace:
    return FakeWorkspace()


def read(workspace: FakeWorkspace, *, ignore: str = "", progress=lambda _done, _total: None):
    reader = GitReader(workspace.files, FOLDER, ignore=ignore, threads=4, on_progress=progress)
    return reader.read()


def test_an_empty_folder_is_complete(workspace):
    assert read(workspace) == GitContents(FOLDER)
    assert read(workspace).is_complete


def test_definitions_are_found_at_any_depth_in_the_order_of_their_paths(workspace):
    for path in ("z.json", "sub/deep/b.json", "A.JSON"):
        workspace.put_file(path, definition_text(job(path)))
    contents = read(workspace)
    assert [file.path for file in contents.files] == ["A.JSON", "sub/deep/b.json", "z.json"]
    assert contents.files[1].definition.job_name == "sub/deep/b.json"
    assert contents.files[1].content == definition_text(job("sub/deep/b.json"))


def test_other_files_are_left_alone_and_other_json_is_counted(workspace):
    workspace.put_file("README.md", b"\xff")
    workspace.put_file("x.json.bak", b"{")
    workspace.put_file("config.json", b'{"a": 1}')
    workspace.put_file("sub/list.json", b"[]")
    contents = read(workspace)
    assert (contents.files, contents.unread, contents.other_json) == ((), (), 2)


def test_the_mapping_file_is_never_taken_for_a_definition(workspace):
    workspace.put_file("map.json", b"{ // not strict JSON\n}")
    assert read(workspace, ignore=f"{FOLDER}/map.json").is_complete
    assert not read(workspace).is_complete


def test_names_are_those_of_the_folder_itself_in_one_case(workspace):
    workspace.put_file("Load.json", definition_text(job("Load")))
    workspace.put_file("Sub/inner.json", definition_text(job("inner")))
    assert read(workspace).names == {"load.json", "sub"}


def test_a_file_that_cannot_be_read_or_used_is_unread_and_the_others_stand(workspace):
    workspace.put_file("b.json", definition_text(job("b")))
    workspace.put_file("a.json", b"{")
    workspace.put_file("c.json", b"")
    workspace.files.unreadable[f"{FOLDER}/c.json"] = WorkspaceError("Slow.", fix="Wait.")
    contents = read(workspace)
    assert [file.path for file in contents.files] == ["b.json"]
    assert [(file.path, file.issue.path) for file in contents.unread] == [
        ("a.json", "a.json"),
        ("c.json", "c.json"),
    ]
    assert "not valid JSON" in contents.unread[0].issue.message
    assert contents.unread[1].issue.message == "Slow. Wait."
    assert not contents.is_complete


def test_a_subfolder_that_cannot_be_listed_is_unread(workspace):
    workspace.put_file("sub/a.json", definition_text(job("a")))
    workspace.put_file("b.json", definition_text(job("b")))
    workspace.files.unreadable[f"{FOLDER}/sub"] = WorkspaceError("Slow.")
    contents = read(workspace)
    assert [file.path for file in contents.unread] == ["sub/"]
    assert [file.path for file in contents.files] == ["b.json"]


def test_a_folder_that_cannot_be_listed_is_an_error(workspace):
    workspace.files.unreadable[FOLDER] = WorkspaceError("Slow.")
    with pytest.raises(WorkspaceError, match="Slow"):
        read(workspace)
    del workspace.files.unreadable[FOLDER]
    workspace.files.folders.discard(FOLDER)
    with pytest.raises(NotFoundError):
        read(workspace)


def test_progress_counts_every_json_file_once(workspace):
    for number in range(5):
        workspace.put_file(f"{number}.json", b"[]")
    workspace.put_file("x.txt", b"")
    heard: list[tuple[int, int]] = []
    read(workspace, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(done, 5) for done in range(1, 6)]


class MemoryCache:
    """A cache that counts what it could give."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.hits = 0

    def get(self, key: str) -> bytes | None:
        self.hits += key in self.contents
        return self.contents.get(key)

    def put(self, key: str, content: bytes) -> None:
        self.contents[key] = content


def read_cached(workspace: FakeWorkspace, cache: MemoryCache, version: str = "1"):
    reader = GitReader(
        workspace.files,
        FOLDER,
        ignore="",
        threads=2,
        on_progress=lambda _done, _total: None,
        cache=cache,
    )
    return reader.read(version)


def test_a_file_that_did_not_move_comes_from_the_cache(workspace):
    workspace.put_file("a.json", definition_text(job("a")))
    cache = MemoryCache()
    first = read_cached(workspace, cache)
    workspace.files.unreadable[f"{FOLDER}/a.json"] = WorkspaceError("Slow.")
    assert read_cached(workspace, cache) == first


@pytest.mark.parametrize("moved", ["version", "time"])
def test_a_file_that_may_have_moved_is_read_again(workspace, moved):
    workspace.put_file("a.json", definition_text(job("a")))
    cache = MemoryCache()
    read_cached(workspace, cache)
    workspace.put_file("a.json", definition_text(job("b")))
    workspace.time.seconds += moved == "time"
    contents = read_cached(workspace, cache, "2" if moved == "version" else "1")
    assert [file.definition.job_name for file in contents.files] == ["b"]
    assert cache.hits == 0


@pytest.mark.parametrize(("version", "modified_at"), [("", 5), ("1", 0)])
def test_a_file_whose_state_nothing_tells_is_never_cached(workspace, version, modified_at):
    workspace.put_file("a.json", definition_text(job("a")))
    workspace.files.modified_at = modified_at
    cache = MemoryCache()
    read_cached(workspace, cache, version)
    assert cache.contents == {}


def test_a_failed_read_is_not_cached(workspace):
    workspace.put_file("a.json", definition_text(job("a")))
    workspace.files.unreadable[f"{FOLDER}/a.json"] = WorkspaceError("Slow.")
    cache = MemoryCache()
    assert not read_cached(workspace, cache).is_complete
    workspace.files.unreadable.clear()
    assert read_cached(workspace, cache).is_complete


def test_many_files_are_read_from_one_zip_and_the_rest_one_by_one(workspace):
    for number in range(12):
        workspace.put_file(f"sub/{number}.json", definition_text(job(f"job {number}")))
    one_by_one = read(workspace)
    workspace.files.gives_folders = True
    assert read(workspace) == one_by_one
    assert len(one_by_one.files) == 12


def test_a_file_that_the_zip_lacks_and_that_cannot_be_read_is_unread(workspace):
    for number in range(12):
        workspace.put_file(f"{number}.json", definition_text(job(f"job {number}")))
    workspace.files.gives_folders = True
    workspace.files.unreadable[f"{FOLDER}/3.json"] = WorkspaceError("Slow.")
    contents = read(workspace)
    assert [file.path for file in contents.unread] == ["3.json"]
    assert len(contents.files) == 11


class Memory(dict):
    put = dict.__setitem__


def counting(workspace: FakeWorkspace) -> list[str]:
    asked: list[str] = []
    read = workspace.files.read
    workspace.files.read = lambda path: asked.append(path) or read(path)
    return asked


@pytest.mark.parametrize("gives_folders", [True, False])
def test_a_folder_of_many_files_is_read_as_one_where_possible(workspace, gives_folders):
    workspace.files.gives_folders = gives_folders
    for number in range(12):
        workspace.put_file(f"{number}.json", definition_text(job(f"job {number}")))
    asked = counting(workspace)
    assert len(read(workspace).files) == 12
    assert len(asked) == (0 if gives_folders else 12)


def test_a_zip_that_garbles_names_is_not_used(workspace):
    texts = {f"在庫 {n}.json": definition_text(job(f"在庫 {n}")) for n in range(12)}
    for path, text in texts.items():
        workspace.put_file(path, text)
    workspace.files.read_folder = lambda folder: {  # as without the flag for UTF-8
        f"{folder}/{path}".encode().decode("cp437"): b"" for path in texts
    }
    assert {file.path: file.content for file in read(workspace).files} == texts


def test_a_folder_too_large_for_one_zip_is_read_as_one_zip_per_subfolder(workspace):
    for folder in ("north", "north/deep", "south"):
        for number in range(12):
            workspace.put_file(
                f"{folder}/{number}.json", definition_text(job(f"{folder} {number}"))
            )
    workspace.put_file("few/one.json", definition_text(job("one")))
    workspace.put_file("flat.json", definition_text(job("flat")))
    one_by_one = read(workspace)
    workspace.files.gives_folders = True
    zip_of, zipped = workspace.files.read_folder, []
    workspace.files.read_folder = lambda path: (
        zipped.append(path) or (None if path == FOLDER else zip_of(path))
    )
    asked = counting(workspace)
    assert read(workspace) == one_by_one
    assert zipped == [FOLDER, f"{FOLDER}/north", f"{FOLDER}/south"]
    assert asked == [f"{FOLDER}/few/one.json", f"{FOLDER}/flat.json"]


def test_what_is_missing_in_the_zip_is_read_by_itself(workspace):
    for number in range(12):
        workspace.put_file(f"{number}.json", definition_text(job(f"job {number}")))
    whole = workspace.files.read_folder
    workspace.files.read_folder = lambda path: {
        name: content for name, content in whole(path).items() if not name.endswith("/3.json")
    }
    assert counting(workspace) == []
    assert len(read(workspace).files) == 12


def test_a_cached_content_is_valid_for_one_commit_and_one_time_of_change(workspace):
    workspace.files.gives_folders = False
    workspace.put_file("a.json", definition_text(job("a")))
    cache = Memory()
    reader = GitReader(
        workspace.files,
        FOLDER,
        ignore="",
        threads=1,
        on_progress=lambda _done, _total: None,
        cache=cache,
    )
    asked = counting(workspace)
    for version, calls in (("c1", 1), ("c1", 1), ("c2", 2), ("", 3), ("", 4)):
        assert len(reader.read(version).files) == 1
        assert len(asked) == calls
    workspace.time.seconds += 1
    reader.read("c2")
    assert len(asked) == 5
