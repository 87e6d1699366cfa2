"""What Git keeps in place of a file."""

import pytest

from core.definitions.definition import parse_definition
from core.errors import InvalidDefinitionError, MappingFileError
from core.mapping.mapping_file import parse_mappings
from tests.builders import job
from tests.fakes import FOLDER, FakeWorkspace

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    "size 12345\n"
)
POINTERS = [
    POINTER,
    POINTER.replace("\n", "\r\n"),
    POINTER.replace("\n", "\r"),
    POINTER.rstrip(),
    "\ufeff" + POINTER,
    "\n" + POINTER,
    POINTER.replace("oid", "ext-0-clean sha256:00\noid"),
    POINTER.replace("git-lfs.github.com", "hawser.github.com"),
    "version http://git-media.io/v/2\noid sha256:00\nsize 1\n",
]
LINKS = [
    "../shared/load.json",
    "load.json",
    "./load.JSON",
    "Nightly load.json",
    "[prod] load.json",
    "Prévision – scoring · 在庫.json",
    "/Workspace/Shared/jobs/load.json",
    "..\\shared\\load.json",
    "C:/jobs/load.json",
    "../templates/base",
    "../My templates/base",
    "shared/base",
    "~/load",
    "load.json\n",
]
OTHER_TEXTS = [
    "load",
    "see load",
    "either / or",
    "https://example.com/load.json",
    "name: load.json",
    '{"job_id": 1, "settings": {"name": "load.json',
    "<html><body/></html>",
    "first.json\nsecond.json",
    " load.json",
    "/" + "x" * 5000,
]


def refusal(text: str) -> str:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text.encode())
    return str(caught.value)


@pytest.mark.parametrize("text", POINTERS)
def test_a_pointer_of_git_lfs_is_called_one_with_the_way_out(text):
    said = refusal(text)
    assert "The file is a Git LFS pointer" in said
    assert "Fetch the real content with Git LFS" in said
    assert "JSON" not in said


@pytest.mark.parametrize("text", LINKS)
def test_a_link_that_became_a_text_file_is_called_one_with_its_target(text):
    said = refusal(text)
    assert f"a symbolic link to “{text.strip()}” that was checked out as a text file" in said
    assert "Put the file itself there" in said


@pytest.mark.parametrize("text", OTHER_TEXTS)
def test_other_text_is_not_valid_json(text):
    assert "not valid JSON" in refusal(text)


def test_a_conflict_inside_a_pointer_is_solved_first():
    conflict = POINTER.replace("oid", "<<<<<<< HEAD\noid")
    assert "merge-conflict markers" in refusal(conflict)


@pytest.mark.parametrize(("text", "words"), [(POINTER, "Git LFS pointer"), (LINKS[0], "link")])
def test_a_mapping_file_that_git_replaced_is_called_so(text, words):
    with pytest.raises(MappingFileError, match=f"/m.json is a .*{words}"):
        parse_mappings(text.encode(), "/m.json")


@pytest.mark.parametrize("text", [POINTER, "../shared/load.json"])
def test_a_job_whose_file_git_replaced_is_neither_deleted_nor_written(text):
    dev, prod = FakeWorkspace(), FakeWorkspace()
    dev.jobs.add(job("load"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.service().import_jobs()
    for workspace in (dev, prod):
        workspace.put_file("load.json", text.encode())
    plan, report = prod.service().validate()
    statuses = {row.file_name or row.job_name: row.status for row in report.rows}
    assert statuses == {"load.json": "error", "load": "unmanaged"}
    assert not plan.is_complete
    dev.service().export()
    assert dev.files.files[f"{FOLDER}/load.json"] == text.encode()
