"""Jobs API 2.2 with raw JSON. Implements `core.ports.Jobs`.

The SDK's dataclasses drop fields they do not know, and `jobs/reset` would then remove those
fields from the job.
"""

from collections.abc import Iterator, Sequence

from core.errors import AmbiguousAnswerError, NotFoundError, WorkspaceError
from core.gateways.databricks.answers import id_in, list_in, read_answer
from core.gateways.databricks.rest import RestClient
from core.jobsettings.permissions import Permission
from core.json_fields import read_id
from core.json_text import JobSettings, JsonDict
from core.ports import LiveJob

_PERMISSIONS = "/api/2.0/permissions/jobs/{id}"
_PAGE = 100  # the most that jobs/list returns at once
_MAX_PAGES = 200  # 12,000 jobs are the limit of a workspace; a loop of tokens must end


class RestJobs:
    """The jobs of one workspace over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def list_jobs(self) -> Iterator[LiveJob]:
        """Source: Jobs API 2.2, `jobs/list`: pages of 100, arrays cut at 100, no `run_as`."""
        return self._list({})

    def find_jobs(self, name: str) -> Sequence[LiveJob]:
        """Source: Jobs API 2.2, `jobs/list`: the filter `name` ignores case."""
        return [job for job in self._list({"name": name}) if job.name == name]

    def get_job(self, job_id: int) -> LiveJob:
        """Source: Jobs API 2.2, `jobs/get`: arrays come in hundreds, later pages hold the rest."""
        query: JsonDict = {"job_id": job_id}
        document = self._rest.get("/api/2.2/jobs/get", query)
        settings = _settings(document)
        for _ in range(_MAX_PAGES):
            token = document.get("next_page_token")
            if not token:
                return read_answer(_full_job, {**document, "settings": settings})
            page = self._rest.get("/api/2.2/jobs/get", {**query, "page_token": token})
            for key, value in _settings(page).items():
                if isinstance(value, list) and isinstance(settings.get(key, []), list):
                    settings[key] = [*settings.get(key, []), *value]
            document = {**document, "next_page_token": page.get("next_page_token")}
        raise WorkspaceError(f"The workspace returned too many pages for job {job_id}.")

    def get_permissions(self, job_id: int) -> JsonDict:
        """Source: Permissions API 2.0."""
        return self._rest.get(_PERMISSIONS, id=str(job_id))

    def set_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        """Source: Permissions API 2.0: PUT replaces all direct entries."""
        self._rest.put(_PERMISSIONS, _access_list(entries), id=str(job_id))

    def add_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        """Source: Permissions API 2.0: PATCH sets the entries of some principals."""
        self._rest.patch(_PERMISSIONS, _access_list(entries), id=str(job_id))

    def create_job(self, settings: JobSettings, permissions: Sequence[Permission] = ()) -> int:
        """Source: Jobs API 2.2, `jobs/create`: no idempotency token, so never sent twice."""
        body = {**settings, **_access_list(permissions)} if permissions else settings
        job_id = read_id(self._rest.post_once("/api/2.2/jobs/create", body).get("job_id"))
        if job_id is not None:
            return job_id
        raise AmbiguousAnswerError("The workspace did not say which job it created.")

    def reset_job(self, job_id: int, settings: JobSettings) -> None:
        """Source: Jobs API 2.2, `jobs/reset`."""
        self._rest.post("/api/2.2/jobs/reset", {"job_id": job_id, "new_settings": settings})

    def delete_job(self, job_id: int) -> None:
        """Source: Jobs API 2.2, `jobs/delete`. A read confirms that it is already gone."""
        try:
            self._rest.post("/api/2.2/jobs/delete", {"job_id": job_id})
        except NotFoundError:
            try:
                self._rest.get("/api/2.2/jobs/get", {"job_id": job_id})
            except NotFoundError:
                return
            raise

    def _list(self, filters: JsonDict) -> Iterator[LiveJob]:
        query: JsonDict = {"limit": _PAGE, "expand_tasks": True, **filters}
        for _ in range(_MAX_PAGES):
            page = self._rest.get("/api/2.2/jobs/list", query)
            for document in list_in(page, "jobs"):
                yield read_answer(_listed_job, document)
            token = page.get("next_page_token")
            if not token:
                return
            query = {**query, "page_token": token}
        raise WorkspaceError("The workspace returned too many pages of jobs.")


def _access_list(entries: Sequence[Permission]) -> JsonDict:
    return {"access_control_list": [entry.as_json() for entry in entries]}


def _settings(document: JsonDict) -> JobSettings:
    settings = document.get("settings")
    if not isinstance(settings, dict):
        raise WorkspaceError(f"The workspace sent job {document.get('job_id')} without settings.")
    return dict(settings)


def _full_job(document: JsonDict) -> LiveJob:
    return _live_job(document, complete=True)


def _listed_job(document: JsonDict) -> LiveJob:
    return _live_job(document, complete=False)


def _live_job(document: JsonDict, *, complete: bool) -> LiveJob:
    return LiveJob.pack(
        job_id=id_in(document, "job_id"),
        settings=_settings(document),
        creator=str(document.get("creator_user_name") or ""),
        run_as_user_name=str(document.get("run_as_user_name") or ""),
        complete=complete,
        truncated=not complete and bool(document.get("has_more")),
        created=_moment(document.get("created_time")),
    )


def _moment(value: object) -> int:
    """Return a time in ms since the epoch, 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
