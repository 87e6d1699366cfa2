"""One emulated workspace as tests use it: control endpoints, raw API, and the product on top."""

import base64
import time
from typing import Any
from urllib.parse import quote

import requests

from core.gateways.connect import Connection, connect, system_clock, this_process
from core.gateways.databricks.pacing import OnWait, PaceClock
from core.json_text import JobSettings, JsonDict
from core.reporting.report import Report, ReportRow
from core.service import JobSync
from core.settings import Settings
from emulator import RunningWorkspace

TIMEOUT_S = 20
CREATE = "POST /api/2.2/jobs/create"
RESET = "POST /api/2.2/jobs/reset"
LIST = "GET /api/2.2/jobs/list"
GET = "GET /api/2.2/jobs/get"
IMPORT_FILE = "POST /api/2.0/workspace/import"


def without_times(entries: dict[str, JsonDict]) -> dict[str, JsonDict]:
    """Return the entries of a ledger without when each was made."""
    return {
        number: {key: value for key, value in entry.items() if key != "at"}
        for number, entry in entries.items()
    }


def skipping_clock() -> PaceClock:
    """Return a clock on which a wait is over at once, and has taken its time all the same."""
    skipped = [0.0]

    def sleep(seconds: float) -> None:
        skipped[0] += seconds

    return PaceClock(monotonic=lambda: time.monotonic() + skipped[0], sleep=sleep)


