"""Definitions named in any script: exported, committed with git, pulled and imported, over HTTP."""

import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from core.definitions.file_names import make_former_file_name
from core.service import JobSync
from tests.builders import definition_text, job
from tests.emulated import Emulated, promote, row_of, statuses
from tests.integration.conftest import Pair

READABLE = [
    "Prévision – scoring · 在庫",
    "Zahlungen & Löhne (täglich); it's #1 + 50!",
    "ежедневная загрузка",
    "दैनिक रिपोर्ट",
    "تقرير يومي ١٢",
    "🚀 deploy ⚠️",
    "=HYPERLINK {x} $HOME `id` ^",
]
ESCAPED = {
    "50 % a/b": "50 %25 a%2Fb.json",
    "cafe\u0301": "cafe%CC%81.json",
    "gpj\u202e": "gpj%E2%80%AE.json",
    "con": "%63on.json",
}
NAMES = {**{name: f"{name}.json" for name in READABLE}, **ESCAPED}


@pytest.fixture(params=[True, False], ids=["zip", "one by one"])
def filled(request: pytest.FixtureRequest, pair: Pair) -> Pair:
    """DEV has a job of each name; PROD may run jobs as DEV's administrator."""
    dev, prod = pair
    prod.seed(users=[{"userName": "admin@dev.example"}])
    for name in NAMES:
        dev.create_job(job(name))
    for workspace in pair:
        workspace.option(folder_zip=request.param)
    return pair


def test_names_in_any_script_travel_from_one_workspace_to_the_other(filled: Pair) -> None:
    dev, prod = filled
    report = dev.service().export()
    assert {row.job_name: row.file_name for row in report.rows} == NAMES
    assert set(NAMES.values()) <= set(dev.files())
    dev.commit()
    pulled = prod.service().pull()
    assert {row.job_name: row.file_name for row in pulled.rows} == NAMES
    assert prod.service().import_jobs().counts() == {"new": len(NAMES)}
    assert prod.names() == sorted(NAMES)
    assert dev.service().export().counts() == {"unchanged": len(NAMES)}
    assert dev.commit() is None
    assert prod.service().validate()[1].counts() == {"unchanged": len(NAMES)}


def test_git_holds_the_names_as_people_read_them(filled: Pair, tmp_path: Path) -> None:
    dev, _prod = filled
    dev.service().export()
    dev.commit()
    [remote] = tmp_path.glob("environment-*/*.git")
    listed = subprocess.run(
        ["git", "-C", remote, "ls-tree", "-z", "--name-only", "HEAD"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert set(NAMES.values()) <= set(listed.stdout.split("\0"))


def test_a_job_of_such_a_name_is_changed_renamed_and_removed_like_any_other(pair: Pair) -> None:
    dev, prod = pair
    prod.seed(users=[{"userName": "admin@dev.example"}])
    first, second = "Prévision 在庫", "Löhne & Gehälter"
    for name in (first, second):
        dev.create_job(job(name))
    assert promote(dev, prod).counts() == {"new": 2}
    dev.reset_job(dev.job_id(first), job(f"{first} №2", max_concurrent_runs=2))
    dev.delete_job(dev.job_id(second))
    assert promote(dev, prod).counts() == {"deleted": 1, "renamed": 1}
    assert prod.names() == sorted([f"{first} №2", second])
    assert [name for name in dev.files() if name.endswith(".json")] == [f"{first}.json"]
    prod.service(max_removals=5, max_removal_share=1.0).remove()
    assert prod.names() == [f"{first} №2"]


@pytest.mark.parametrize("folder", ["", "Über/在庫/"])
def test_files_that_a_former_version_named_keep_their_names(pair: Pair, folder: str) -> None:
    dev, prod = pair
    prod.seed(users=[{"userName": "admin@dev.example"}])
    for name in READABLE[:2]:
        job_id = dev.create_job(job(name))
        text = definition_text(job(name), job_id=job_id)
        dev.put(f"{folder}{make_former_file_name(name)}", text)
    dev.reset_job(dev.job_id(READABLE[0]), job(READABLE[0], max_concurrent_runs=2))
    before = set(dev.files())
    assert promote(dev, prod).counts() == {"new": 2}
    assert set(dev.files()) == before
    assert statuses(dev.service().export()) == dict.fromkeys(READABLE[:2], "unchanged")


def test_a_damaged_file_that_a_former_version_named_gets_no_second_file(dev: Emulated) -> None:
    name = READABLE[0]
    dev.create_job(job(name))
    dev.put(make_former_file_name(name), b"{ not JSON")
    assert row_of(dev.service().export(), name).status == "error"
    assert f"{name}.json" not in dev.files()


def test_a_file_that_a_mac_wrote_decomposed_keeps_its_name(dev: Emulated) -> None:
    path = unicodedata.normalize("NFD", "Prévision.json")
    job_id = dev.create_job(job("Prévision"))
    dev.put(path, definition_text(job("Prévision", max_concurrent_runs=3), job_id=job_id))
    dev.create_job(job("PRÉVISION"))
    report = dev.service().export()
    assert row_of(report, "Prévision").file_name == path
    twin = row_of(report, "PRÉVISION").file_name
    assert twin.startswith("PRÉVISION~")
    assert {name for name in dev.files() if name.endswith(".json")} == {path, twin}


def test_names_as_long_as_a_file_name_may_be_are_written(pair: Pair) -> None:
    dev, prod = pair
    prod.seed(users=[{"userName": "admin@dev.example"}])
    names = [char * 1000 for char in "xé在🚀"] + ["在" * 80, "🚀" * 60, "в" * 120, "\u0301" * 120]
    for name in names:
        dev.create_job(job(name))
    assert promote(dev, prod).counts() == {"new": len(names)}
    assert prod.names() == sorted(names)
    assert all(len(name.encode()) <= 255 for name in dev.files())


@pytest.fixture
def service(dev: Emulated) -> Callable[[str], JobSync]:
    return lambda folder: dev.service(folder=f"{dev.folder}/{folder}")


@pytest.mark.parametrize("folder", ["Jobs 在庫", "a&b=c#d", "50%25+1", "Pr\u00e9vision"])
def test_a_folder_of_such_a_name_is_read_and_written(
    dev: Emulated, service: Callable[[str], JobSync], folder: str
) -> None:
    dev.put(f"{folder}/keep.txt", b"")
    for number in range(12):  # enough for a zip
        dev.create_job(job(f"在庫 & {number}"))
    assert service(folder).export().counts() == {"new": 12}
    assert service(folder).export().counts() == {"unchanged": 12}
