"""The pages that deep links of a workspace lead to: start, job and Git folder."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup

from emulator.api.exchange import whole_number
from emulator.errors import ApiError, not_found, permission_denied
from emulator.git.folders import GitFolder
from emulator.json_values import JsonDict
from emulator.same_origin import is_same_origin
from emulator.web.document import code, diff_view, document, facts, notice, quiet, section
from emulator.workspace import Workspace

LATEST_JOBS = 20
COMMIT_FORM = Markup(
    '<form method="post" action="{commit}"><label>Commit message'
    '<input name="message" required maxlength="200" autocomplete="off"'
    ' placeholder="What changed?"></label>'
    '<button class="primary">Commit &amp; Push</button></form>'
)
PULL_FORM = Markup('<form method="post" action="{pull}"><button>Pull</button></form>')


class Pages:
    """HTML without scripts; whoever can open the local port may use it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("pages", __name__)
        blueprint.before_request(_require_same_origin)
        blueprint.after_request(_restrict)
        blueprint.register_error_handler(ApiError, self._error_page)
        for path, view in (
            ("/", self.index),
            ("/jobs/<id>", self.job),
            ("/browse/folders/<id>", self.folder),
        ):
            blueprint.add_url_rule(path, view_func=view)
        for path, action in (("commit", self.commit), ("pull", self.pull)):
            rule = f"/browse/folders/<id>/{path}"
            blueprint.add_url_rule(rule, view_func=action, methods=["POST"])
        return blueprint

    def index(self) -> Response:
        jobs = self._workspace.jobs.newest_first()
        folders = self._workspace.git_folders.all()
        overview: dict[str, object] = {
            "Workspace id": self._workspace.workspace_id,
            "Jobs": len(jobs),
            "Git folders": Markup(", ").join(self._folder_link(folder) for folder in folders),
        }
        links = Markup("").join(_job_link(job.job_id, job.name) for job in jobs[:LATEST_JOBS])
        listing = Markup("<ul>{}</ul>").format(links) if links else quiet("There are no jobs.")
        return self._page(
            f"{self._workspace.name} workspace",
            section("Overview", facts(overview)) + section("Latest jobs", listing),
        )

    def job(self, id: str) -> Response:
        job = self._workspace.jobs.get(whole_number("job_id", id))
        if job is None:
            raise not_found(f"Job {id} does not exist.")
        stored: JsonDict = job.as_json()
        overview: dict[str, object] = {
            "Job id": job.job_id,
            "Runs as": job.run_as_user_name,
            "Creator": job.creator_user_name,
        }
        text = json.dumps(stored["settings"], indent=2)
        return self._page(job.name, section("Job", facts(overview)) + section("JSON", code(text)))

    def folder(self, id: str) -> Response:
        folder = self._workspace.git_folders.by_id(id)
        head = self._workspace.git_folders.head(folder)
        status = self._workspace.git_folders.status(folder)
        diff = self._workspace.git_folders.diff(folder)
        overview: dict[str, object] = {
            "Branch": head.branch or "not on a branch",
            "Commit": head.commit[:8],
            "Remote": folder.url,
        }
        clean = quiet("Nothing to commit: the folder matches the last commit.")
        return self._page(
            f"/Workspace{folder.path}",
            notice(request.args.get("message", ""))
            + section("Git folder", facts(overview))
            + section("Commit", COMMIT_FORM.format(commit=url_for("pages.commit", id=id)))
            + section("Latest from the remote", PULL_FORM.format(pull=url_for("pages.pull", id=id)))
            + section("Status", code(status) if status else clean)
            + section("Changes", diff_view(diff) if diff else quiet("No changes.")),
        )

    def commit(self, id: str) -> Response:
        message = request.form.get("message", "").strip()
        if not message:
            return _back(id, "Write a commit message first.")
        folder = self._workspace.git_folders.by_id(id)
        try:
            done = self._workspace.git_folders.commit(folder, message)
        except ApiError as error:
            return _back(id, error.message)
        if done.commit is None:
            return _back(id, "Nothing to commit.")
        files = "1 file" if len(done.files) == 1 else f"{len(done.files)} files"
        return _back(id, f"Committed and pushed {files} as {done.commit[:8]}.")

    def pull(self, id: str) -> Response:
        folder = self._workspace.git_folders.by_id(id)
        try:
            self._workspace.git_folders.pull(folder, self._workspace.options)
        except ApiError as error:
            return _back(id, error.message)
        head = self._workspace.git_folders.head(folder)
        return _back(id, f"{head.branch} is at {head.commit[:8]}.")

    def _page(self, title: str, content: Markup, status: int = 200) -> Response:
        page = document(title, self._workspace.name, content)
        # A stored text may hold lone surrogates, which UTF-8 cannot.
        return Response(str(page).encode("utf-8", "replace"), status, content_type="text/html")

    def _error_page(self, error: ApiError) -> Response:
        return self._page("Not available", quiet(error.message), error.status)

    def _folder_link(self, folder: GitFolder) -> Markup:
        target = url_for("pages.folder", id=self._workspace.git_folders.id_of(folder))
        return Markup('<a href="{}">/Workspace{}</a>').format(target, folder.path)


def _job_link(job_id: int, name: str) -> Markup:
    target = url_for("pages.job", id=job_id)
    return Markup('<li><a href="{}">{}</a></li>').format(target, name)


def _back(folder_id: str, message: str) -> Response:
    """Show the folder again with what happened; reloading that page repeats nothing."""
    target = url_for("pages.folder", id=folder_id, message=message)
    return Response(status=303, headers={"Location": target})


def _require_same_origin() -> None:
    if request.method == "POST" and not is_same_origin():
        raise permission_denied("This form was sent from another site.")


def _restrict(response: Response) -> Response:
    """Allow no scripts, no frames and nothing from elsewhere."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
