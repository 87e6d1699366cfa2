"""The workspace tree: import, export, list, mkdirs and delete."""

from __future__ import annotations

import base64
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from .conftest import Http

FOLDER = "/Workspace/Shared/config"
NOTEBOOK = b"# Databricks notebook source\nprint(1)\n"


@pytest.fixture
def folder(sdk: WorkspaceClient) -> str:
    sdk.workspace.mkdirs(FOLDER)
    return FOLDER


def import_file(http: Http, path: str, content: bytes = b"{}", **fields: Any) -> Any:
    encoded = base64.b64encode(content).decode()
    body = {"path": path, "content": encoded, "format": "AUTO", **fields}
    return http.post("/api/2.0/workspace/import", body)


def test_a_file_comes_back_as_it_was_written(sdk: WorkspaceClient, folder: str) -> None:
    content = bytes(range(256)) * 10
    sdk.workspace.upload(f"{folder}/a.json", content, format=ImportFormat.AUTO)
    with sdk.workspace.download(f"{folder}/a.json") as stream:
        assert stream.read() == content
    exported = sdk.workspace.export(f"{folder}/a.json", format=ExportFormat.AUTO)
    assert base64.b64decode(exported.content or "") == content
    assert exported.file_type == "json"


def test_list_describes_files_notebooks_and_directories(
    sdk: WorkspaceClient, http: Http, folder: str
) -> None:
    import_file(http, f"{folder}/a.json")
    import_file(http, f"{folder}/nb.py", NOTEBOOK)
    import_file(http, f"{folder}/module.py", b"x = 1\n")
    import_file(http, f"{folder}/board.lvdash.json")
    sdk.workspace.mkdirs(f"{folder}/sub")
    found = {item.path: item for item in sdk.workspace.list(folder)}
    assert {
        path.removeprefix(folder): item.object_type for path, item in found.items() if path
    } == {
        "/a.json": ObjectType.FILE,
        "/nb": ObjectType.NOTEBOOK,
        "/module.py": ObjectType.FILE,
        "/board.lvdash.json": ObjectType.DASHBOARD,
        "/sub": ObjectType.DIRECTORY,
    }
    assert found[f"{folder}/nb"].language == Language.PYTHON
    assert found[f"{folder}/a.json"].modified_at and found[f"{folder}/a.json"].size == 2
    assert sdk.workspace.get_status(f"{folder}/nb").object_id == found[f"{folder}/nb"].object_id


def test_an_empty_directory_lists_nothing_and_a_file_lists_itself(http: Http, folder: str) -> None:
    assert http.get("/api/2.0/workspace/list", path=folder).json() == {}
    import_file(http, f"{folder}/a.json")
    [item] = http.get("/api/2.0/workspace/list", path=f"{folder}/a.json").json()["objects"]
    assert item["path"] == f"{folder}/a.json"


def test_answers_keep_the_form_of_the_path(http: Http, folder: str) -> None:
    status = "/api/2.0/workspace/get-status"
    paths = ["/Shared/config", "/Workspace/Shared/config", "//Workspace/Shared/config"]
    assert [http.get(status, path=path).json()["path"] for path in paths] == [
        "/Shared/config",
        "/Workspace/Shared/config",
        "/Shared/config",
    ]


def test_times_and_size_can_be_left_out(http: Http, folder: str) -> None:
    import_file(http, f"{folder}/a.json")
    http.option(timestamps_on_files=False, size_on_files=False)
    info = http.get("/api/2.0/workspace/get-status", path=f"{folder}/a.json").json()
    assert not {"created_at", "modified_at", "size"} & info.keys()


def test_each_overwrite_has_a_later_time_and_a_new_file_another_id(
    http: Http, sdk: WorkspaceClient, folder: str
) -> None:
    path = f"{folder}/a.json"
    times, ids = [], set()
    for number in range(5):
        import_file(http, path, str(number).encode(), overwrite=True)
        status = sdk.workspace.get_status(path)
        times.append(status.modified_at or 0)
        ids.add(status.object_id)
    assert times == sorted(set(times)) and len(ids) == 1
    sdk.workspace.delete(path)
    import_file(http, path)
    assert sdk.workspace.get_status(path).object_id not in ids


