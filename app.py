"""The page: builds the server from its settings. Importing this module does no I/O."""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from dash import Dash
from dash.development.base_component import Component
from dotenv import load_dotenv
from flask import Flask

import callbacks.history
import callbacks.mappings
import callbacks.operations
from callbacks.approvals import Approvals
from components.shell import Frame, page
from components.tabs import tabs_of
from core.errors import SettingsError, StateError, SyncError
from core.gateways.machine.local_folder import page_folder
from core.gateways.stores import open_store
from core.jobsettings.secrets import mask_text
from core.json_text import fingerprint
from core.logs import log_to_stderr, say_why
from core.operations.page_store import PageStore
from core.operations.tally import Tally
from core.settings import AppMode, Settings, logs_as_json
from core.version import VERSION
from web.background.processes import OperationProcesses, is_queued
from web.base_path import BelowPath
from web.board import DiskBoard
from web.people.access import Access, reading_members
from web.people.guards import Guards
from web.people.identity import LOCAL_USER
from web.people.members import Members
from web.routes.csv import csv_routes
from web.routes.feed import Feed
from web.routes.mapping_files import MappingFiles
from web.routes.panels import Panels
from web.routes.reader import WorkspaceReader, connect_from_env, open_readings
from web.routes.reveals import Reveals
from web.routes.timeline import Timelines
from web.serving.health import health_routes
from web.serving.metrics import metrics_route
from web.serving.security import WARM_UP, current_user, protect, signing_key, tell_reference
from web.settings import PageSettings

_OPEN = "Authentication is off (AUTH=none). Use this on your own machine only."
_INDEX = """<!DOCTYPE html>
<html lang="en" data-bs-theme="light"><head>{%metas%}<title>{%title%}</title>{%favicon%}
<script src="HEAD_SCRIPT"></script>
<link rel="preload" as="font" type="font/woff2" href="FONT" crossorigin>{%css%}</head>
<body><p class="no-assets">The files of this page could not be loaded. For its operator: where a
proxy serves it below a path, set BASE_PATH to that path, or give it a host name of its own.</p>
{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body></html>"""
_ROLE_PATIENCE_S, _ROLE_CALL_S = 2, 4.0  # a request waits for it
_NEVER_BOOTS = 3  # gunicorn then stops, in place of starting workers for ever
_WARM = ("/", "/_dash-layout", "/_dash-dependencies")


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    page: PageSettings
    store: PageStore
    reader: WorkspaceReader


def create_app(env: Mapping[str, str]) -> Dash:
    """Build the page. Starts no process and asks no workspace.

    Raises:
        SyncError: the configuration or this machine's folder cannot be used.
    """
    return _build(env)[0]


class Background(Protocol):
    """What carries out the operations that the page starts."""

    def warm_up(self) -> None:
        """Do before traffic comes what takes long the first time."""
        ...

    def check(self) -> None:
        """Raise StateError when nothing that is started now would be carried out."""
        ...


def _build(env: Mapping[str, str]) -> tuple[Dash, Background]:
    settings, page_settings = Settings.from_env(env), PageSettings.from_env(env)
    folder = page_folder(settings, env)
    store = open_store(settings, env)
    tally = Tally(store.count)
    connect = connect_from_env(settings, meter=tally)
    reader = WorkspaceReader(connect, open_readings(folder / "readings"))
    parts = _Parts(settings, page_settings, store, reader)
    background = _open_background(parts, env, folder)
    app = Dash(
        "app",
        title="Job Sync",
        update_title="",
        assets_folder=str(Path(__file__).resolve().parent / "assets"),
        assets_ignore=r"^head\.js$|^nobody\.css$|\.min\.(js|css)$|\.txt$",
        external_stylesheets=[f"{page_settings.base}assets/vendor/bootstrap.min.css"],
        requests_pathname_prefix=page_settings.base,
        routes_pathname_prefix="/",  # web/base_path.py cuts off the rest
        serve_locally=True,
        compress=True,
        use_async=False,
        background_callback_manager=background,
        suppress_callback_exceptions=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        on_error=tell_reference,
    )
    app.server.secret_key = signing_key(page_settings, folder)
    app.index_string = _index(app)
    host = env.get("DATABRICKS_HOST", "")
    app.layout = lambda: _layout(parts, host)
    connect = connect_from_env(
        settings, meter=tally, patience_s=_ROLE_PATIENCE_S, call_s=_ROLE_CALL_S
    )
    board = DiskBoard(folder / "members")
    members = Members(reading_members(connect, page_settings), board=board)
    access = Access(page_settings, members)
    approvals = Approvals(parts.store, settings.mode, access.user) if settings.four_eyes else None
    callbacks.operations.register(app, parts.store, settings.mode, page_settings, approvals)
    callbacks.history.register(app, parts.store, parts.reader, settings.mode)
    callbacks.mappings.register(app)
    used = {name: version(name) for name in ("dash", "databricks-sdk")}
    versions = {"job-sync": VERSION, **used}
    requests = approvals.view if approvals else None
    trouble = partial(_trouble_of, background.check) if settings.redis_url else str
    feed = Feed(
        parts.store,
        host,
        parts.reader,
        page_settings,
        versions,
        requests,
        trouble,
        is_checkout=settings.is_checkout,
    )
    panels = Panels(
        parts.store,
        parts.reader,
        lambda: current_user(page_settings),
        takes=settings.mode is AppMode.BOTH,
        restores=settings.mode.allows(AppMode.IMPORT),
    )
    mapping_files = MappingFiles(parts.store)
    reveals = Reveals(
        panels, mapping_files, parts.reader, lambda: current_user(page_settings), settings.mode
    )
    for routes in (
        health_routes(
            {"store": parts.store.check, "queue": background.check},
            is_shared=bool(settings.redis_url),
        ),
        metrics_route(parts.store, versions),
        feed.routes(),
        panels.routes(),
        Timelines(parts.store).routes(),
        mapping_files.routes(),
        reveals.routes(),
        csv_routes(parts.store, page_settings.workspace_name),
    ):
        app.server.register_blueprint(routes)
    protect(app, page_settings, access, Guards(parts.store))
    app.server.wsgi_app = BelowPath(app.server.wsgi_app, page_settings.base)
    return app, background


