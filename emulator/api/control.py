"""`/_emulator/*`: seeding, looking inside and scripting faults. Not part of Databricks.

There is no authentication: only this machine may call, and no page of another site.
"""

from __future__ import annotations

import time
from dataclasses import asdict

from flask import Blueprint, Response

from emulator.api.exchange import json_body, json_response, whole_number
from emulator.errors import (
    ApiError,
    EmulatorError,
    invalid_parameter,
    not_found,
    permission_denied,
)
from emulator.faults import Fault
from emulator.files.paths import parse_path
from emulator.git.folders import GitFolder
from emulator.jobs.runs import ACTIVE_STATES
from emulator.json_values import JsonDict
from emulator.population import reset, seed
from emulator.principals import Principal
from emulator.same_origin import is_local_caller, is_same_origin
from emulator.typed_fields import with_fields
from emulator.workspace import Workspace


class ControlApi:
    """The control endpoints of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("control", __name__, url_prefix="/_emulator")
        blueprint.before_request(_require_local_caller)
        blueprint.register_error_handler(EmulatorError, _bad_use)
        for path, method, view in (
            ("/seed", "POST", self.seed),
            ("/reset", "POST", self.reset),
            ("/state", "GET", self.get_state),
            ("/calls", "GET", self.get_calls),
            ("/calls", "DELETE", self.clear_calls),
            ("/requests", "GET", self.get_requests),
            ("/requests", "DELETE", self.clear_requests),
            ("/faults", "GET", self.get_faults),
            ("/faults", "POST", self.add_fault),
            ("/faults", "DELETE", self.clear_faults),
            ("/tokens", "DELETE", self.revoke_tokens),
            ("/options", "GET", self.get_options),
            ("/options", "PATCH", self.change_options),
            ("/runs/start", "POST", self.start_run),
            ("/runs/finish", "POST", self.finish_run),
            ("/git/commit", "POST", self.commit),
            ("/git/pull", "POST", self.pull),
        ):
            blueprint.add_url_rule(path, view_func=view, methods=[method])
        return blueprint

    def seed(self) -> Response:
        seed(self._workspace, json_body())
        return json_response({})

    def reset(self) -> Response:
        reset(self._workspace, json_body())
        return json_response({})

    def get_state(self) -> Response:
        """Return everything as stored, without tokens and secrets."""
        workspace = self._workspace
        people = workspace.people
        return json_response(
            {
                "name": workspace.name,
                "workspace_id": workspace.workspace_id,
                "jobs": [job.as_json() for job in workspace.jobs.newest_first()],
                "runs": [asdict(run) for run in workspace.runs.newest_first(_now_ms())],
                "clusters": workspace.resources.all("clusters"),
                "warehouses": workspace.resources.all("warehouses"),
                "users": [_public(one) for one in people.users()],
                "service_principals": [_public(one) for one in people.service_principals()],
                "groups": [asdict(group) for group in people.groups()],
                "git_folders": [self._git_folder(one) for one in workspace.git_folders.all()],
            }
        )

    def get_calls(self) -> Response:
        return json_response(self._workspace.calls.counts())

    def clear_calls(self) -> Response:
        self._workspace.calls.clear()
        return json_response({})

    def get_requests(self) -> Response:
        return json_response({"requests": self._workspace.requests.as_json()})

    def clear_requests(self) -> Response:
        self._workspace.requests.clear()
        return json_response({})

    def get_faults(self) -> Response:
        return json_response({"faults": self._workspace.faults.as_json()})

    def add_fault(self) -> Response:
        self._workspace.faults.add(with_fields(Fault(), json_body()))
        return self.get_faults()

    def clear_faults(self) -> Response:
        self._workspace.faults.clear()
        return json_response({})

    def revoke_tokens(self) -> Response:
        self._workspace.people.revoke_access_tokens()
        return json_response({})

    def get_options(self) -> Response:
        return json_response(self._workspace.options.as_json())

    def change_options(self) -> Response:
        self._workspace.options = with_fields(self._workspace.options, json_body())
        return self.get_options()

    def start_run(self) -> Response:
        """Start a run of a job as if somebody had pressed “Run now”."""
        body = json_body()
        job = self._workspace.jobs.get(whole_number("job_id", body.get("job_id")))
        if job is None:
            raise not_found(f"There is no job {body.get('job_id')}.")
        state = body.get("state", "RUNNING")
        if state not in ACTIVE_STATES:
            raise invalid_parameter(
                f"The state of a new run must be one of {', '.join(ACTIVE_STATES)}."
            )
        creator = self._workspace.admin.name
        run = self._workspace.runs.start(job.job_id, job.name, creator, state, _now_ms())
        return json_response({"run_id": run.run_id})

    def finish_run(self) -> Response:
        body = json_body()
        run_id = whole_number("run_id", body.get("run_id"))
        result = str(body.get("result_state", "SUCCESS"))
        if not self._workspace.runs.finish(run_id, result, _now_ms()):
            raise not_found(f"There is no run {run_id}.")
        return json_response({})

    def commit(self) -> Response:
        body = json_body()
        message = body.get("message")
        if not isinstance(message, str) or not message.strip():
            raise invalid_parameter("A commit needs a message.")
        folder = self._folder(body)
        return json_response(asdict(self._workspace.git_folders.commit(folder, message)))

    def pull(self) -> Response:
        folder = self._folder(json_body())
        self._workspace.git_folders.pull(folder, self._workspace.options)
        return json_response(asdict(self._workspace.git_folders.head(folder)))

    def _folder(self, body: JsonDict) -> GitFolder:
        folder = self._workspace.git_folders.containing(parse_path(body.get("path")))
        if folder is None:
            raise not_found(f"There is no Git folder at {body.get('path')}.")
        return folder

    def _git_folder(self, folder: GitFolder) -> JsonDict:
        folders = self._workspace.git_folders
        head = folders.head(folder)
        return {**asdict(folder), "id": folders.id_of(folder), **asdict(head)}


def _now_ms() -> int:
    return int(time.time() * 1000)


def _public(principal: Principal) -> JsonDict:
    fields = asdict(principal)
    del fields["token"], fields["secret"]
    return fields


def _require_local_caller() -> None:
    if not (is_local_caller() and is_same_origin()):
        raise permission_denied("Only this machine may use the control endpoints.")


def _bad_use(error: EmulatorError) -> Response:
    return json_response(ApiError(400, "INVALID_PARAMETER_VALUE", str(error)).body(), 400)
