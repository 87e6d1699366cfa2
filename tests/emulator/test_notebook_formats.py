"""Notebooks in every format that they can be imported and exported in."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language

from .conftest import Http

FOLDER = "/Workspace/Shared/notebooks"
EXPORT = "/api/2.0/workspace/export"
SOURCE = """# Databricks notebook source
# MAGIC %md
# MAGIC # Sales
# MAGIC
# MAGIC By region.

# COMMAND ----------

# DBTITLE 1,Read
x = 1
print(x)

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT 1
"""
CELLS = [
    ("markdown", "# Sales\n\nBy region.", ""),
    ("code", "x = 1\nprint(x)", "Read"),
    ("code", "%sql\nSELECT 1", ""),
]


@pytest.fixture(autouse=True)
def folder(http: Http) -> None:
    http.seed(directories=[FOLDER])


def imported(http: Http, name: str, content: str, **fields: Any) -> Any:
    encoded = base64.b64encode(content.encode()).decode()
    body = {"path": f"{FOLDER}/{name}", "content": encoded, "format": "AUTO", **fields}
    return http.post("/api/2.0/workspace/import", body)


def exported(http: Http, name: str, export_format: str) -> bytes:
    query = {"path": f"{FOLDER}/{name}", "format": export_format, "direct_download": "true"}
    answer = http.get(EXPORT, **query)
    assert answer.status_code == 200, answer.text
    return answer.content


def cells(document: bytes) -> list[tuple[str, str, str]]:
    def title(cell: dict[str, Any]) -> str:
        return cell["metadata"]["application/vnd.databricks.v1+cell"]["title"]

    found = json.loads(document)["cells"]
    return [(cell["cell_type"], "".join(cell["source"]), title(cell)) for cell in found]


def test_a_source_notebook_exports_as_a_jupyter_document(http: Http) -> None:
    imported(http, "sales.py", SOURCE)
    document = exported(http, "sales", "JUPYTER")
    assert cells(document) == CELLS
    read = json.loads(document)
    assert (read["nbformat"], read["nbformat_minor"]) == (4, 0)
    own = read["metadata"]["application/vnd.databricks.v1+notebook"]
    assert (own["notebookName"], own["language"]) == ("sales", "python")
    assert all(cell["outputs"] == [] for cell in read["cells"] if cell["cell_type"] == "code")


def test_a_jupyter_document_exports_as_source_and_back(http: Http) -> None:
    imported(http, "sales.py", SOURCE)
    document = exported(http, "sales", "JUPYTER").decode()
    assert imported(http, "copy.ipynb", document).ok
    assert exported(http, "copy", "SOURCE").decode() == SOURCE
    assert exported(http, "copy", "JUPYTER").decode() == document


@pytest.mark.parametrize(
    ("language", "suffix", "comment"),
    [("SQL", "sql", "--"), ("SCALA", "scala", "//"), ("R", "r", "#")],
)
def test_every_language_has_its_comment(
    http: Http, language: str, suffix: str, comment: str
) -> None:
    imported(
        http, f"a.{suffix}", SOURCE.replace("# D", f"{comment} D").replace("\n# ", f"\n{comment} ")
    )
    document = exported(http, "a", "JUPYTER")
    assert [kind for kind, _, _ in cells(document)] == ["markdown", "code", "code"]
    own = json.loads(document)["metadata"]["application/vnd.databricks.v1+notebook"]
    assert own["language"] == language.lower()


def test_an_empty_format_is_source(http: Http) -> None:
    imported(http, "sales.py", SOURCE)
    assert exported(http, "sales", "").decode() == SOURCE
    answer = http.get(EXPORT, path=f"{FOLDER}/sales", format="").json()
    assert base64.b64decode(answer["content"]).decode() == SOURCE
    assert answer["file_type"] == "py"


def test_other_formats_show_the_same_cells(http: Http) -> None:
    imported(http, "sales.py", SOURCE.replace("print(x)", "print(x < 1)"))
    assert b"print(x &lt; 1)" in exported(http, "sales", "HTML")
    with zipfile.ZipFile(io.BytesIO(exported(http, "sales", "DBC"))) as archive:
        notebook = json.loads(archive.read("sales.python"))
    assert [one["command"] for one in notebook["commands"]][2] == "%sql\nSELECT 1"
    assert exported(http, "sales", "AUTO") == exported(http, "sales", "RAW")
    for unfit in ("R_MARKDOWN", "PDF"):
        query = {"path": f"{FOLDER}/sales", "format": unfit}
        assert http.get(EXPORT, **query).status_code == 400
    imported(http, "stats.r", "# Databricks notebook source\nx <- 1\n")
    assert exported(http, "stats", "R_MARKDOWN") == b"```{r}\nx <- 1\n```"


def test_a_file_has_no_notebook_format(http: Http) -> None:
    imported(http, "a.json", "{}")
    assert exported(http, "a.json", "SOURCE") == exported(http, "a.json", "AUTO") == b"{}"
    for unfit in ("JUPYTER", "HTML", "DBC"):
        assert http.get(EXPORT, path=f"{FOLDER}/a.json", format=unfit).status_code == 400


def test_a_folder_exports_jupyter_documents_as_source(http: Http) -> None:
    imported(http, "sales.py", SOURCE)
    imported(http, "copy.ipynb", exported(http, "sales", "JUPYTER").decode())
    imported(http, "broken.ipynb", "no JSON")
    query = {"path": FOLDER, "direct_download": "true"}

    def names(export_format: str) -> list[str]:
        content = http.get(EXPORT, **query, format=export_format).content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sorted(archive.namelist())

    assert names("SOURCE") == ["broken.ipynb", "copy.py", "sales.py"]
    assert names("AUTO") == ["broken.ipynb", "copy.ipynb", "sales.py"]
    http.post("/api/2.0/workspace/delete", {"path": f"{FOLDER}/broken"})
    assert names("DBC") == ["copy.python", "sales.python"]


def test_source_and_jupyter_keep_the_path(http: Http) -> None:
    assert imported(http, "a.py", "x = 1", format="SOURCE", language="PYTHON").ok
    document = '{"cells": [{"cell_type": "code", "source": "x = 1"}], "nbformat": 4}'
    assert imported(http, "b", document, format="JUPYTER", language="PYTHON").ok
    listed = http.get("/api/2.0/workspace/list", path=FOLDER).json()["objects"]
    found = [(one["path"].removeprefix(FOLDER), one["object_type"]) for one in listed]
    assert found == [("/a.py", "NOTEBOOK"), ("/b", "NOTEBOOK")]
    assert exported(http, "b", "SOURCE") == b"# Databricks notebook source\nx = 1\n"


@pytest.mark.parametrize("content", ["no JSON", "[]", "{}"])
def test_jupyter_refuses_what_is_no_notebook(http: Http, content: str) -> None:
    answer = imported(http, "b", content, format="JUPYTER")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_existing_notebook_is_refused_in_its_own_words(http: Http) -> None:
    imported(http, "a.py", SOURCE)
    answer = imported(http, "a.py", SOURCE)
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": f"Path ({FOLDER}/a) already exists."},
    )
    http.option(existing_notebook_error="resource_already_exists")
    assert imported(http, "a.py", SOURCE).json()["error_code"] == "RESOURCE_ALREADY_EXISTS"
    crossed = imported(http, "a", "text")
    assert (crossed.status_code, crossed.json()["error_code"]) == (409, "ALREADY_EXISTS")
    crossed = imported(http, "a", "text", overwrite=True)
    assert "type mismatch (asked: FILE, actual: NOTEBOOK)" in crossed.json()["message"]
    [detail] = crossed.json()["details"]
    assert detail["metadata"] == {"existing_type": "NOTEBOOK"}


def test_a_list_can_leave_out_older_notebooks(http: Http) -> None:
    imported(http, "a.py", SOURCE)
    imported(http, "a.json", "{}")
    path = "/api/2.0/workspace/get-status"
    modified = http.get(path, path=f"{FOLDER}/a").json()["modified_at"]

    def listed(after: int) -> list[str]:
        query = {"path": FOLDER, "notebooks_modified_after": after}
        objects = http.get("/api/2.0/workspace/list", **query).json()["objects"]
        return [one["object_type"] for one in objects]

    assert listed(modified - 1) == ["FILE", "NOTEBOOK"]
    assert listed(modified) == ["FILE"]


def test_the_sdk_uploads_downloads_imports_and_exports(sdk: WorkspaceClient) -> None:
    path = f"{FOLDER}/sales"
    content = SOURCE.encode()
    sdk.workspace.upload(f"{path}.py", content, format=ImportFormat.AUTO)
    sdk.workspace.upload(f"{path}.py", content, format=ImportFormat.AUTO, overwrite=True)
    with sdk.workspace.download(path) as stream:
        assert stream.read() == content
    with sdk.workspace.download(path, format=ExportFormat.JUPYTER) as stream:
        assert cells(stream.read()) == CELLS
    document = sdk.workspace.export(path, format=ExportFormat.JUPYTER).content
    sdk.workspace.import_(f"{path} 2", content=document, format=ImportFormat.JUPYTER)
    sdk.workspace.import_(
        f"{path} 3",
        content=base64.b64encode(content).decode(),
        format=ImportFormat.SOURCE,
        language=Language.PYTHON,
        overwrite=True,
    )
    listed = {item.path: item.language for item in sdk.workspace.list(FOLDER)}
    assert listed == dict.fromkeys((path, f"{path} 2", f"{path} 3"), Language.PYTHON)
    recent = sdk.workspace.list(FOLDER, notebooks_modified_after=2**50)
    assert list(recent) == []
