"""What the Git folder holds."""

import pytest

from core.errors import NotFoundError, WorkspaceError
from core.git_contents import GitContents, GitReader
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
