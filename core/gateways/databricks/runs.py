"""Runs of jobs. Implements `core.ports.Runs`."""

from collections.abc import Iterator

from core.errors import WorkspaceError
from core.gateways.databricks.answers import id_in, list_in, read_answer
from core.gateways.databricks.rest import RestClient
from core.json_text import JsonDict
from core.ports import ActiveRun

_PAGE = 24  # documented as "less than 25"
_MAX_PAGES = 500  # 12,000 active runs; a loop of tokens must end


class RestRuns:
    """The runs of one workspace over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def list_active(self) -> Iterator[ActiveRun]:
        """Source: Jobs API 2.2, `jobs/runs/list`: a page may hold fewer runs than asked for."""
        query: JsonDict = {"active_only": True, "limit": _PAGE}
        for _ in range(_MAX_PAGES):
            page = self._rest.get("/api/2.2/jobs/runs/list", query)
            for document in list_in(page, "runs"):
                yield read_answer(_active_run, document)
            token = page.get("next_page_token")
            if not token:
                return
            query = {**query, "page_token": token}
        raise WorkspaceError("The workspace returned too many pages of runs.")


def _active_run(document: JsonDict) -> ActiveRun:
    return ActiveRun(run_id=id_in(document, "run_id"), job_id=id_in(document, "job_id"))
