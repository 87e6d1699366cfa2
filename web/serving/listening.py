"""Where the server listens."""

from collections.abc import Mapping

from core.errors import SettingsError
from web.settings import PageSettings

_EVERYWHERE, _HERE = "0.0.0.0", "127.0.0.1"  # noqa: S104 - behind a proxy that signs users in
_PORT = "8000"


def listen_address(env: Mapping[str, str]) -> str:
    """Return address and port: BIND_ADDRESS, or this machine alone where nobody has to sign in."""
    address = env.get("BIND_ADDRESS", "").strip().strip("[]") or _default_address(env)
    port = env.get("DATABRICKS_APP_PORT") or env.get("PORT") or _PORT
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _default_address(env: Mapping[str, str]) -> str:
    try:
        return _HERE if PageSettings.from_env(env).is_open else _EVERYWHERE
    except SettingsError:  # the workers say what is wrong, and end
        return _HERE
