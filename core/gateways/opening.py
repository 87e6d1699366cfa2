"""Wires the engine to its workspace: once for the command line, the page and its processes."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.calls import CallMeter, ShouldStop, Wait
from core.errors import SettingsError
from core.gateways.machine.local_folder import default_cache_folder
from core.settings import Settings

if TYPE_CHECKING:
    from core.service import JobSync

# Without one of these the SDK knows no workspace, unless its configuration file names one.
# Source: databricks-sdk config.py, `Config`; credentials_provider.py, `runtime_native_auth`, for
# what runs as a job of the workspace itself.
_SAY_WHERE = ("DATABRICKS_HOST", "DATABRICKS_AZURE_RESOURCE_ID", "DATABRICKS_RUNTIME_VERSION")
_SDK_FILE, _SDK_FILE_DEFAULT = "DATABRICKS_CONFIG_FILE", "~/.databrickscfg"


@dataclass(frozen=True, slots=True)
class OpenService:
    """The engine with its workspace behind it.

    `host` is the workspace's address; `calls` counts the calls made so far, by endpoint;
    `unanswered_s` says for how many seconds the oldest call under way has had no answer.
    """

    service: "JobSync"
    host: str
    calls: Callable[[], Mapping[str, int]]
    unanswered_s: Callable[[], float] = lambda: 0.0


def require_workspace(env: Mapping[str, str]) -> None:
    """Refuse an environment that names no workspace, before the SDK is loaded to find out.

    Raises:
        SettingsError: neither a variable nor the SDK's configuration file can name one.
    """
    named = any(env.get(name, "").strip() for name in _SAY_WHERE)
    file = Path(env.get(_SDK_FILE) or _SDK_FILE_DEFAULT).expanduser()
    if not named and not file.exists():
        raise SettingsError(
            "No workspace is configured.",
            fix="Set DATABRICKS_HOST, and DATABRICKS_TOKEN or DATABRICKS_CLIENT_ID with "
            "DATABRICKS_CLIENT_SECRET (any Databricks SDK login works).",
        )


def open_service(
    settings: Settings,
    *,
    on_wait: Callable[[Wait], None] = lambda _wait: None,
    timeout_s: float = 60.0,
    should_stop: ShouldStop = lambda: False,
    meter: CallMeter | None = None,
) -> OpenService:
    """Connect the engine to the workspace that the SDK's environment variables name.

    Args:
        on_wait: called when a call begins to wait, by the thread that waits.
        timeout_s: how long a call waits for each byte of its answer.
        should_stop: asked while the login is set up; StoppedError then.
        meter: measures the calls.

    Raises:
        WorkspaceError: no login could be set up.
    """
    with _loading_without_garbage_collection():
        # The SDK takes two seconds to load, and every process of the page imports this module.
        from core.gateways.connect import connect, system_clock, this_process  # noqa: PLC0415
        from core.service import JobSync  # noqa: PLC0415

    connection = connect(
        retry_s=settings.retry_s,
        on_wait=on_wait,
        timeout_s=timeout_s,
        should_stop=should_stop,
        meter=meter,
        threads=settings.threads,
        cache_folder=Path(settings.cache_folder or default_cache_folder()),
        folder=settings.folder,
        mapping_path=settings.mapping_path,
    )
    service = JobSync(connection.ports, settings, system_clock(), this_process)
    rest = connection.rest
    return OpenService(service, rest.host, rest.calls, rest.unanswered_s)


@contextmanager
def _loading_without_garbage_collection() -> Iterator[None]:
    """Look for garbage neither while the SDK loads, nor among its objects ever after.

    They are by far the most objects of the process and stay until its end: each search through
    them takes a tenth of a second and finds nothing.
    """
    if "core.gateways.connect" in sys.modules:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
