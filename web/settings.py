"""The configuration of the page, beside that of the engine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import SettingsError
from core.settings import is_switched_on
from web.base_path import base_path
from web.roles import DEFAULT_OPERATORS, NOBODY_ELSE, People, read_people

COLOURS = ("slate", "blue", "green", "amber", "red", "purple")
_EMAIL_HEADER = "X-Forwarded-Email"
_SHORTEST_TOKEN = 32
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # source: RFC 6750, section 2.1
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the page looks and whom it serves.

    `user_header` names the request header that identifies the user; empty when everybody is
    served as a local user, and None when nothing does, so that nobody is served. `operators` may
    start operations and `viewers` may look; nobody else is shown anything.
    `secret_key` signs what the browser sends back, empty for a key of this machine. `base` is the
    path below which a proxy serves the page; it begins and ends with a slash. `metrics_token` opens
    `/metrics` to a scraper that is nobody of these; empty where none may.
    """

    workspace_name: str = ""
    colour: str = COLOURS[0]
    user_header: str | None = None
    operators: People = DEFAULT_OPERATORS
    viewers: People = NOBODY_ELSE
    secret_key: str = ""
    base: str = "/"
    metrics_token: str = field(default="", repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PageSettings":
        """Read the configuration.

        Raises:
            SettingsError: names the variable, what it holds and what it may hold.
        """
        header, operators = _user_header(env), _operators(env.get("OPERATORS", ""))
        _check_four_eyes(env, header, operators)
        return cls(
            workspace_name=env.get("WORKSPACE_NAME", "").strip(),
            colour=_colour(env.get("ENVIRONMENT_COLOR", "").strip().casefold()),
            user_header=header,
            operators=operators,
            viewers=read_people("VIEWERS", env.get("VIEWERS", ""), allows_everybody=True),
            secret_key=env.get("SECRET_KEY", ""),
            base=base_path(env.get("BASE_PATH", "")),
            metrics_token=_metrics_token(env.get("METRICS_TOKEN", "").strip()),
        )

    @property
    def is_open(self) -> bool:
        """Whether everybody who reaches the page is served."""
        return self.user_header == ""


def _operators(text: str) -> People:
    if not text.strip():
        return DEFAULT_OPERATORS
    return read_people("OPERATORS", text, allows_everybody=False)


def _check_four_eyes(env: Mapping[str, str], header: str | None, operators: People) -> None:
    """Refuse what would leave nobody to approve."""
    if not is_switched_on(env, "FOUR_EYES"):
        return
    if header == "":
        raise SettingsError(
            "FOUR_EYES is set, and with AUTH=none everybody is one local user.",
            fix="Have a proxy sign users in and set TRUSTED_USER_HEADER, or leave FOUR_EYES out.",
        )
    if operators.is_one_person:
        raise SettingsError(
            "FOUR_EYES is set, and OPERATORS lists one person, who could not approve anything.",
            fix="List a second operator, or a group.",
        )


def _metrics_token(text: str) -> str:
    """Refuse what is easily guessed, or cannot be sent in a header."""
    if text and (len(text) < _SHORTEST_TOKEN or not _TOKEN.fullmatch(text)):
        raise SettingsError(
            "METRICS_TOKEN is too short, or has other characters than those of a bearer token.",
            fix=f"Set it to {_SHORTEST_TOKEN} or more letters and digits, for example the output "
            "of: openssl rand -hex 32",
        )
    return text


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
