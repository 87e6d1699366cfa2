"""The engine over a checkout on this machine: what is in doubt there removes nothing."""

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest

from core.errors import LockedError, ModeError, NotFoundError, RemovalRefusedError, SettingsError
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.listener import Listener
from core.reporting.report import Report
from core.service import JobSync
from tests.builders import definition_text, job
from tests.checkout import commit_all, git, make_repository, undecodable
from tests.fakes import ME, FakeWorkspace

STATE = "/Workspace/job-sync/state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    jobs = make_repository(tmp_path / "repository") / "jobs"
    jobs.mkdir()
    return jobs


@pytest.fixture
def dev(folder: Path) -> FakeWorkspace:
    """A workspace that has exported two jobs into the checkout."""
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    workspace.jobs.add(job("report"))
    assert service(workspace, folder).export().status == "completed"
    commit_all(folder.parent)
    return workspace


@pytest.fixture
def prod(folder: Path) -> FakeWorkspace:
    """A workspace that has imported two jobs from the checkout."""
    workspace = FakeWorkspace()
    for number, name in enumerate(("load", "report"), start=1):
        put(folder, name, number)
    commit_all(folder.parent)
    assert service(workspace, folder).import_jobs().status == "completed"
    return workspace


def put(folder: Path, name: str, number: int = 1, **settings: object) -> None:
    text = definition_text(job(name, **settings), job_id=number, run_as=ME)
    (folder / f"{name}.json").write_bytes(text)


def service(workspace: FakeWorkspace, folder: Path, **settings: object) -> JobSync:
    return workspace.service(folder=f"file:{folder}", state_path=STATE, **settings)


def rows_of(report: Report) -> dict[str, str]:
    return {row.job_name or row.file_name: str(row.status) for row in report.rows}


def issues_of(report: Report) -> str:
    rows = [issue.message for row in report.rows for issue in row.issues]
    return "\n".join([*rows, *(issue.message for issue in report.issues)])


def names(workspace: FakeWorkspace) -> set[str]:
    return {one.name for one in workspace.jobs.jobs.values()}


def test_everything_but_the_definitions_is_in_the_workspace(dev, folder) -> None:
    assert sorted(path.name for path in folder.rglob("*")) == ["load.json", "report.json"]
    kept = {path.removeprefix(f"{STATE}/").partition("/")[0] for path in dev.files.files}
    assert "exported.json" in kept
    assert all(path.startswith(STATE) for path in dev.files.files)


def test_a_page_and_a_pipeline_wait_for_one_lock(prod, folder) -> None:
    page, refused = prod.service(state_path=STATE), []

    def begun(_me: object) -> None:
        with pytest.raises(LockedError) as busy:
            page.adopt()
        refused.append(busy.value)

    service(prod, folder).adopt(listener=Listener(on_begun=begun))
    assert len(refused) == 1
    page.adopt()


def test_files_of_gone_jobs_are_removed_and_those_of_others_stay(dev, folder) -> None:
    put(folder, "foreign", 77)
    (folder / "notes.json").write_text('{"a": 1}')
    (folder / "README.md").write_text("Jobs")
    dev.jobs.jobs.pop(next(iter(dev.jobs.jobs)))
    report = service(dev, folder).export()
    assert rows_of(report) == {"load": "deleted", "report": "unchanged", "foreign": "unmanaged"}
    assert sorted(path.name for path in folder.iterdir()) == [
        *("README.md", "foreign.json", "notes.json", "report.json")
    ]


def test_a_removal_that_nobody_merged_is_proposed_again_until_it_is(dev, folder) -> None:
    """Each night begins with a checkout of what was merged."""
    dev.jobs.jobs.pop(next(number for number, one in dev.jobs.jobs.items() if one.name == "load"))
    for _ in range(3):
        assert rows_of(service(dev, folder).export())["load"] == "deleted"
        assert not (folder / "load.json").exists()
        git(folder, "checkout", "--", ".")
    service(dev, folder).export()
    commit_all(folder.parent)
    assert rows_of(service(dev, folder).export()) == {"report": "unchanged"}
    put(folder, "load", 77)
    assert rows_of(service(dev, folder).export())["load"] == "unmanaged"