class Emulated:
    """A running workspace. What it does goes over HTTP, as everything else does."""

    def __init__(self, running: RunningWorkspace) -> None:
        self.running = running

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def token(self) -> str:
        return self.running.admin_token

    @property
    def folder(self) -> str:
        return self.running.git_folder_path

    def connect(
        self,
        *,
        retry_s: int = 5,
        on_wait: OnWait = lambda _seconds: None,
        folder: str = "",
        mapping_path: str = "",
        **auth: Any,
    ) -> Connection:
        """Connect as the administrator unless another login is given. Waits take no time."""
        return connect(
            retry_s=retry_s,
            on_wait=on_wait,
            clock=skipping_clock(),
            host=self.url,
            folder=folder,
            mapping_path=mapping_path,
            **(auth or {"token": self.token}),
        )

    def service(self, *, token: str = "", retry_s: int = 5, **settings: Any) -> JobSync:
        """Build the engine as `cli.py` does."""
        chosen = Settings(**{"folder": self.folder, "threads": 4, **settings})
        connection = self.connect(
            retry_s=retry_s,
            token=token or self.token,
            folder=chosen.folder,
            mapping_path=chosen.mapping_path,
        )
        return JobSync(connection.ports, chosen, system_clock(), this_process)

    # Control endpoints

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(
            method, f"{self.url}/_emulator/{path}", json=body, timeout=TIMEOUT_S
        )
        assert answer.ok, answer.text
        return answer.json()

    def seed(self, **document: Any) -> None:
        self.control("POST", "seed", document)

    def option(self, **options: Any) -> None:
        self.control("PATCH", "options", options)

    def fault(self, endpoint: str, **fault: Any) -> None:
        self.control("POST", "faults", {"endpoint": endpoint, **fault})

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def revoke_tokens(self) -> None:
        self.control("DELETE", "tokens")

    def calls(self) -> dict[str, int]:
        counts: dict[str, int] = self.control("GET", "calls")
        return counts

    def clear_calls(self) -> None:
        self.control("DELETE", "calls")

    def start_run(self, job_id: int) -> int:
        return int(self.control("POST", "runs/start", {"job_id": job_id})["run_id"])

    def commit(self, message: str = "Export") -> str | None:
        """Commit and push the Git folder; None when there is nothing to commit."""
        body = {"path": self.folder, "message": message}
        commit: str | None = self.control("POST", "git/commit", body)["commit"]
        return commit

    def pull(self) -> None:
        self.control("POST", "git/pull", {"path": self.folder})

    def stored_jobs(self) -> list[dict[str, Any]]:
        """Return the jobs as stored, oldest first."""
        jobs: list[dict[str, Any]] = self.control("GET", "state")["jobs"]
        return jobs[::-1]

    def names(self) -> list[str]:
        return sorted(job["settings"]["name"] for job in self.stored_jobs())

    # The API itself

    def api(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(
            method, f"{self.url}/api/{path}", headers=headers, timeout=TIMEOUT_S, **arguments
        )

    def create_job(self, settings: JobSettings) -> int:
        answer = self.api("POST", "2.2/jobs/create", json=settings)
        assert answer.ok, answer.text
        return int(answer.json()["job_id"])

    def reset_job(self, job_id: int, settings: JobSettings) -> None:
        body = {"job_id": job_id, "new_settings": settings}
        answer = self.api("POST", "2.2/jobs/reset", json=body)
        assert answer.ok, answer.text

    def delete_job(self, job_id: int) -> None:
        assert self.api("POST", "2.2/jobs/delete", json={"job_id": job_id}).ok

    def job_id(self, name: str) -> int:
        [job_id] = [j["job_id"] for j in self.stored_jobs() if j["settings"]["name"] == name]
        return int(job_id)

    def settings_of(self, name: str) -> JobSettings:
        """Return the stored settings of the one job of this name."""
        [found] = [j["settings"] for j in self.stored_jobs() if j["settings"]["name"] == name]
        settings: JobSettings = found
        return settings

    def put(self, path: str, content: bytes) -> None:
        """Write a file; a path that does not start with a slash is below the Git folder."""
        full = self._full(path)
        self.api("POST", "2.0/workspace/mkdirs", json={"path": full.rpartition("/")[0]})
        body = {
            "path": full,
            "content": base64.b64encode(content).decode(),
            "format": "AUTO",
            "overwrite": True,
        }
        answer = self.api("POST", "2.0/workspace/import", json=body)
        assert answer.ok, answer.text

    def remove_file(self, path: str) -> None:
        assert self.api("POST", "2.0/workspace/delete", json={"path": self._full(path)}).ok

    def read(self, path: str) -> bytes:
        query = f"path={quote(self._full(path))}&format=AUTO&direct_download=true"
        answer = self.api("GET", f"2.0/workspace/export?{query}")
        assert answer.ok, answer.text
        return answer.content

    def files(self, folder: str = "") -> dict[str, bytes]:
        """Return all files below a folder, by relative path; by default of the Git folder."""
        root = self._full(folder) if folder else self.folder
        found: dict[str, bytes] = {}
        waiting = [root]
        while waiting:
            answer = self.api("GET", f"2.0/workspace/list?path={quote(waiting.pop())}")
            assert answer.ok, answer.text
            for entry in answer.json().get("objects", []):
                if entry["object_type"] in {"DIRECTORY", "REPO"}:
                    waiting.append(entry["path"])
                else:
                    found[entry["path"][len(root) + 1 :]] = self.read(entry["path"])
        return found

    def _full(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.folder}/{path}"


def statuses(report: Report) -> dict[str, str]:
    return {row.job_name or row.file_name: row.status for row in report.rows}


def row_of(report: Report, name: str) -> ReportRow:
    [row] = [row for row in report.rows if name in (row.job_name, row.file_name)]
    return row


def issues_of(report: Report) -> str:
    """Return all that the report complains about, as one text."""
    rows = [issue.message for row in report.rows for issue in row.issues]
    return "\n".join([*rows, *(issue.message for issue in report.issues)])


def push_and_pull(source: Emulated, target: Emulated) -> None:
    """Commit and push what was exported, and pull it by the product's own operation."""
    source.commit()
    target.service().pull()


def promote(source: Emulated, target: Emulated, **settings: Any) -> Report:
    """Export, commit, push, pull, import."""
    exported = source.service().export()
    assert exported.status == "completed", issues_of(exported)
    push_and_pull(source, target)
    return target.service(**settings).import_jobs()
