"""A provider of repositories, as small as the pipelines need it: Git over HTTP, reviews, tokens.

What its REST API looks like differs between providers: `github_api.py`, `azure_api.py` and
`gitlab_api.py` put their own form on this state.
"""

import os
import secrets
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request
from werkzeug.serving import WSGIRequestHandler, make_server

MAIN = "main"
REPOSITORY = "acme/definitions"


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for, and what it may: read, push, pull, comment, issue, start."""

    name: str
    rights: frozenset[str]
    is_bot: bool = True


@dataclass
class Comment:
    number: int
    author: Caller
    body: str


@dataclass
class Thread:
    """A pull request or an issue."""

    number: int
    author: Caller
    title: str
    body: str
    source: str = ""
    target: str = ""
    label: str = ""
    is_open: bool = True
    comments: list[Comment] = field(default_factory=list)

    @property
    def is_pull(self) -> bool:
        return bool(self.source)


class Forge:
    """One repository with its reviews. `log` has each REST call as `METHOD path`."""

    def __init__(self, directory: Path) -> None:
        self.repository = directory / "definitions.git"
        self.threads: list[Thread] = []
        self.started: list[dict[str, Any]] = []
        self.log: list[str] = []
        self.url = ""
        self._numbers = 0
        self._tokens: dict[str, Caller] = {}
        self._work = directory / "people"
        self._git(directory, "init", "--quiet", "--bare", "-b", MAIN, str(self.repository))
        self._git(self.repository, "config", "http.receivepack", "true")
        self._git(self.repository, "config", "uploadpack.allowAnySHA1InWant", "true")
        self._git(directory, "clone", "--quiet", str(self.repository), str(self._work))
        self._git(self._work, "checkout", "--quiet", "-b", MAIN)

    # What people do

    def commit(
        self, files: dict[str, bytes | None], *, branch: str = MAIN, author: str = "ana"
    ) -> str:
        """Commit files to a branch as a person does; None removes one. Returns the commit."""
        if self.tip(branch):
            self._git(self._work, "fetch", "--quiet", "origin")
            self._git(self._work, "checkout", "--quiet", "-B", branch, f"origin/{branch}")
        elif branch != MAIN:
            self._git(self._work, "fetch", "--quiet", "origin")
            self._git(self._work, "checkout", "--quiet", "-B", branch, f"origin/{MAIN}")
        for name, content in files.items():
            path = self._work / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        self._git(self._work, "add", "--all")
        who = ["-c", f"user.name={author}", "-c", f"user.email={author}@dev.example"]
        self._git(self._work, *who, "commit", "--quiet", "--allow-empty", "-m", "Change")
        self._git(self._work, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.tip(branch)

    def merge(self, pull: Thread) -> str:
        """Merge a pull request as its button does. Returns the commit of main."""
        self.make_trial_merge(pull)
        trial = f"refs/pull/{pull.number}/merge"
        self._git(self.repository, "update-ref", f"refs/heads/{MAIN}", trial)
        pull.is_open = False
        return self.tip(MAIN)

    def open_pull(self, branch: str, *, author: str = "ana") -> Thread:
        person = Caller(author, frozenset(), is_bot=False)
        return self.add_thread(person, "A change", "", source=branch, target=MAIN)

    def make_trial_merge(self, pull: Thread) -> str:
        """Merge a pull request in refs/pull/N/merge, as providers do before it is merged."""
        self._git(self._work, "fetch", "--quiet", "origin")
        self._git(self._work, "checkout", "--quiet", "--detach", f"origin/{pull.target}")
        who = ["-c", "user.name=forge", "-c", "user.email=forge@dev.example"]
        self._git(
            self._work, *who, "merge", "--quiet", "--no-ff", "-m", "m", f"origin/{pull.source}"
        )
        reference = f"refs/pull/{pull.number}/merge"
        self._git(self._work, "push", "--quiet", "--force", "origin", f"HEAD:{reference}")
        return self.git("rev-parse", reference)

    # What is there

    def git(self, *arguments: str) -> str:
        return self._git(self.repository, *arguments)

    def tip(self, branch: str) -> str:
        """Return the commit of a branch, empty when there is none."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def files(self, branch: str) -> dict[str, str]:
        names = self.git("ls-tree", "-r", "-z", "--name-only", branch).split("\0")
        return {name: self.git("show", f"{branch}:{name}") for name in names if name}

    def pulls(self) -> list[Thread]:
        return [one for one in self.threads if one.is_pull]

    def issues(self) -> list[Thread]:
        return [one for one in self.threads if not one.is_pull]

    # What the APIs of the providers share

    def issue_token(self, name: str, *rights: str) -> str:
        token = f"forge-{secrets.token_hex(12)}"
        self._tokens[token] = Caller(name, frozenset(rights))
        return token

    def require(self, token: str, right: str) -> Caller:
        """Return who calls, or answer as a provider does whose token may not do this."""
        caller = self._tokens.get(token)
        if caller is None:
            abort(401)
        if right not in caller.rights:
            abort(403)
        return caller

    def add_thread(self, author: Caller, title: str, body: str, **fields: str) -> Thread:
        self._numbers += 1
        thread = Thread(self._numbers, author, title, body, **fields)
        if thread.is_pull and (not self.tip(thread.source) or not self.tip(thread.target)):
            abort(422)
        if thread.is_pull and self.find_pulls(thread.source, thread.target):
            abort(409)
        self.threads.append(thread)
        return thread

    def find_pulls(self, source: str, target: str) -> list[Thread]:
        return [
            one
            for one in self.pulls()
            if one.is_open and (one.source, one.target) == (source, target)
        ]

    def thread(self, number: int) -> Thread:
        found = [one for one in self.threads if one.number == number]
        if not found:
            abort(404)
        return found[0]

    def add_comment(self, thread: Thread, author: Caller, body: str) -> Comment:
        if len(body) > 65_536:
            abort(422)
        self._numbers += 1
        comment = Comment(self._numbers, author, body)
        thread.comments.append(comment)
        return comment

    def comment(self, number: int) -> Comment:
        return next(c for one in self.threads for c in one.comments if c.number == number)

    @staticmethod
    def _git(directory: Path, *arguments: str) -> str:
        environment = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=directory,
            env={**environment, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().rstrip("\n")


@contextmanager
def serve(forge: Forge, *apis: Blueprint) -> Iterator[Forge]:
    """Answer over HTTP on a port of the loopback address."""
    app = Flask("forge")
    app.register_blueprint(_git_over_http(forge))
    for api in apis:
        app.register_blueprint(api)

    @app.before_request
    def note() -> None:
        if not request.path.startswith("/git/"):
            forge.log.append(f"{request.method} {request.path}")

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Leave the output to the tests."""


def _git_over_http(forge: Forge) -> Blueprint:
    """Serve repositories by Git's own CGI program, to those whose token may read or push."""
    api = Blueprint("git", __name__)

    @api.route("/git/<name>.git/<path:path>", methods=["GET", "POST"])
    def serve_git(name: str, path: str) -> Response:
        is_push = "receive-pack" in (path + request.query_string.decode())
        token = _git_token()
        if not token:
            return Response(status=401, headers={"WWW-Authenticate": 'Basic realm="forge"'})
        forge.require(token, "push" if is_push else "read")
        done = subprocess.run(
            ["git", "http-backend"],
            input=request.get_data(),
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(forge.repository.parent),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "PATH_INFO": f"/{name}.git/{path}",
                "QUERY_STRING": request.query_string.decode(),
                "REQUEST_METHOD": request.method,
                "CONTENT_TYPE": request.content_type or "",
                "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
                "REMOTE_USER": "pipeline",
            },
            capture_output=True,
            check=True,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return Response(body, status=int(headers.pop("Status", "200").split()[0]), headers=headers)

    return api


def _git_token() -> str:
    """Return the token of Basic (GitHub, GitLab) or Bearer (Azure) authorization."""
    authorization = request.authorization
    if authorization is None:
        return ""
    return str(authorization.token or authorization.password or "")
