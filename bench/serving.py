"""The ways of running the page that are measured."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator import RunningWorkspace
from examples.page_server import start_page

THREADS = 4


@dataclass(frozen=True, slots=True)
class Serving:
    """Pages that answer at `urls`; `pids` are the processes that were started for them."""

    urls: tuple[str, ...]
    pids: tuple[int, ...]


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


WAYS: dict[str, Serve] = {"embedded": serve_embedded}