def _open_background(parts: _Parts, env: Mapping[str, str], folder: Path) -> Any:
    """Return what carries out operations: processes of this machine, or Celery's workers.

    Raises:
        SettingsError: replicas could not read what the others have signed.
    """
    launched, queued = parts.store.note_launch, partial(is_queued, parts.store)
    if not parts.settings.redis_url:
        return OperationProcesses(folder / "callbacks", launched, queued)
    if not parts.page.secret_key:
        raise SettingsError(
            "BACKGROUND is celery, and SECRET_KEY is not set: what one replica signs, another one "
            "could not read.",
            fix="Set it to the same random text for all pages: `openssl rand -hex 32` prints one.",
        )
    # Only here: one copy alone needs no Celery, which takes its time to load.
    from web.background.queue import open_deployments_queue  # noqa: PLC0415
    from web.background.workers import OperationQueue  # noqa: PLC0415

    queue, presence = open_deployments_queue(parts.settings, env)
    return OperationQueue(queue, parts.store, presence, launched, queued)


def _trouble_of(check: Callable[[], None]) -> str:
    try:
        check()
    except StateError as error:
        return mask_text(str(error))
    return ""


def create_server() -> Flask:
    """Return what gunicorn serves, or end with a sentence that says what is wrong."""
    load_dotenv()
    try:
        as_json = logs_as_json(os.environ)
        log_to_stderr(
            logging.INFO, "%(levelname)s %(name)s %(message)s", mask_text, as_json=as_json
        )
        logging.getLogger("databricks").setLevel(logging.WARNING)
        app, background = _build(os.environ)
    except SyncError as error:
        say_why(error)
        sys.exit(_NEVER_BOOTS)
    background.warm_up()
    _warm_up(app)
    server: Flask = app.server
    return server


def _warm_up(app: Dash) -> None:
    """Do before traffic comes what takes long the first time.

    Dash's own setup fails under concurrent first requests. Source: plotly/dash#3971.
    """
    importlib.import_module("core.gateways.connect")  # the SDK takes two seconds to load
    client = app.server.test_client()
    for path in _WARM:
        client.get(path, environ_overrides={WARM_UP: "1"})


def _layout(parts: _Parts, host: str) -> Component:
    user = current_user(parts.page)
    mode = parts.settings.mode
    return page(
        Frame(
            workspace_name=parts.page.workspace_name,
            host=host,
            colour=parts.page.colour,
            mode=mode.value,
            user=user.name if user else LOCAL_USER,
            may_operate=bool(user and user.may_change),
            key=fingerprint([host, parts.settings.folder])[:12],
            tabs=tabs_of(mode),
            banner=_OPEN if parts.page.is_open else "",
            base=parts.page.base,
            has_mappings=bool(parts.settings.mapping_path),
            four_eyes=parts.settings.four_eyes,
        )
    )


def _index(app: Dash) -> str:
    return _INDEX.replace("HEAD_SCRIPT", app.get_asset_url("head.js")).replace(
        "FONT", app.get_asset_url("fonts/inter-latin-wght-normal.woff2")
    )


if __name__ == "__main__":
    port = int(os.environ.get("DATABRICKS_APP_PORT") or os.environ.get("PORT") or 8000)
    create_server().run(host="127.0.0.1", port=port, threaded=True)
