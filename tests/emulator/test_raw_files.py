"""`workspace-files/*`, which the vendor's client uses for files and for a bundle's state."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from .conftest import Http

RAW = "/api/2.0/workspace-files"
FOLDER = "/Workspace/Shared/raw"
NOTEBOOK = b"# Databricks notebook source\nprint(1)\n"


@pytest.fixture(autouse=True)
def folder(http: Http) -> None:
    http.seed(directories=[FOLDER])


def write(http: Http, path: str, content: bytes, **query: str) -> Any:
    """Send what the client sends: it escapes the whole path, slashes too."""
    where = quote(path.lstrip("/"), safe="@:&=+$")
    return http.send("POST", f"{RAW}/import-file/{where}", data=content, params=query)


def read(http: Http, path: str) -> Any:
    return http.get(f"{RAW}/{quote(path.lstrip('/'), safe='')}")


def kind(http: Http, path: str) -> tuple[str, str]:
    info = http.get("/api/2.0/workspace/get-status", path=path, return_export_info="true").json()
    return info["object_type"], info.get("repos_export_format", "")


@pytest.mark.parametrize(
    "name",
    ["a.json", "with space.txt", "größe 表.txt", "#1.txt", "50%.txt", "a?b=c&d.txt", "a+b@c"],
)
def test_a_file_comes_back_whatever_its_name(http: Http, name: str) -> None:
    content = bytes(range(256))
    assert write(http, f"{FOLDER}/{name}", content, overwrite="false").json() == {}
    answer = read(http, f"{FOLDER}/{name}")
    assert (answer.status_code, answer.content) == (200, content)
    assert kind(http, f"{FOLDER}/{name}") == ("FILE", "")


def test_slashes_need_no_escape(http: Http) -> None:
    path = f"{RAW}/import-file{FOLDER}/a.json"
    assert http.send("POST", path, data=b"{}", params={"overwrite": "true"}).ok
    assert http.get(f"{RAW}{FOLDER}/a.json").content == b"{}"


@pytest.mark.parametrize(
    ("name", "content", "shown", "export_format"),
    [
        ("a.py", NOTEBOOK, "a", "SOURCE"),
        ("a.sql", b"-- Databricks notebook source\n", "a", "SOURCE"),
        ("a.scala", b"// Databricks notebook source\n", "a", "SOURCE"),
        ("a.r", b"# Databricks notebook source\n", "a", "SOURCE"),
        ("a.R", b"# Databricks notebook source\n", "a", "SOURCE"),
        ("a.ipynb", b'{"cells": [], "nbformat": 4}', "a", "JUPYTER"),
    ],
)
def test_notebooks_lose_their_extension(
    http: Http, name: str, content: bytes, shown: str, export_format: str
) -> None:
    assert write(http, f"{FOLDER}/{name}", content).ok
    assert kind(http, f"{FOLDER}/{shown}") == ("NOTEBOOK", export_format)
    assert read(http, f"{FOLDER}/{shown}").status_code == 404


@pytest.mark.parametrize("content", [b"print(1)\n", b"", b"# Databricks\n"])
def test_other_python_stays_a_file(http: Http, content: bytes) -> None:
    assert write(http, f"{FOLDER}/a.py", content).ok
    assert kind(http, f"{FOLDER}/a.py") == ("FILE", "")


def test_a_missing_parent_is_named(http: Http) -> None:
    answer = write(http, f"{FOLDER}/no/a.json", b"{}", overwrite="true")
    assert answer.status_code == 404
    assert answer.json()["message"] == f"The parent folder ({FOLDER}/no) does not exist."


def test_an_existing_file_is_kept_without_overwrite(http: Http) -> None:
    assert write(http, f"{FOLDER}/a.json", b"1").ok
    answer = write(http, f"{FOLDER}/a.json", b"2", overwrite="false")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "ALREADY_EXISTS")
    assert read(http, f"{FOLDER}/a.json").content == b"1"
    assert write(http, f"{FOLDER}/a.json", b"2", overwrite="true").ok
    assert read(http, f"{FOLDER}/a.json").content == b"2"


def test_a_notebook_in_the_way_is_another_error(http: Http) -> None:
    assert write(http, f"{FOLDER}/a.py", NOTEBOOK).ok
    for name in ("a.py", "a"):
        answer = write(http, f"{FOLDER}/{name}", NOTEBOOK, overwrite="false")
        assert answer.status_code == 400
        assert answer.json() == {"message": f"Path ({FOLDER}/a) already exists."}
    answer = write(http, f"{FOLDER}/a", b"text", overwrite="true")
    assert answer.status_code == 400
    assert "[FILE] is different from the existing node type [NOTEBOOK]" in answer.json()["message"]
    assert write(http, f"{FOLDER}/a.py", NOTEBOOK + b"x", overwrite="true").ok


def test_what_is_no_file_cannot_be_read(http: Http) -> None:
    for path in (FOLDER, f"{FOLDER}/none", "/Shared/jobs/.git/config", "/../x"):
        assert read(http, path).status_code in (400, 404)
    assert http.send("GET", f"{RAW}{FOLDER}/a", token="wrong").status_code == 401


def test_raw_files_may_be_larger_than_json(http: Http) -> None:
    http.option(max_file_bytes=3, max_upload_bytes=5)
    assert write(http, f"{FOLDER}/a.json", b"12345").ok
    assert read(http, f"{FOLDER}/a.json").content == b"12345"
    assert http.get("/api/2.0/workspace/export", path=f"{FOLDER}/a.json").status_code == 400
    assert write(http, f"{FOLDER}/a.json", b"123456", overwrite="true").status_code == 400


def test_read_only_folders_refuse(http: Http) -> None:
    http.seed(read_only=[FOLDER])
    assert write(http, f"{FOLDER}/a.json", b"{}").status_code == 403
