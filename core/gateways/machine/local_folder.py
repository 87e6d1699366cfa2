"""Where this app keeps disposable files on this machine."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from core.json_text import fingerprint
from core.settings import Settings

# What distinguishes two deployments on one machine before either has called its workspace.
_DEPLOYMENT = ("DATABRICKS_HOST", "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_APP_NAME")


def default_cache_folder() -> Path:
    """Return where contents are kept on this machine when nothing else is configured."""
    return Path(tempfile.gettempdir()) / f"databricks-job-sync-{os.getuid()}"


def page_folder(settings: Settings, env: Mapping[str, str]) -> Path:
    """Return the folder of the page's operations: one for each workspace and Git folder."""
    deployment = [*(env.get(name, "") for name in _DEPLOYMENT), settings.folder]
    root = Path(settings.cache_folder or default_cache_folder())
    return root / f"page-{fingerprint(deployment)[:12]}"
