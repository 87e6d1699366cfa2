"""Replays requests of the vendor's command-line client, and checks the answers it needs.

A conversation is what one command sends, in order. Its source is a path in databricks/cli.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from .conftest import Http

STATUS = "/api/2.0/workspace/get-status"
IMPORT = "/api/2.0/workspace/import"
EXPORT = "/api/2.0/workspace/export"
IMPORT_FILE = "/api/2.0/workspace-files/import-file"
ME = "/api/2.0/preview/scim/v2/Me"


@dataclass(frozen=True)
class Step:
    """One request. Texts may hold `{names}` of what earlier answers gave.

    Attributes:
        answer: what the JSON must contain; a type, a pattern or `...` stands for any such value.
        content: the bytes that must come back.
        keep: names for values of the answer, by their dotted paths.
        anything: the client does not look at the status.
    """

    method: str
    path: str
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    json: Any = None
    data: bytes | Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    status: int = 200
    answer: Any = None
    content: bytes | None = None
    keep: Mapping[str, str] = field(default_factory=dict)
    anything: bool = False


@dataclass(frozen=True)
class Conversation:
    """What a command sends. `prepare` is a seed document of what must be there before."""

    command: str
    source: str
    steps: Sequence[Step]
    prepare: Mapping[str, Any] = field(default_factory=dict)


def replay(http: Http, steps: Sequence[Step], **names: Any) -> dict[str, Any]:
    """Send all requests; return what was kept."""
    kept = dict(names)
    for number, step in enumerate(steps, 1):
        answer = _send(http, step, kept)
        where = (
            f"step {number}, {step.method} {step.path}: {answer.status_code} {answer.text[:500]}"
        )
        assert step.anything or answer.status_code == step.status, where
        if step.answer is not None:
            found = answer.json()
            assert contains(found, _filled(step.answer, kept)), f"{where} lacks {step.answer}"
        if step.content is not None:
            assert answer.content == step.content, where
        for name, path in step.keep.items():
            kept[name] = _at(answer.json(), path)
    return kept


def contains(found: Any, wanted: Any) -> bool:
    """Return whether an answer has all that is wanted of it."""
    if wanted is ...:
        return True
    if isinstance(wanted, type):
        return isinstance(found, wanted)
    if isinstance(wanted, re.Pattern):
        return isinstance(found, str) and wanted.search(found) is not None
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and contains(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(contains, found, wanted))
        )
    return bool(found == wanted)


# Requests that several commands share


def me() -> Step:
    """Who am I. Source: bundle/config/mutator/populate_current_user.go."""
    return Step("GET", ME, answer={"userName": str, "id": str}, keep={"me": "userName"})


def stat(path: str, object_type: str = "FILE", **answer: Any) -> Step:
    """Look at an object. Source: libs/filer/workspace_files_client.go, Stat."""
    query = {"path": path, "return_export_info": "true"}
    wanted = {"object_type": object_type, "path": path, "object_id": int, **answer}
    return Step("GET", STATUS, query, answer=wanted)


def missing(path: str) -> Step:
    """Look for an object that is not there."""
    message = {"message": f"Path ({path}) doesn't exist."}
    return Step(
        "GET", STATUS, {"path": path, "return_export_info": "true"}, status=404, answer=message
    )


def mkdirs(path: str) -> Step:
    return Step("POST", "/api/2.0/workspace/mkdirs", json={"path": path}, answer={})


def delete(path: str, *, recursive: bool = False, **expected: Any) -> Step:
    body = {"path": path, "recursive": True} if recursive else {"path": path}
    return Step("POST", "/api/2.0/workspace/delete", json=body, **expected)


def download(path: str, content: bytes, **query: str) -> Step:
    """Read a file. Source: databricks-sdk-go service/workspace/ext_utilities.go, Download."""
    return Step("GET", EXPORT, {"path": path, "direct_download": "true", **query}, content=content)


def upload(path: str, content: str, *, overwrite: bool = True, **expected: Any) -> Step:
    """Write a file as newer clients do. Source: libs/filer/workspace_files_client.go, Write."""
    form = {"path": path, "format": "AUTO", "content": content}
    return Step(
        "POST", IMPORT, form=form | ({"overwrite": "true"} if overwrite else {}), **expected
    )


def import_file(path: str, content: str, *, overwrite: bool = True, **expected: Any) -> Step:
    """Write a file as older clients do: the same source, before databricks/cli#6149."""
    where = f"{IMPORT_FILE}/{quote(path.lstrip('/'), safe='@:&=+${}')}"
    query = {"overwrite": str(overwrite).lower()}
    return Step("POST", where, query, data=content.encode(), **expected)


def read_state(path: str, answer: Any) -> Step:
    """Read a bundle's state. Source: bundle/deploy/filer.go, Read."""
    where = quote(path.lstrip("/"), safe="{}")
    return Step("GET", f"/api/2.0/workspace-files/{where}", answer=answer)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _send(http: Http, step: Step, kept: Mapping[str, Any]) -> requests.Response:
    arguments: dict[str, Any] = {"params": _filled(dict(step.query), kept)}
    if step.form is not None:
        form = _filled(dict(step.form), kept)
        arguments["files"] = {"content": ("content", form.pop("content").encode())}
        arguments["data"] = form
    elif step.data is not None:
        arguments["data"] = _filled(step.data, kept)
    elif step.json is not None:
        arguments["json"] = _filled(step.json, kept)
    return http.send(step.method, _filled(step.path, kept), **arguments)


def _filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """Put kept values in; a text that is one name alone takes over the value's type."""
    if isinstance(value, dict):
        return {_filled(key, kept): _filled(item, kept) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, kept) for item in value]
    if not isinstance(value, str):
        return value
    if value[:1] == "{" and value[1:-1] in kept and value[-1:] == "}":
        return kept[value[1:-1]]
    for name, item in kept.items():
        value = value.replace(f"{{{name}}}", str(item))
    return value


def _at(answer: Any, path: str) -> Any:
    for part in path.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return answer
