"""The configuration: the only reader of environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import ModeError, SettingsError
from core.local_paths import is_local, local_path

MAX_THREADS = 16
_WORKSPACE = "Workspace"
_SHORTEST_KEY = 32
_REDIS = ("redis://", "rediss://", "unix://")


class AppMode(StrEnum):
    """What this deployment is for."""

    EXPORT = "Export"
    IMPORT = "Import"
    BOTH = "Both"

    def allows(self, mode: "AppMode | None") -> bool:
        """Whether a deployment of this mode has what belongs to `mode`; None belongs to all."""
        return mode is None or self in (mode, AppMode.BOTH)


# What needs the approval of a second operator where FOUR_EYES is set.
APPROVED_OPERATIONS = ("import", "remove", "restore")
# Which APP_MODE has an operation; one that is not here belongs to every mode.
OPERATION_MODES: Mapping[str, AppMode] = {
    "export": AppMode.EXPORT,
    **dict.fromkeys(
        ("validate", "drift", "import", "adopt", "remove", "pull", "restore"), AppMode.IMPORT
    ),
    "take": AppMode.BOTH,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one deployment. Paths are absolute workspace paths.

    `folder` and `mapping_path` may be on this machine instead: `file:` and an absolute path.
    `mapping_path` and `state_path` are empty when not set. `max_removals` and `max_removal_share`
    bound one removal: a number of jobs, and a share of the imported ones between 0 and 1.
    `retry_s` limits how long one call is retried while the workspace does not answer, in seconds.
    `cache_folder` is a path of this machine, empty for one in its temporary folder. `full_read`
    reads every job by `jobs/get`, however equal its list form is. `state_keys` prove what this app
    wrote into the state folder: the first seals, all of them count; none without STATE_KEY.
    `snapshots_kept` snapshots are kept at most, and for `snapshot_days` days. `four_eyes` has what
    changes jobs requested by one operator and approved by another. `redis_url` is where several
    replicas keep their operations, for Celery to carry out; empty where one copy does it alone.
    """

    folder: str
    mapping_path: str = ""
    state_path: str = ""
    threads: int = 1
    mode: AppMode = AppMode.BOTH
    max_removals: int = 25
    max_removal_share: float = 0.5
    retry_s: int = 60
    cache_folder: str = ""
    full_read: bool = False
    state_keys: tuple[str, ...] = field(default=(), repr=False)
    snapshots_kept: int = 100
    snapshot_days: int = 180
    four_eyes: bool = False
    redis_url: str = field(default="", repr=False)
    logs_as_json: bool = False

    @property
    def reads_mappings(self) -> bool:
        """Whether names and values are mapped: what is exported holds those of its workspace.

        Which jobs belong here is read from the mapping file in every mode.
        """
        return bool(self.mapping_path) and self.mode is not AppMode.EXPORT

    @property
    def is_checkout(self) -> bool:
        """Whether the definitions are in a folder of this machine, and not of the workspace."""
        return is_local(self.folder)

    def require_operation(self, operation: str) -> None:
        """Refuse what belongs to another deployment.

        Raises:
            ModeError: APP_MODE does not permit the operation, or there is no Git folder to pull.
        """
        if operation == "pull" and self.is_checkout:
            raise ModeError(
                "“pull” is not available: the definitions are in a folder of this machine.",
                fix="Update it with Git: git pull.",
            )
        needed = OPERATION_MODES.get(operation)
        if needed is not None and not self.mode.allows(needed):
            modes = dict.fromkeys((needed, AppMode.BOTH))
            raise ModeError(
                f"“{operation}” is not available: APP_MODE is {self.mode}.",
                fix=f"Use the deployment that has it, or set APP_MODE to {' or '.join(modes)}.",
            )

    def require_no_approval(self, operation: str) -> None:
        """Refuse what a second operator has to approve: only the page knows who somebody is.

        Raises:
            ModeError: FOUR_EYES is set, and the operation is one of those.
        """
        if self.four_eyes and operation in APPROVED_OPERATIONS:
            raise ModeError(
                f"“{operation}” is not available here: FOUR_EYES is set, so another operator has "
                "to approve it.",
                fix="Request it on the page.",
            )

    def require_mapping_path(self) -> str:
        """Return where the mapping file is. Raises SettingsError when there is no place for one."""
        if not self.mapping_path:
            raise SettingsError(
                "There is no place for a mapping file.",
                fix=f"Set {_MAPPING} to its workspace path, or to file: and its path here.",
            )
        return self.mapping_path

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the configuration.

        Raises:
            SettingsError: says which variable is wrong, its value and what is allowed.
        """
        folder = _optional(env, _FOLDER)
        if not folder:
            raise SettingsError(
                f"{_FOLDER} is not set.",
                fix="Set it to the workspace path of the Git folder (or a folder in it) that "
                "holds the job definitions, such as /Workspace/job-sync/jobs, or to file: and the "
                "path of a folder of this machine, such as file:./jobs.",
            )
        folder = _path_anywhere(_FOLDER, folder)
        mapping_path = _path_anywhere(_MAPPING, _optional(env, _MAPPING))
        return cls(
            folder=folder,
            mapping_path=mapping_path,
            state_path=_state_path(env, is_needed=is_local(folder) or is_local(mapping_path)),
            threads=_whole_number(env, "NUM_THREADS", default=1, low=1, high=MAX_THREADS),
            mode=_mode(_optional(env, "APP_MODE")),
            max_removals=_whole_number(env, "MAX_REMOVALS", default=25, low=0, high=12000),
            max_removal_share=_whole_number(env, "MAX_REMOVAL_PERCENT", default=50, low=0, high=100)
            / 100,
            cache_folder=_optional(env, "CACHE_FOLDER"),
            full_read=_optional(env, "FULL_READ") not in {"", "0"},
            retry_s=_whole_number(env, "RETRY_TIMEOUT_SECONDS", default=60, low=1, high=600),
            state_keys=_keys(_optional(env, "STATE_KEY")),
            snapshots_kept=_whole_number(env, "SNAPSHOTS_KEPT", default=100, low=10, high=1000),
            snapshot_days=_whole_number(env, "SNAPSHOT_DAYS", default=180, low=1, high=3650),
            four_eyes=is_switched_on(env, "FOUR_EYES"),
            redis_url=_redis_url(env),
            logs_as_json=logs_as_json(env),
        )


def is_switched_on(env: Mapping[str, str], name: str) -> bool:
    """Read what must not be off by a slip of the pen.

    Raises:
        SettingsError: it is neither on nor off.
    """
    text = _optional(env, name)
    if text not in {"", "0", "1"}:
        raise SettingsError(f"{name} is “{text}”.", fix="Set it to 1, or to 0 to switch it off.")
    return text == "1"


def logs_as_json(env: Mapping[str, str]) -> bool:
    """Whether each line of the log is written as JSON, and not as text.

    Raises:
        SettingsError: LOG_FORMAT is something else.
    """
    text = _optional(env, "LOG_FORMAT").casefold()
    if text not in {"", "text", "json"}:
        raise SettingsError(f"LOG_FORMAT is “{text}”.", fix="Set it to json, or to text.")
    return text == "json"


_FOLDER, _MAPPING = "WORKSPACE_GIT_FOLDER_PATH", "RESOURCE_NAME_MAPPINGS_FILE_PATH"
_STATE = "STATE_FOLDER_PATH"


def _optional(env: Mapping[str, str], name: str) -> str:
    return env.get(name, "").strip()


def _path(name: str, value: str) -> str:
    """Return the path as the API returns it: below /Workspace, without a slash at the end."""
    if not value:
        return ""
    parts = [part for part in value.split("/") if part]
    if not value.startswith("/") or not {".", ".."}.isdisjoint(parts) or "\0" in value:
        raise SettingsError(
            f"{name} is “{value}”, which is not an absolute workspace path.",
            fix="Write it as the workspace shows it, such as /Workspace/job-sync/jobs.",
        )
    if parts[:1] != [_WORKSPACE]:
        parts = [_WORKSPACE, *parts]
    return "/" + "/".join(parts)


def _path_anywhere(name: str, value: str) -> str:
    return local_path(name, value) if is_local(value) else _path(name, value)


def _state_path(env: Mapping[str, str], *, is_needed: bool) -> str:
    """Return where the state folder is, which no folder of this machine can say."""
    text = _optional(env, _STATE)
    if is_needed and not text:
        raise SettingsError(
            f"{_STATE} is not set, and the definitions or the mapping file are on this machine.",
            fix="Ledgers, lock, history and snapshots stay in the workspace: set it to the state "
            "folder that “info” shows where the definitions are in a Git folder, or to a new one "
            "such as /Workspace/job-sync/state, the same for everybody who works on this "
            "workspace.",
        )
    if is_local(text):
        raise SettingsError(
            f"{_STATE} is “{text}”, which is on this machine.",
            fix="Set it to a path of the workspace, such as /Workspace/job-sync/state.",
        )
    return _path(_STATE, text)


def _whole_number(env: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = _optional(env, name)
    if not text:
        return default
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) and low <= int(text) <= high:
        return int(text)
    raise SettingsError(
        f"{name} is “{text}”.", fix=f"Set it to a whole number from {low} to {high}."
    )


def _redis_url(env: Mapping[str, str]) -> str:
    """Return where Redis is, where BACKGROUND asks for it. The address may hold a password."""
    background, url = _optional(env, "BACKGROUND").casefold(), _optional(env, "REDIS_URL")
    if background in {"", "diskcache"}:
        return ""
    if background != "celery":
        raise SettingsError(
            f"BACKGROUND is “{background}”.", fix="Set it to diskcache or celery, or leave it out."
        )
    if not url.startswith(_REDIS):
        raise SettingsError(
            "BACKGROUND is celery, and REDIS_URL is not the address of a Redis.",
            fix="Set it to one such as redis://host:6379/0, or rediss://… for TLS.",
        )
    return url


def _keys(text: str) -> tuple[str, ...]:
    """Return the keys. A short one could be guessed from what it sealed; none is ever repeated."""
    keys = tuple(key.strip() for key in text.split(",")) if text else ()
    if any(len(key) < _SHORTEST_KEY for key in keys):
        raise SettingsError(
            f"STATE_KEY holds a key of fewer than {_SHORTEST_KEY} characters.",
            fix="Set it to a long random text, such as `openssl rand -hex 32` prints. Separate a "
            "new key from the one before by a comma.",
        )
    return keys


def _mode(text: str) -> AppMode:
    for mode in AppMode:
        if text.casefold() == mode.casefold():
            return mode
    if not text:
        return AppMode.BOTH
    raise SettingsError(f"APP_MODE is “{text}”.", fix="Set it to Export, Import or Both.")