def test_what_somebody_wrote_in_place_of_a_removed_file_stays(dev, folder) -> None:
    dev.jobs.jobs.pop(next(number for number, one in dev.jobs.jobs.items() if one.name == "load"))
    service(dev, folder).export()
    written = json.loads(definition_text(job("load"), job_id=1, run_as=ME))
    del written["job_id"]
    (folder / "load.json").write_text(json.dumps(written))
    assert rows_of(service(dev, folder).export())["load"] == "unmanaged"


def test_the_first_use_says_that_others_may_have_ledgers(folder) -> None:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    assert f"Nothing is noted in {STATE} yet." in issues_of(
        service(workspace, folder).validate()[1]
    )
    assert f"Nothing is noted in {STATE} yet." in issues_of(service(workspace, folder).export())
    assert "is noted" not in issues_of(service(workspace, folder).export())
    assert "is noted" not in issues_of(FakeWorkspace().service().export())


def test_a_folder_that_is_missing_is_an_error_that_says_what_to_do(tmp_path) -> None:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    nowhere = service(workspace, tmp_path / "nowhere")
    for call in (nowhere.export, nowhere.validate, nowhere.import_jobs, nowhere.info):
        with pytest.raises(NotFoundError, match=r"nowhere does not exist.*create the folder"):
            call()
    assert not (tmp_path / "nowhere").exists()


def test_a_pull_is_left_to_git(dev, folder) -> None:
    with pytest.raises(ModeError, match="git pull"):
        service(dev, folder).pull()


# What is in doubt


def in_place_of_the_file(folder: Path, kind: str, outside: Path) -> None:
    path = folder / "load.json"
    path.unlink()
    match kind:
        case "link":
            (outside / "load.json").write_bytes(definition_text(job("load")))
            path.symlink_to(outside / "load.json")
        case "link to nothing":
            path.symlink_to(outside / "missing.json")
        case "link to a folder":
            path.symlink_to(outside)
        case "pipe":
            os.mkfifo(path)
        case "huge":
            with path.open("wb") as file:
                file.truncate(2**40)
        case "name that is not UTF-8":
            undecodable(folder).write_bytes(definition_text(job("load")))
        case "conflict":
            path.write_text('<<<<<<< HEAD\n{"a": 1}\n=======\n{"a": 2}\n>>>>>>> main\n')


