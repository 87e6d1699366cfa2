"""The lines that gunicorn itself logs, as JSON where the others are."""

import os
from typing import Any

from gunicorn.glogging import Logger

from core.errors import SettingsError
from core.jobsettings.secrets import mask_text
from core.logs import JsonFormatter
from core.settings import logs_as_json


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn's own log. What it says goes to stderr, as it does without this class."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's log; a wrong LOG_FORMAT is an error that the page ends with."""
        super().setup(cfg)
        try:
            as_json = logs_as_json(os.environ)
        except SettingsError:
            return
        if as_json:
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter(mask_text))
