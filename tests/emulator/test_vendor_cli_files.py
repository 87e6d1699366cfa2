"""Commands of the vendor's client for files and folders, request by request."""

from __future__ import annotations

import re

import pytest

from .conftest import Http
from .vendor_cli import (
    EXPORT,
    IMPORT,
    STATUS,
    Conversation,
    Step,
    delete,
    download,
    encoded,
    import_file,
    me,
    missing,
    mkdirs,
    replay,
    stat,
    upload,
)

HOME = "/Workspace/Users/admin@dev.example"
NOTEBOOK = "# Databricks notebook source\nprint(1)\n"
LIST = "/api/2.0/workspace/list"
FILES = {
    "files": [
        {"path": f"{HOME}/project/a.json", "content": "{}"},
        {"path": f"{HOME}/project/sub/nb.py", "content": NOTEBOOK},
    ]
}

PLAIN = f"{HOME}/project/nb.py"
TAKEN = {"files": [{"path": PLAIN, "content": NOTEBOOK}]}
# The reason by which the client knows a collision: libs/filer/workspace_files_client_test.go.
MISMATCH = {
    "error_code": "INVALID_PARAMETER_VALUE",
    "details": [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "WORKSPACE_OBJECT_TYPE_MISMATCH",
            "domain": "workspace.databricks.com",
            "metadata": {"existing_type": "NOTEBOOK"},
        }
    ],
}

