"""The section `permissions` of the mapping file."""

import pytest

from core.errors import MappingFileError
from core.jobsettings.permissions import Permission
from core.jobsettings.principals import Principal
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.permission_policy import FromGit, PermissionPolicy

PATH = "/Workspace/map.json"
ENTRY = '{group_name: "engineers", permission_level: "CAN_MANAGE_RUN"}'

OWNER = '{user_name: "ana", permission_level: "IS_OWNER"}'


def read(section: str) -> Mappings:
    return parse_mappings(f"{{\n  permissions: {section}\n}}".encode(), PATH)


@pytest.mark.parametrize(
    ("section", "policy", "words"),
    [
        ('"ignore"', PermissionPolicy(), "ignore"),
        ('"from_git"', PermissionPolicy(from_git=FromGit.ADD), "from_git: add"),
        ('{from_git: "add"}', PermissionPolicy(from_git=FromGit.ADD), "from_git: add"),
        ('{from_git: "exact"}', PermissionPolicy(from_git=FromGit.EXACT), "from_git: exact"),
        ("{new_jobs: []}", PermissionPolicy(), "ignore"),
    ],
)
def test_a_policy_is_one_of_few_words(section: str, policy: PermissionPolicy, words: str) -> None:
    found = read(section)
    assert (found.permissions, found.permissions.describe()) == (policy, words)
    assert found.warnings == ()
    assert bool(policy) == (words != "ignore")


def test_without_the_section_permissions_are_left_alone() -> None:
    assert not parse_mappings(b"{}", PATH).permissions


def test_entries_of_new_jobs_are_read_with_their_lines() -> None:
    found = read(f'{{\n new_jobs: [\n  {ENTRY},\n  {{user_name: "a", level: "IS_OWNER"}}]}}')
    assert found.permissions.new_jobs == (
        Permission(Principal("group_name", "engineers"), "CAN_MANAGE_RUN"),
        Permission(Principal("user_name", "a"), "IS_OWNER"),
    )
    assert found.lines["permissions.new_jobs", "group “engineers”"] == 4
    assert found.permissions.describe() == "new_jobs"


def test_a_workspace_that_only_exports_knows_the_policy() -> None:
    assert read('"from_git"').only_selection().permissions.from_git is FromGit.ADD


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ('"all"', "line 2, column 16: “all” is not known in permissions"),
        ("7", "column 16: permissions should be"),
        ("null", "column 16: permissions should be"),
        ("{}", "either new_jobs or from_git"),
        (f'{{new_jobs: [{ENTRY}], from_git: "add"}}', "either new_jobs or from_git"),
        ('{old_jobs: "add"}', "column 27: “old_jobs” is not known"),
        ('{from_git: "some"}', 'column 27: permissions.from_git should be "add" or "exact"'),
        ("{from_git: true}", 'permissions.from_git should be "add" or "exact"'),
        ("{new_jobs: {}}", "permissions.new_jobs should be a list"),
        ('{new_jobs: ["a"]}', "permissions.new_jobs[0] should be an entry"),
        ('{new_jobs: [{group_name: "a"}]}', "permissions.new_jobs[0] lacks its permission_level"),
        (
            f'{{new_jobs: [{ENTRY}, {{group_name: "a", permission_level: "CAN_FLY"}}]}}',
            "“CAN_FLY” is not a level of a job",
        ),
        (f"{{new_jobs: [{ENTRY}, {ENTRY}]}}", "more than one entry"),
        ('{new_jobs: [{group_name: "a", level: "IS_OWNER"}]}', "a group cannot own a job"),
        (
            f"{{new_jobs: [{OWNER}, {OWNER.replace('ana', 'bob')}]}}",
            "a job has one owner",
        ),
        (
            '{new_jobs: [{user_name: "a", permission_level: "CAN_VIEW", until: 1}]}',
            "“until” of permissions.new_jobs[0]",
        ),
    ],
)
def test_what_is_not_known_is_an_error_with_its_place(section: str, words: str) -> None:
    with pytest.raises(MappingFileError) as caught:
        read(section)
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) >= (2, 16)
