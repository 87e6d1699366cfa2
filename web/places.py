"""Links into the workspace."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit


def git_href(host: str, details: Mapping[str, Any]) -> str:
    """Return the address of the Git folder's page in the workspace, empty when it is not known.

    Source: the workspace UI opens `#workspace/<path>`; a host that is no http address is no link.
    """
    path = str(details.get("git_folder", ""))
    if urlsplit(host).scheme not in ("http", "https") or not path.startswith("/Workspace/"):
        return ""
    return f"{host.rstrip('/')}/#workspace{quote(path.removeprefix('/Workspace'))}"
