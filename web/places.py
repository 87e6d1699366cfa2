"""Links into the workspace."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit


def git_href(host: str, details: Mapping[str, Any]) -> str:
    """Return the address of the Git folder's page in the workspace, empty when it is not known.

    Args:
        host: the workspace's address; what is no http address makes no link.
        details: as `JobSync.whereabouts` tells them.

    Source: the workspace UI opens any folder as `/browse/folders/<object id>?o=<workspace id>`.
    """
    folder_id = details.get("git_folder_id")
    if urlsplit(host).scheme not in ("http", "https") or not isinstance(folder_id, int):
        return ""
    query = urlencode({"o": details.get("workspace_id", "")})
    return f"{host.rstrip('/')}/browse/folders/{folder_id}?{query}"
