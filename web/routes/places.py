"""Links into the workspace."""

from urllib.parse import urlencode, urlsplit

from core.reporting.details import Whereabouts


def git_href(host: str, where: Whereabouts) -> str:
    """Return the address of the Git folder's page in the workspace, empty when it is not known.

    Args:
        host: the workspace's address; what is not an http address makes no link.

    Source: the workspace UI opens any folder as `/browse/folders/<object id>?o=<workspace id>`.
    """
    return folder_href(host, where.git.folder_id, where.workspace_id)


def folder_href(host: str, folder_id: int | None, workspace_id: str) -> str:
    """Return the address of a folder's page in the workspace, see `git_href`."""
    if urlsplit(host).scheme not in ("http", "https") or folder_id is None:
        return ""
    query = urlencode({"o": workspace_id})
    return f"{host.rstrip('/')}/browse/folders/{folder_id}?{query}"
