"""The lines that gunicorn itself logs, as JSON where the others are."""

import logging
import os
from typing import Any

from gunicorn.glogging import Logger

from core.errors import SettingsError
from core.jobsettings.secrets import mask_text
from core.logs import JsonFormatter, log_to_stderr
from core.settings import logs_as_json


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn's own log. What it says goes to stderr, as it does without this class."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's log, and that of its first process where all lines are JSON.

        A wrong LOG_FORMAT is an error that the page ends with, which says why.
        """
        super().setup(cfg)
        try:
            as_json = logs_as_json(os.environ)
        except SettingsError:
            return
        if as_json:
            log_to_stderr(logging.INFO, "", mask_text, as_json=True)
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter(mask_text))
