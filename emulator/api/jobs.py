"""`/api/2.x/jobs/*`. Source: Jobs API 2.2; databricks-sdk jobs.py, JobsAPI."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response

from emulator.api.exchange import (
    caller,
    count_argument,
    flag_argument,
    json_body,
    json_response,
    text_argument,
    whole_number,
)
from emulator.api.job_access import JobAccess
from emulator.errors import ApiError, invalid_parameter, malformed_request
from emulator.jobs.identity import check_run_as, read_grants, with_one_owner
from emulator.jobs.listing import get_answer, list_item, page_newest_first
from emulator.jobs.lookups import WorkspaceLookups
from emulator.jobs.merging import merge_settings
from emulator.jobs.model import IS_OWNER, UNTITLED, Grant, Job
from emulator.jobs.policies import check_policy
from emulator.jobs.reading import Completion
from emulator.jobs.store import position
from emulator.jobs.validation import Draft, check_settings
from emulator.json_values import JobSettings, JsonDict
from emulator.principals import ADMINS, Principal
from emulator.workspace import Workspace

MAX_OFFSET = 1000


class JobsApi:
    """The jobs endpoints in one version of the API."""

    def __init__(self, workspace: Workspace, version: str) -> None:
        self._workspace = workspace
        self._version = version
        self._access = JobAccess(workspace)

    def blueprint(self) -> Blueprint:
        name = f"jobs_{self._version.replace('.', '_')}"
        blueprint = Blueprint(name, __name__, url_prefix=f"/api/{self._version}/jobs")
        blueprint.add_url_rule("/list", view_func=self.list_jobs)
        blueprint.add_url_rule("/get", view_func=self.get_job)
        for path, view in (
            ("/create", self.create_job),
            ("/reset", self.reset_job),
            ("/update", self.update_job),
            ("/delete", self.delete_job),
        ):
            blueprint.add_url_rule(path, view_func=view, methods=["POST"])
        return blueprint

    def list_jobs(self) -> Response:
        limit = count_argument("limit", 20, largest=100)
        offset = self._offset()
        jobs = self._visible(caller(), text_argument("name"))
        token = text_argument("page_token")
        options = self._workspace.options
        jobs = [job for job in jobs if job.settings.get("name") not in options.list_skips]
        page, paging = page_newest_first(jobs, token, limit, position, offset)
        if not page:
            return json_response({})  # no `jobs` key: databrickslabs/migrate#12
        if options.list_repeats and token:
            page = [jobs[jobs.index(page[0]) - 1], *page]
        expand = flag_argument("expand_tasks")
        how = self._completion()
        items = [list_item(job, how, expand=expand, version=self._version) for job in page]
        return json_response({"jobs": items, **paging})

    def get_job(self) -> Response:
        job_id = whole_number("job_id", text_argument("job_id"))
        self._access.require(job_id, "CAN_VIEW", "View or Admin or Manage Run or Owner")
        return json_response(
            get_answer(
                self._access.existing(job_id),
                self._completion(),
                token=text_argument("page_token"),
                version=self._version,
            )
        )

    def create_job(self) -> Response:
        body = json_body()
        entries = body.pop("access_control_list", [])
        settings: JobSettings = {"name": UNTITLED, **self._with_queue(body)}
        self._check(settings, "settings")
        named = read_grants(entries, self._workspace.people)
        grants = self._owned(() if self._workspace.options.create_ignores_permissions else named)
        store = self._workspace.jobs
        with store.lock:
            self._check_quota()
            created_time = store.next_created_time(int(time.time() * 1000))
            job = Job(store.next_id(), caller().name, created_time, self._version, settings, grants)
            store.put(job)
        return json_response({"job_id": job.job_id})

    def reset_job(self) -> Response:
        body = json_body()
        job_id = whole_number("job_id", body.get("job_id"))
        settings = _object(body, "new_settings")
        with self._workspace.jobs.lock:
            job = self._writable(job_id)
            if self._workspace.options.reset_defaults_queue:
                settings = self._with_queue(settings)
            self._replace(job, {"name": UNTITLED, **settings})
        return json_response({})

    def update_job(self) -> Response:
        body = json_body()
        job_id = whole_number("job_id", body.get("job_id"))
        removed = body.get("fields_to_remove", [])
        if not isinstance(removed, list):
            raise malformed_request("Could not parse request object: fields_to_remove")
        with self._workspace.jobs.lock:
            job = self._writable(job_id)
            new_settings = _object(body, "new_settings") if "new_settings" in body else {}
            self._replace(job, merge_settings(job.settings, new_settings, map(str, removed)))
        return json_response({})

    def delete_job(self) -> Response:
        job_id = whole_number("job_id", json_body().get("job_id"))
        self._access.require(job_id, "CAN_MANAGE", "Admin or Owner")
        with self._workspace.jobs.lock:
            self._workspace.jobs.remove(self._access.existing(job_id).job_id)
        return json_response({})

    def _replace(self, job: Job, settings: JobSettings) -> None:
        """Store checked settings; an omitted `run_as` stays: databricks/cli#4873."""
        self._check(settings, "new_settings", unchanged_run_as=job.settings.get("run_as"))
        if "run_as" not in settings and "run_as" in job.settings:
            settings = {**settings, "run_as": job.settings["run_as"]}
        self._workspace.jobs.put(replace(job, settings=settings))

    def _check(self, settings: JobSettings, prefix: str, unchanged_run_as: object = None) -> None:
        options = self._workspace.options
        lookups = WorkspaceLookups(self._workspace.resources, self._workspace.jobs)
        draft = Draft(settings, prefix, lookups, options.serverless)
        check_settings(draft)
        if options.policies_refuse:
            for cluster in draft.clusters:
                check_policy(cluster, self._find_policy)
        if unchanged_run_as is None or settings.get("run_as") != unchanged_run_as:
            check_run_as(settings, caller(), self._workspace.people, options)

    def _completion(self) -> Completion:
        workspace = self._workspace
        return Completion(workspace.jobs.arbitrary_order, workspace.options, self._find_policy)

    def _find_policy(self, policy_id: str) -> JsonDict | None:
        return self._workspace.resources.get("cluster_policies", policy_id)

    def _with_queue(self, settings: JobSettings) -> JobSettings:
        """API 2.2 queues by default: docs.databricks.com/reference/jobs-api-updates."""
        return {"queue": {"enabled": True}, **settings} if self._version == "2.2" else settings

    def _owned(self, grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
        """Make the caller the owner unless the request names one."""
        if any(grant.level == IS_OWNER for grant in grants):
            return with_one_owner(grants)
        mine = Grant(caller().field, caller().name, IS_OWNER)
        others = (one for one in grants if (one.field, one.name) != (mine.field, mine.name))
        return (*others, mine)

    def _check_quota(self) -> None:
        """Source of the message: Azure knowledge base, job-rate-limit."""
        quota = self._workspace.options.max_jobs
        if len(self._workspace.jobs) >= quota:
            raise ApiError(
                400,
                "QUOTA_EXCEEDED",
                f"The quota for the number of jobs has been reached. The current quota is {quota}.",
            )

    def _offset(self) -> int:
        """Source of the message: open-metadata/OpenMetadata#33200."""
        offset = count_argument("offset", 0, smallest=0, largest=10**9)
        if offset > MAX_OFFSET:
            raise invalid_parameter(
                f"The supplied offset {offset} has exceeded the value of {MAX_OFFSET} allowed for"
                " this parameter.Please use the page_token parameter to paginate"
            )
        return offset

    def _visible(self, principal: Principal, name: str) -> Sequence[Job]:
        """Return the jobs that the caller may see, of one name in any case if it is given."""
        jobs: Sequence[Job] = self._workspace.jobs.newest_first()
        if name:
            folded = name.casefold()
            jobs = [job for job in jobs if job.name.casefold() == folded]
        groups = self._workspace.people.groups_of(principal)
        if not self._workspace.options.visibility_by_acl or ADMINS in groups:
            return jobs
        return [job for job in jobs if job.allows(principal, groups, "CAN_VIEW")]

    def _writable(self, job_id: int) -> Job:
        self._access.require(job_id, "CAN_MANAGE", "Manage or Admin or Owner")
        return self._access.existing(job_id)


def _object(body: JsonDict, name: str) -> JsonDict:
    value = body.get(name)
    if not isinstance(value, dict):
        raise invalid_parameter(f"Missing required field: {name}")
    return value