KINDS = (
    *("link", "link to nothing", "link to a folder", "pipe", "huge", "name that is not UTF-8"),
    "conflict",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_read_deletes_no_job(prod, folder, tmp_path, kind) -> None:
    (tmp_path / "outside").mkdir()
    in_place_of_the_file(folder, kind, tmp_path / "outside")
    plan, report = service(prod, folder).validate()
    assert not plan.is_complete
    assert "error" in rows_of(report).values()
    assert "deleted" not in rows_of(report).values()
    with pytest.raises(RemovalRefusedError):
        service(prod, folder).remove()
    assert names(prod) == {"load", "report"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_read_is_not_overwritten(dev, folder, tmp_path, kind) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    in_place_of_the_file(folder, kind, outside)
    before = {path: path.read_bytes() for path in outside.iterdir()}
    [load] = [one for one in dev.jobs.jobs.values() if one.name == "load"]
    dev.jobs.jobs.pop(load.job_id)
    dev.jobs.add(job("load", timeout_seconds=5), job_id=load.job_id)
    report = service(dev, folder).export()
    assert "error" in rows_of(report).values()
    assert {path: path.read_bytes() for path in outside.iterdir()} == before
    if kind.startswith("link"):
        assert (folder / "load.json").is_symlink()


def test_a_folder_that_became_a_link_deletes_no_job(prod, folder, tmp_path) -> None:
    (folder / "eu").mkdir()
    (folder / "load.json").rename(folder / "eu/load.json")
    assert rows_of(service(prod, folder).validate()[1])["load"] == "unchanged"
    (folder / "eu").rename(tmp_path / "eu")
    (folder / "eu").symlink_to(tmp_path / "eu")
    plan, report = service(prod, folder).validate()
    assert not plan.is_complete
    assert "symbolic link" in issues_of(report)


def test_a_sparse_checkout_deletes_no_job(prod, folder) -> None:
    git(folder.parent, "sparse-checkout", "set", "--no-cone", "/jobs/report.json", "/README.md")
    assert [path.name for path in folder.iterdir()] == ["report.json"]
    plan, report = service(prod, folder).validate()
    assert not plan.is_complete
    assert rows_of(report)["load.json"] == "error"
    assert "sparse checkout" in issues_of(report)
    with pytest.raises(RemovalRefusedError):
        service(prod, folder).remove()


def test_an_excerpt_of_a_file_outside_is_never_shown(prod, folder, tmp_path) -> None:
    """An error of a mapping file shows the line: of a link it would show somebody's secret."""
    (tmp_path / "credentials").write_text("[DEFAULT]\ntoken = dapi0123456789abcdef\n")
    (folder / "mappings.json").symlink_to(tmp_path / "credentials")
    (folder / "report.json").unlink()
    (folder / "report.json").symlink_to(tmp_path / "credentials")
    _, report = service(prod, folder).validate()
    assert "DEFAULT" not in issues_of(report)
    with pytest.raises(Exception, match="is a symbolic link") as refused:
        service(prod, folder, mapping_path=f"file:{folder}/mappings.json").validate()
    assert "DEFAULT" not in str(refused.value)


@pytest.mark.parametrize("depth", [150, 1500])
def test_folders_in_folders_without_end_are_no_end_of_the_reading(prod, folder, depth) -> None:
    nest(folder, depth, definition_text(job("deep"), job_id=3, run_as=ME))
    try:
        plan, report = service(prod, folder).validate()
    finally:  # Python's own way to delete a tree ends at the same depth as recursion
        subprocess.run(["rm", "-rf", str(folder / "a")], check=True)
    assert rows_of(report)["load"] == "unchanged"
    assert ("deep" in rows_of(report)) is (depth == 150)
    assert plan.is_complete is (depth == 150)


def nest(folder: Path, depth: int, content: bytes) -> None:
    """Put a file below so many folders; its path is longer than one call takes."""
    inside = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("a", dir_fd=inside)
        above, inside = inside, os.open("a", os.O_RDONLY, dir_fd=inside)
        os.close(above)
    file = os.open("deep.json", os.O_WRONLY | os.O_CREAT, dir_fd=inside)
    os.write(file, content)
    os.close(file)
    os.close(inside)


# Bytes


def test_line_ends_of_a_file_stay_when_it_changes(dev, folder) -> None:
    """As Git writes them with core.autocrlf, and refuses others with core.safecrlf."""
    root = folder.parent
    for name, value in (("core.autocrlf", "true"), ("core.safecrlf", "true")):
        git(root, "config", name, value)
    for path in (root / "README.md", *folder.iterdir()):
        path.unlink()
    git(root, "checkout", "--quiet", "--", ".")
    before = (folder / "load.json").read_bytes()
    assert before.count(b"\r\n") == before.count(b"\n") > 5
    assert rows_of(service(dev, folder).export()) == {"load": "unchanged", "report": "unchanged"}
    assert git(root, "status", "--porcelain") == ""
    [load] = [one for one in dev.jobs.jobs.values() if one.name == "load"]
    dev.jobs.jobs.pop(load.job_id)
    dev.jobs.add(job("load", timeout_seconds=5), job_id=load.job_id)
    assert rows_of(service(dev, folder).export())["load"] == "changed"
    after = (folder / "load.json").read_bytes()
    assert after.count(b"\r\n") == after.count(b"\n")
    commit_all(root, "Change")
    assert git(root, "show", "--stat", "--format=").endswith("2 insertions(+), 1 deletion(-)")


def test_a_byte_order_mark_is_no_change(dev, folder) -> None:
    path = folder / "load.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert rows_of(service(dev, folder).export()) == {"load": "unchanged", "report": "unchanged"}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_names_that_are_one_name_elsewhere_get_two_files(folder) -> None:
    workspace = FakeWorkspace()
    for name in ("Load", "load", "LOAD", "con", "a/b"):
        workspace.jobs.add(job(name))
    assert service(workspace, folder).export().status == "completed"
    found = [path.name for path in folder.iterdir()]
    assert len({name.casefold() for name in found}) == len(found) == 5
    assert set(rows_of(service(workspace, folder).export()).values()) == {"unchanged"}


# Disks


def test_a_full_disk_fails_what_it_fails_and_the_next_export_completes_it(dev, folder) -> None:
    dev.jobs.add(job("large", description="x" * 5000))
    dev.jobs.add(job("small"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        report = service(dev, folder).export()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert rows_of(report)["large"] == "error"
    assert rows_of(report)["small"] == "new"
    assert "Free some space" in issues_of(report)
    assert sorted(path.name for path in folder.iterdir()) == [
        *("load.json", "report.json", "small.json")
    ]
    again = service(dev, folder).export()
    assert again.status == "completed"
    assert json.loads((folder / "large.json").read_bytes())["settings"]["name"] == "large"


# The mapping file and the page


def test_a_mapping_file_on_this_machine_is_saved_there_and_kept_in_the_workspace(
    prod, folder
) -> None:
    path = folder.parent / "mappings.json"
    path.write_text("{jobs: {exclude: ['tmp*']}} // ours\r\n")
    settings = {"mapping_path": f"file:{path}"}
    read = service(prod, folder, **settings).read_mappings().details
    saved = service(prod, folder, **settings).save_mappings("{} // ours\n", read.version)
    assert saved.status == "completed", issues_of(saved)
    assert path.read_bytes() == b"{} // ours\r\n"
    [kept] = [one for one in prod.files.files if one.startswith(f"{STATE}/mappings/")]
    assert prod.files.files[kept] == b"{jobs: {exclude: ['tmp*']}} // ours\r\n"
    assert read.folder_id is None


def test_a_mapping_file_that_is_missing_is_created_beside_no_repository(
    prod, folder, tmp_path
) -> None:
    path = tmp_path / "mappings.json"
    settings = {"mapping_path": f"file:{path}"}
    read = service(prod, folder, **settings).read_mappings().details
    assert not read.exists
    saved = service(prod, folder, **settings).save_mappings("{}\n", read.version)
    assert saved.status == "completed", issues_of(saved)
    assert path.read_bytes() == b"{}\n"


def test_a_mapping_file_alone_may_be_on_this_machine(folder) -> None:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("tmp"))
    (folder / "map.json").write_text("{jobs: {exclude: ['tmp*']}}")
    mixed = workspace.service(mapping_path=f"file:{folder}/map.json", state_path=STATE)
    assert rows_of(mixed.export()) == {"tmp": "excluded"}


def test_who_may_write_a_folder_of_this_machine_is_said_in_words(prod, folder) -> None:
    access = service(prod, folder).info().details.access
    words = {one.place: one.words for one in access}
    assert "users of this machine" in words["Git folder"]
    assert not [one.warning for one in access if one.warning]


def test_a_reviewed_row_whose_file_moved_is_skipped(prod, folder) -> None:
    put(folder, "load", 1, timeout_seconds=5)
    plan, _ = service(prod, folder).validate()
    put(folder, "load", 1, timeout_seconds=6)
    review = Review(["load"], fingerprint_plan(plan))
    report = service(prod, folder).import_jobs(review)
    [row] = [row for row in report.rows if row.job_name == "load"]
    assert "changed after validation" in row.issues[0].message
    assert "timeout_seconds" not in prod.jobs.named("load").unpack_settings()


def test_settings_without_a_state_folder_are_refused_before_anything_is_read() -> None:
    from core.settings import Settings

    with pytest.raises(SettingsError, match="STATE_FOLDER_PATH is not set"):
        Settings.from_env({"WORKSPACE_GIT_FOLDER_PATH": "file:./jobs"})