CONVERSATIONS = [
    Conversation(
        "workspace list, get-status, mkdirs, delete",
        "cmd/workspace/workspace/workspace.go",
        [
            mkdirs(f"{HOME}/new/deep"),
            Step("GET", STATUS, {"path": f"{HOME}/new"}, answer={"object_type": "DIRECTORY"}),
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/new"},
                answer={"objects": [{"path": f"{HOME}/new/deep", "object_id": int}]},
            ),
            Step("GET", LIST, {"path": f"{HOME}/new/deep"}, answer={}),
            Step("GET", LIST, {"path": f"{HOME}/none"}, status=404, answer={"message": str}),
            delete(f"{HOME}/new", status=400, answer={"error_code": "DIRECTORY_NOT_EMPTY"}),
            delete(f"{HOME}/new", recursive=True),
            missing(f"{HOME}/new"),
        ],
    ),
    Conversation(
        "workspace import --language PYTHON --format SOURCE",
        "cmd/workspace/workspace/overrides.go",
        [
            Step(
                "POST",
                IMPORT,
                json={
                    "path": f"{HOME}/nb",
                    "content": encoded("print(1)\n"),
                    "format": "SOURCE",
                    "language": "PYTHON",
                },
            ),
            stat(f"{HOME}/nb", "NOTEBOOK", language="PYTHON", repos_export_format="SOURCE"),
            Step(
                "GET",
                EXPORT,
                {"path": f"{HOME}/nb", "format": "SOURCE"},
                answer={"content": encoded(NOTEBOOK), "file_type": "py"},
            ),
            Step("GET", EXPORT, {"path": f"{HOME}/nb", "format": ""}, answer={"content": str}),
            Step(
                "GET", EXPORT, {"path": f"{HOME}/nb", "format": "JUPYTER"}, answer={"content": str}
            ),
        ],
    ),
    Conversation(
        "workspace import-dir",
        "cmd/workspace/workspace/import_dir.go",
        [
            mkdirs(f"{HOME}/imported"),
            upload(f"{HOME}/imported/a b.txt", "1", overwrite=False),
            upload(f"{HOME}/imported/nb.py", NOTEBOOK, overwrite=False),
            upload(f"{HOME}/imported/sub/c.txt", "2", overwrite=False, status=404),
            mkdirs(f"{HOME}/imported/sub"),
            upload(f"{HOME}/imported/sub/c.txt", "2", overwrite=False),
            stat(f"{HOME}/imported/nb", "NOTEBOOK"),
            # Once more: what exists is skipped, which each of these forms says.
            upload(
                f"{HOME}/imported/a b.txt",
                "3",
                overwrite=False,
                status=400,
                answer={"error_code": "RESOURCE_ALREADY_EXISTS"},
            ),
            upload(
                f"{HOME}/imported/nb.py",
                NOTEBOOK,
                overwrite=False,
                status=400,
                answer={"message": re.compile(r"Path \((.*)\) already exists\.")},
            ),
            download(f"{HOME}/imported/a b.txt", b"1"),
        ],
    ),
    Conversation(
        "workspace import-dir of an older client",
        "cmd/workspace/workspace/import_dir.go",
        [
            import_file(f"{HOME}/older/a b#1.txt", "1", overwrite=False, status=404),
            mkdirs(f"{HOME}/older"),
            import_file(f"{HOME}/older/a b#1.txt", "1", overwrite=False),
            import_file(f"{HOME}/older/nb.py", NOTEBOOK, overwrite=False),
            import_file(f"{HOME}/older/a b#1.txt", "2", overwrite=False, status=409),
            import_file(
                f"{HOME}/older/nb.py",
                NOTEBOOK,
                overwrite=False,
                status=400,
                answer={"message": re.compile(r"Path \((.*)\) already exists\.")},
            ),
            import_file(f"{HOME}/older/nb.py", NOTEBOOK, overwrite=True),
            download(f"{HOME}/older/a b#1.txt", b"1"),
        ],
    ),
    Conversation(
        "workspace import-dir of a plain file where a notebook has its file",
        "libs/filer/workspace_files_client.go, Write",
        [
            upload(PLAIN, "x = 1", overwrite=False, status=409, answer={"message": str}),
            upload(PLAIN, "x = 1", status=400, answer=MISMATCH),
            import_file(
                PLAIN,
                "x = 1",
                overwrite=False,
                status=400,
                answer={"message": f"Path ({HOME}/project/nb) already exists."},
            ),
            import_file(PLAIN, "x = 1", status=400, answer=MISMATCH),
            stat(f"{HOME}/project/nb", "NOTEBOOK"),
            download(f"{HOME}/project/nb", NOTEBOOK.encode()),
            # What sync does: the old object goes first.
            delete(f"{HOME}/project/nb"),
            upload(PLAIN, "x = 1"),
            stat(PLAIN),
        ],
        TAKEN,
    ),
    Conversation(
        "workspace import without --language",
        "cmd/workspace/workspace/overrides.go, wrapImportAPIErrors",
        [
            Step(
                "POST",
                IMPORT,
                json={"path": f"{HOME}/nb.py", "content": encoded(NOTEBOOK)},
                status=400,
                answer={"message": re.compile("The zip file may not be valid")},
            ),
            missing(f"{HOME}/nb.py"),
        ],
    ),
    Conversation(
        "api post with truth values as texts",
        "databricks/databricks-cli#648",
        [
            *(
                Step(
                    "POST",
                    IMPORT,
                    json={
                        "path": f"{HOME}/new/init.sh",
                        "content": encoded(text),
                        "format": "AUTO",
                        "overwrite": "true",
                    },
                )
                for text in ("1", "2")
            ),
            download(f"{HOME}/new/init.sh", b"2"),
            Step(
                "POST",
                "/api/2.0/workspace/delete",
                json={"path": f"{HOME}/new", "recursive": "true"},
            ),
        ],
        {"directories": [f"{HOME}/new"]},
    ),
    Conversation(
        "workspace export-dir",
        "cmd/workspace/workspace/export_dir.go",
        [
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/project"},
                answer={
                    "objects": [
                        {"path": f"{HOME}/project/a.json", "object_type": "FILE"},
                        {"path": f"{HOME}/project/sub", "object_type": "DIRECTORY"},
                    ]
                },
            ),
            stat(f"{HOME}/project/a.json"),
            download(f"{HOME}/project/a.json", b"{}"),
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/project/sub"},
                answer={"objects": [{"object_type": "NOTEBOOK", "language": "PYTHON"}]},
            ),
            stat(f"{HOME}/project/sub/nb", "NOTEBOOK", repos_export_format="SOURCE"),
            download(f"{HOME}/project/sub/nb", NOTEBOOK.encode()),
        ],
        FILES,
    ),
    Conversation(
        "sync --full",
        "libs/sync/path.go, sync.go, watchdog.go",
        [
            me(),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, status=404),
            mkdirs(f"{HOME}/synced"),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, answer={"object_type": "DIRECTORY"}),
            mkdirs(f"{HOME}/synced/sub"),
            upload(f"{HOME}/synced/a.txt", "1"),
            upload(f"{HOME}/synced/sub/nb.py", NOTEBOOK),
            # The second run has a snapshot: it deletes, creates and writes what differs.
            me(),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, answer={"object_type": "DIRECTORY"}),
            delete(f"{HOME}/synced/sub/nb"),
            delete(f"{HOME}/synced/sub"),
            delete(f"{HOME}/synced/gone.txt", status=404),
            mkdirs(f"{HOME}/synced/new"),
            upload(f"{HOME}/synced/a.txt", "2"),
            download(f"{HOME}/synced/a.txt", b"2"),
        ],
    ),
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.command)
def test_a_command_gets_the_answers_it_needs(http: Http, conversation: Conversation) -> None:
    http.seed(**conversation.prepare)
    replay(http, conversation.steps)
