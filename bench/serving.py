"""The ways of running the page that are measured."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator import RunningWorkspace
from examples.page_server import start_page
from tests.replicas import PAGES, WORKERS, start_replicas

THREADS = 4
_SERVICES = ("redis", *PAGES, *WORKERS)


@dataclass(frozen=True, slots=True)
class Serving:
    """Pages that answer at `urls`; `pids` are the processes that were started for them.

    `redis_url` is empty where there is none.
    """

    urls: tuple[str, ...]
    pids: tuple[int, ...]
    redis_url: str = ""


Serve = Callable[[RunningWorkspace, Path], AbstractContextManager[Serving]]
"""Serves the page of a workspace while the context lasts; the folder keeps its files."""


def login_of(workspace: RunningWorkspace) -> dict[str, str]:
    """Return the variables that log in as the administrator, for a page without a mapping file."""
    return {
        "DATABRICKS_TOKEN": workspace.admin_token,
        "DATABRICKS_CLIENT_ID": "",
        "DATABRICKS_CLIENT_SECRET": "",
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": "",
        "NUM_THREADS": str(THREADS),
    }


@contextmanager
def serve_embedded(workspace: RunningWorkspace, folder: Path) -> Iterator[Serving]:
    """Serve it as the default is: one page of two processes, with operations in their own."""
    variables = {"WEB_CONCURRENCY": "2", **login_of(workspace)}
    with start_page(workspace, folder, port=0, **variables) as page:
        yield Serving((page.url,), (page.process.pid,))


@contextmanager
def serve_celery(workspace: RunningWorkspace, folder: Path) -> Iterator[Serving]:
    """Serve it as compose.yaml does, without its proxy: two pages, two workers and a Redis."""
    with start_replicas(folder, workspace, _SERVICES, **login_of(workspace)) as replicas:
        yield Serving(
            tuple(replicas.url(page) for page in PAGES),
            tuple(process.pid for process in replicas.running.values()),
            replicas.redis_url,
        )


WAYS: dict[str, Serve] = {"embedded": serve_embedded, "Celery": serve_celery}
