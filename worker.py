"""Carries out operations where several replicas share a Redis: `celery -A worker worker`."""

import logging
import os
import sys

from dotenv import load_dotenv

from core.errors import SettingsError, SyncError
from core.gateways.stores import open_store
from core.jobsettings.secrets import mask_text
from core.logs import log_to_stderr, say_why
from core.settings import Settings, logs_as_json
from web.background.celery_worker import serve
from web.background.queue import open_deployments_queue

load_dotenv()
try:
    _as_json = logs_as_json(os.environ)
    _format = "%(asctime)s %(levelname)s %(name)s %(message)s"
    log_to_stderr(logging.INFO, _format, mask_text, as_json=_as_json)
    logging.getLogger("databricks").setLevel(logging.WARNING)
    _settings = Settings.from_env(os.environ)
    if not _settings.redis_url:
        raise SettingsError(
            "Workers carry out operations where BACKGROUND is celery, and it is not.",
            fix="Set BACKGROUND=celery and REDIS_URL, for the pages as well.",
        )
    app, _presence = open_deployments_queue(_settings, os.environ)
    serve(app, open_store(_settings, os.environ), _presence)
except SyncError as error:
    say_why(error)
    sys.exit(1)
