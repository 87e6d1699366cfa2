"""The path below which a proxy serves the page, where it has no host name to itself."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from components.tabs import ADDRESSES
from core.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
# First parts of addresses of ours. Where the proxy cuts the path off, one could be taken for it.
_TAKEN = frozenset((*ADDRESSES, "assets", "feed", "healthz", "metrics", "readyz"))


def base_path(text: str) -> str:
    """Read BASE_PATH, with or without slashes at its ends.

    Raises:
        SettingsError: it is not a plain path, or could be taken for an address of the page.
    """
    parts = text.strip().strip("/").split("/")
    if parts == [""]:
        return "/"
    if not all(map(_SEGMENT.fullmatch, parts)) or parts[0] in _TAKEN:
        fix = f"Set it to a path such as /jobs/ that does not begin with {' or '.join(_shown())}."
        raise SettingsError(f"BASE_PATH is “{text}”.", fix=fix)
    return f"/{'/'.join(parts)}/"


def _shown() -> Iterable[str]:
    return (f"/{name}" for name in sorted(_TAKEN))


class BelowPath:
    """A WSGI application below a path, whether the proxy cuts the path off or passes it on."""

    def __init__(self, application: "WSGIApplication", base: str) -> None:
        self._application = application
        self._base = base.removesuffix("/")

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer as if the path were not there."""
        path = environ.get("PATH_INFO", "")
        if self._base and f"{path}/".startswith(f"{self._base}/"):
            environ["PATH_INFO"] = path.removeprefix(self._base) or "/"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._base
        return self._application(environ, start_response)