@pytest.mark.parametrize("ahead_s", [1000, -1000])
def test_a_workspace_may_have_another_time(http: Http, folder: str, ahead_s: int) -> None:
    def times(name: str) -> tuple[int, int]:
        import_file(http, f"{folder}/{name}")
        info = http.get("/api/2.0/workspace/get-status", path=f"{folder}/{name}").json()
        return info["created_at"], info["modified_at"]

    _, before = times("a.json")
    http.option(clock_ahead_s=ahead_s)
    created, modified = times("b.json")
    assert 0 <= modified - before - ahead_s * 1000 < 60_000
    assert created <= modified


def test_existing_files_are_kept_without_overwrite(
    sdk: WorkspaceClient, http: Http, folder: str
) -> None:
    import_file(http, f"{folder}/a.json", b"first")
    with pytest.raises(ResourceAlreadyExists, match="Please pass overwrite=true to overwrite it"):
        sdk.workspace.upload(f"{folder}/a.json", b"second", format=ImportFormat.AUTO)
    http.option(existing_file_error="already_exists")
    answer = import_file(http, f"{folder}/a.json", b"second")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "ALREADY_EXISTS")
    assert sdk.workspace.download(f"{folder}/a.json").read() == b"first"


def test_of_many_creators_exactly_one_wins(http: Http, folder: str) -> None:
    for number in range(5):
        path = f"{folder}/lock-{number}.json"
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, path=path: import_file(http, path), range(16)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes[0] == 200 and codes[1] in (400, 409), codes
        assert {answer.json().get("error_code") for answer in answers} <= {
            None,
            "RESOURCE_ALREADY_EXISTS",
            "ALREADY_EXISTS",
        }


def test_import_refuses(http: Http, folder: str) -> None:
    missing = import_file(http, f"{folder}/no/a.json")
    assert missing.status_code == 404
    assert missing.json()["message"] == f"The parent folder ({folder}/no) does not exist."
    source = import_file(http, f"{folder}/a.json", format="SOURCE")
    assert "zip file may not be valid" in source.json()["message"]
    mismatch = import_file(http, folder, overwrite=True)
    assert mismatch.json()["details"][0]["reason"] == "WORKSPACE_OBJECT_TYPE_MISMATCH"
    body = {"path": f"{folder}/a", "content": "%%%", "format": "AUTO"}
    assert http.post("/api/2.0/workspace/import", body).status_code == 400


def test_large_files_and_full_folders_are_refused(http: Http, folder: str) -> None:
    http.option(max_file_bytes=10, max_children=1)
    answer = import_file(http, f"{folder}/a.json", b"x" * 11)
    assert "File size imported is (11 bytes)" in answer.json()["message"]
    assert import_file(http, f"{folder}/a.json").status_code == 200
    answer = import_file(http, f"{folder}/b.json")
    assert (answer.status_code, answer.json()["error_code"]) == (
        403,
        "MAX_CHILD_NODE_SIZE_EXCEEDED",
    )
    assert import_file(http, f"{folder}/a.json", overwrite=True).status_code == 200


def test_source_with_a_language_makes_a_notebook(sdk: WorkspaceClient, folder: str) -> None:
    path = f"{folder}/query"
    sdk.workspace.upload(path, b"SELECT 1", language=Language.SQL, format=ImportFormat.SOURCE)
    assert sdk.workspace.get_status(path).language == Language.SQL
    exported = sdk.workspace.download(path).read()
    assert exported == b"-- Databricks notebook source\nSELECT 1"


def test_a_folder_exports_as_a_zip(http: Http, sdk: WorkspaceClient, folder: str) -> None:
    sdk.workspace.mkdirs(f"{folder}/sub")
    import_file(http, f"{folder}/a.json", b"1")
    import_file(http, f"{folder}/sub/b.json", b"2")
    import_file(http, f"{folder}/nb.py", NOTEBOOK)

    def names(**query: str) -> list[str]:
        answer = http.get("/api/2.0/workspace/export", path=folder, direct_download="true", **query)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return sorted(archive.namelist())

    assert names(format="AUTO") == ["a.json", "nb.py", "sub/b.json"]
    assert names(format="SOURCE") == ["nb.py"]
    http.option(zip_layout="with_top_folder")
    assert names(format="AUTO")[0] == "config/a.json"
    http.option(folder_zip=False)
    query = {"path": folder, "format": "AUTO"}
    assert http.get("/api/2.0/workspace/export", **query).status_code == 400


