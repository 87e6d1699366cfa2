"""The configuration of the page, beside that of the engine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import SettingsError
from core.identity_names import fold_identity
from web.base_path import base_path

COLOURS = ("slate", "blue", "green", "amber", "red", "purple")
_EMAIL_HEADER = "X-Forwarded-Email"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the page looks and whom it serves.

    `user_header` names the request header that identifies the user; empty when everybody is
    served as a local user, and None when nothing does, so that nobody is served. `operators`, each
    as `fold_identity` returns it, may start operations, the others only look; empty for everybody.
    `secret_key` signs what the browser sends back, empty for a key of this machine. `base` is the
    path below which a proxy serves the page; it begins and ends with a slash.
    """

    workspace_name: str = ""
    colour: str = COLOURS[0]
    user_header: str | None = None
    operators: frozenset[str] = frozenset()
    secret_key: str = ""
    base: str = "/"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PageSettings":
        """Read the configuration.

        Raises:
            SettingsError: names the variable, what it holds and what it may hold.
        """
        return cls(
            workspace_name=env.get("WORKSPACE_NAME", "").strip(),
            colour=_colour(env.get("ENVIRONMENT_COLOR", "").strip().casefold()),
            user_header=_user_header(env),
            operators=_operators(env.get("OPERATORS", "").strip()),
            secret_key=env.get("SECRET_KEY", ""),
            base=base_path(env.get("BASE_PATH", "")),
        )

    @property
    def is_open(self) -> bool:
        """Whether everybody who reaches the page is served."""
        return self.user_header == ""


def _operators(text: str) -> frozenset[str]:
    names = frozenset(fold_identity(name.strip()) for name in text.split(",") if name.strip())
    if text and not names:  # an empty set would let everybody start operations
        raise SettingsError(
            f"OPERATORS is “{text}” and holds no name.",
            fix="Set it to users, separated by commas, or leave it out.",
        )
    return names


def _colour(text: str) -> str:
    if not text or text in COLOURS:
        return text or COLOURS[0]
    raise SettingsError(
        f"ENVIRONMENT_COLOR is “{text}”.", fix=f"Set it to one of {', '.join(COLOURS)}."
    )


def _user_header(env: Mapping[str, str]) -> str | None:
    """Only what stands in front of the app may say who a user is.

    Source: docs.databricks.com/dev-tools/databricks-apps/http-headers: the platform sets it.
    """
    if env.get("DATABRICKS_APP_NAME"):
        return _EMAIL_HEADER
    header = env.get("TRUSTED_USER_HEADER", "").strip()
    if header:
        if not _HEADER.fullmatch(header):
            raise SettingsError(
                f"TRUSTED_USER_HEADER is “{header}”.", fix="Set it to the name of a request header."
            )
        return header
    auth = env.get("AUTH", "").strip().casefold()
    if auth == "none":
        return ""
    if auth:
        raise SettingsError(f"AUTH is “{auth}”.", fix="Set it to none, or leave it out.")
    return None
