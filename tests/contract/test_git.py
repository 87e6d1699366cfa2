"""Promises of `core.ports.GitFolders`, for both kinds of Git folder."""

from tests.contract.conftest import World


def test_a_git_folder_is_found_at_its_root_and_below(git_world: World) -> None:
    ports, root = git_world.ports, git_world.git_root
    ports.files.make_folder(f"{root}/sub folder")
    found = ports.git.find(root)
    assert found is not None
    assert (found.path, found.branch) == (root, "main")
    assert len(found.commit) == 40
    assert found.folder_id
    assert found.url.startswith("https://")
    assert ports.git.find(f"{root}/sub folder") == found


def test_outside_there_is_none(git_world: World) -> None:
    assert git_world.ports.git.find("/Workspace/Shared") is None


def test_a_neighbour_with_a_longer_name_is_outside(git_world: World) -> None:
    neighbour = f"{git_world.git_root}-archive"
    git_world.ports.files.make_folder(neighbour)
    assert git_world.ports.git.find(neighbour) is None


def test_a_pull_moves_to_the_newest_commit(git_world: World) -> None:
    git = git_world.ports.git
    before = git.find(git_world.git_root)
    assert before is not None
    git_world.push_elsewhere()
    after = git.pull(before)
    assert after.commit != before.commit
    assert (after.path, after.branch) == (before.path, before.branch)
    assert git.find(git_world.git_root) == after
    assert git.pull(after) == after
