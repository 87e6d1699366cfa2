"""Which workspace and Git folder this is."""

import pytest

from callbacks.places import place_shown
from core.errors import UnauthenticatedError
from tests.fakes import FOLDER, FakeWorkspace
from web.reader import WorkspaceReader


@pytest.fixture
def workspace() -> FakeWorkspace:
    return FakeWorkspace()


@pytest.fixture
def reader(workspace) -> WorkspaceReader:
    return WorkspaceReader(workspace.opened)


def test_the_header_names_branch_and_commit(reader):
    shown = place_shown(reader, fresh=False)
    assert shown.problem == ""
    assert shown.href.startswith("https://dev.example/")
    assert shown.git.children[1] == "main · 1111111"
    assert shown.git.title == FOLDER


def test_a_pull_is_seen_when_an_operation_has_ended(reader, workspace):
    place_shown(reader, fresh=False)
    workspace.git.commit = "2" * 40
    assert place_shown(reader, fresh=True).git.children[1] == "main · 2222222"


def test_a_folder_outside_of_git_is_no_link(reader, workspace):
    workspace.git.root = "/Workspace/elsewhere"
    shown = place_shown(reader, fresh=False)
    assert (shown.href, shown.problem) == ("", "")
    assert shown.git.children[1] == "no Git folder"


def test_a_workspace_that_cannot_be_read_is_a_problem_and_nothing_else():
    def connect():
        raise UnauthenticatedError("The token is wrong.", fix="Make a new one.")

    shown = place_shown(WorkspaceReader(connect), fresh=False)
    assert (shown.git, shown.href) == (None, "")
    assert shown.problem == "Could not read the workspace. The token is wrong. Make a new one."
