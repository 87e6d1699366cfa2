"""Where this app keeps disposable files on this machine."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from core.json_text import fingerprint
from core.settings import Settings

# Which workspace a deployment is for, besides its host, before it has called it.
_WORKSPACE = ("DATABRICKS_AZURE_RESOURCE_ID", "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_APP_NAME")
_PORTS, _PORT = ("DATABRICKS_APP_PORT", "PORT"), "8000"
_HTTPS, _HTTPS_PORT = "https", 443


def default_cache_folder() -> Path:
    """Return where contents are kept on this machine when nothing else is configured."""
    return Path(tempfile.gettempdir()) / f"databricks-job-sync-{os.getuid()}"


def page_folder(settings: Settings, env: Mapping[str, str]) -> Path:
    """Return the folder of the page's operations: each deployment on this machine has its own.

    All of its processes find the same one, also after a restart: they have one environment. What
    may change between two starts (people, limits, secrets) is not part of it; the port tells apart
    two that are otherwise equal.
    """
    port = next((env[name].strip() for name in _PORTS if env.get(name, "").strip()), _PORT)
    identity = fingerprint([*_deployment(settings, env), port])
    root = Path(settings.cache_folder or default_cache_folder())
    return root / f"page-{identity[:12]}"


def deployment_name(settings: Settings, env: Mapping[str, str]) -> str:
    """Return what identifies a deployment to all of its replicas, on whatever machine and port."""
    return fingerprint(_deployment(settings, env))[:12]


def _deployment(settings: Settings, env: Mapping[str, str]) -> list[str]:
    return [
        _host(env.get("DATABRICKS_HOST", "").strip()),
        *(env.get(name, "").strip() for name in _WORKSPACE),
        settings.folder,
        settings.mapping_path,
        settings.state_path,
        settings.mode,
    ]


def _host(text: str) -> str:
    """Return one spelling of a workspace's address, as people and portals write it in several.

    Source: databricks-sdk config.py, `_fix_host_if_needed`: without a scheme it is https, and the
    path does not count. `?o=` is the workspace where several have one host.
    """
    try:
        parts = urlsplit(text if "://" in text else f"{_HTTPS}://{text}")
        port = parts.port
    except ValueError:  # no address: the login says so
        return text
    is_usual = parts.scheme == _HTTPS and port in (None, _HTTPS_PORT)
    where = parts.hostname or "" if is_usual else f"{parts.scheme}://{parts.hostname}:{port}"
    return "?o=".join([where, *parse_qs(parts.query).get("o", [])])