def test_a_git_folder_exports_without_its_git_directory(http: Http) -> None:
    query = {"path": "/Shared/jobs", "format": "AUTO"}
    answer = http.get("/api/2.0/workspace/export", direct_download="true", **query)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["README.md", "notebooks/row_counts.py"]
    http.option(folder_zip_in_git_folder=False)
    assert http.get("/api/2.0/workspace/export", **query).status_code == 400


def test_delete_wants_recursive_for_a_full_directory(sdk: WorkspaceClient, folder: str) -> None:
    sdk.workspace.mkdirs(f"{folder}/sub")
    with pytest.raises(Exception, match="is not empty"):
        sdk.workspace.delete(folder)
    sdk.workspace.delete(folder, recursive=True)
    with pytest.raises(NotFound, match=r"Path \(/Workspace/Shared/config\) doesn't exist."):
        sdk.workspace.get_status(folder)


def test_mkdirs_is_idempotent_and_minds_files(http: Http, folder: str) -> None:
    import_file(http, f"{folder}/a.json")
    assert http.post("/api/2.0/workspace/mkdirs", {"path": folder}).status_code == 200
    answer = http.post("/api/2.0/workspace/mkdirs", {"path": f"{folder}/a.json/b"})
    assert answer.json()["error_code"] == "RESOURCE_ALREADY_EXISTS"


@pytest.mark.parametrize(
    "path",
    [
        "/Shared/../../state.db",
        "/..",
        "/Shared/./x",
        "Shared/x",
        "/Shared/a\0b",
        "/Shared/" + "x" * 256,
        "/Shared/\ud800",
        "/Shared/jobs/.git/config",
        "/Shared/jobs/.GIT/config",
        "/Workspace/../PROD",
        "",
        None,
        7,
    ],
)
def test_no_path_leaves_the_tree(http: Http, tmp_path: Path, path: object) -> None:
    before = sorted(tmp_path.rglob("*"))
    encoded = base64.b64encode(b"x").decode()
    body = {"path": path, "content": encoded, "format": "AUTO", "overwrite": True}
    assert http.post("/api/2.0/workspace/import", body).status_code in (400, 404)
    for action in ("mkdirs", "delete"):
        body = {"path": path, "recursive": True}
        assert http.post(f"/api/2.0/workspace/{action}", body).status_code in (400, 404)
    if isinstance(path, str) and path.isprintable():
        for action in ("get-status", "list", "export"):
            answer = http.get(f"/api/2.0/workspace/{action}", path=path)
            assert answer.status_code in (400, 404)
    kept = [file for file in before if "state.db" not in file.name]
    assert all(file.exists() for file in kept)


def test_a_symbolic_link_leads_nowhere(http: Http, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "DEV/files/Shared/link").symlink_to(tmp_path)
    for path in ("/Shared/link", "/Shared/link/secret.txt"):
        assert http.get("/api/2.0/workspace/export", path=path).status_code == 404
    listed = http.get("/api/2.0/workspace/list", path="/Shared").json()["objects"]
    assert [item["path"] for item in listed] == ["/Shared/jobs"]


def test_restricted_paths_refuse_everybody(http: Http) -> None:
    http.seed(
        directories=["/Shared/locked", "/Shared/secret"],
        files=[{"path": "/Shared/locked/a.json", "content": "1"}],
        read_only=["/Shared/locked"],
        hidden=["/Shared/secret"],
    )
    assert import_file(http, "/Shared/locked/b.json").status_code == 403
    assert import_file(http, "/Shared/locked/a.json", overwrite=True).status_code == 403
    body = {"path": "/Shared/locked/a.json"}
    assert http.post("/api/2.0/workspace/delete", body).status_code == 403
    assert http.get("/api/2.0/workspace/list", path="/Shared/secret").status_code == 404
    assert import_file(http, "/Shared/secret/b.json").status_code == 404
    listed = http.get("/api/2.0/workspace/list", path="/Shared").json()["objects"]
    assert [item["path"] for item in listed] == ["/Shared/jobs", "/Shared/locked"]
