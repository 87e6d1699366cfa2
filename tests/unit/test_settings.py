"""The configuration."""

import pytest

from core.errors import ModeError, SettingsError
from core.operations.kinds import KINDS, OperationKind
from core.settings import OPERATION_MODES, AppMode, Settings, logs_as_json

FOLDER = {"WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs"}


def settings(**env: str) -> Settings:
    return Settings.from_env({**FOLDER, **env})


def test_only_the_folder_has_no_default():
    assert settings() == Settings(
        folder="/Workspace/Shared/jobs",
        mapping_path="",
        state_path="",
        threads=1,
        mode=AppMode.BOTH,
        max_removals=25,
        max_removal_share=0.5,
        retry_s=60,
    )


def test_every_variable_is_read():
    result = settings(
        RESOURCE_NAME_MAPPINGS_FILE_PATH="/Workspace/Shared/map.json",
        STATE_FOLDER_PATH="/Shared/state/",
        NUM_THREADS="8",
        APP_MODE="Import",
        MAX_REMOVALS="0",
        MAX_REMOVAL_PERCENT="100",
        RETRY_TIMEOUT_SECONDS=" 120 ",
    )
    assert result == Settings(
        folder="/Workspace/Shared/jobs",
        mapping_path="/Workspace/Shared/map.json",
        state_path="/Workspace/Shared/state",
        threads=8,
        mode=AppMode.IMPORT,
        max_removals=0,
        max_removal_share=1.0,
        retry_s=120,
    )


@pytest.mark.parametrize("env", [{}, {"WORKSPACE_GIT_FOLDER_PATH": "  "}])
def test_a_missing_folder_is_named(env):
    with pytest.raises(SettingsError, match="WORKSPACE_GIT_FOLDER_PATH is not set"):
        Settings.from_env(env)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/Workspace/Shared/jobs", "/Workspace/Shared/jobs"),
        (" /Workspace/Shared/jobs/ ", "/Workspace/Shared/jobs"),
        ("/Workspace//Shared///jobs//", "/Workspace/Shared/jobs"),
        ("/Shared/jobs", "/Workspace/Shared/jobs"),
        ("/Repos/ana@x/jobs", "/Workspace/Repos/ana@x/jobs"),
        ("/WorkspaceX/jobs", "/Workspace/WorkspaceX/jobs"),
        ("/Workspace", "/Workspace"),
        ("/", "/Workspace"),
        ("/Users/a b/größe", "/Workspace/Users/a b/größe"),
        ("/Shared/..jobs", "/Workspace/Shared/..jobs"),
    ],
)
def test_a_path_is_written_as_the_workspace_writes_it(value, expected):
    assert settings(WORKSPACE_GIT_FOLDER_PATH=value).folder == expected


@pytest.mark.parametrize(
    "value", ["Shared/jobs", "./jobs", "/Shared/../jobs", "/Shared/./jobs", "/..", "/a\0b", "C:\\x"]
)
@pytest.mark.parametrize(
    "name",
    ["WORKSPACE_GIT_FOLDER_PATH", "RESOURCE_NAME_MAPPINGS_FILE_PATH", "STATE_FOLDER_PATH"],
)
def test_anything_but_an_absolute_path_is_refused(name, value):
    with pytest.raises(SettingsError, match=f"{name} is “"):
        settings(**{name: value})


@pytest.mark.parametrize("value", ["0", "17", "-1", "1.5", "x", "٣", "1e1", "+2", "9" * 5000])
def test_a_number_of_threads_out_of_range_is_refused(value):
    with pytest.raises(SettingsError, match="Set it to a whole number from 1 to 16"):
        settings(NUM_THREADS=value)


def test_an_empty_variable_is_one_that_is_not_set():
    empty = {"NUM_THREADS": " ", "APP_MODE": "", "STATE_FOLDER_PATH": " ", "MAX_REMOVALS": ""}
    assert settings(**empty) == settings()


@pytest.mark.parametrize("mode", AppMode)
@pytest.mark.parametrize("write", [str.lower, str.upper, str])
def test_a_mode_may_be_written_in_any_case(mode, write):
    assert settings(APP_MODE=write(mode)).mode is mode


def test_an_unknown_mode_is_refused():
    with pytest.raises(SettingsError, match="APP_MODE is “prod”"):
        settings(APP_MODE="prod")


@pytest.mark.parametrize("mode", AppMode)
def test_a_mode_allows_what_belongs_to_it_and_what_belongs_to_all(mode: AppMode) -> None:
    assert mode.allows(mode)
    assert mode.allows(None)
    assert AppMode.BOTH.allows(mode)


def test_a_mode_does_not_allow_what_belongs_to_another() -> None:
    assert not AppMode.EXPORT.allows(AppMode.IMPORT)
    assert not AppMode.IMPORT.allows(AppMode.EXPORT)


def test_the_page_and_the_command_line_agree_on_what_each_mode_has():
    kinds = {kind.value: traits.mode for kind, traits in KINDS.items() if traits.mode}
    kinds.pop(OperationKind.PREVIEW.value)  # the command line's `export --dry-run`
    kinds.pop(OperationKind.PLAN_RESTORE.value)  # its `restore --dry-run`
    kinds["drift"] = AppMode.IMPORT  # only a nightly check asks for it: the page shows it anyway
    assert kinds == OPERATION_MODES


def test_keys_are_read_the_first_of_them_seals():
    assert settings(STATE_KEY=f" {'a' * 32} , {'b' * 40}").state_keys == ("a" * 32, "b" * 40)


@pytest.mark.parametrize("value", ["short-secret", "a" * 31, "a" * 32 + ",", "a" * 32 + ", ,b"])
def test_a_short_key_is_refused_and_not_repeated(value):
    with pytest.raises(SettingsError, match="STATE_KEY holds a key of fewer than 32") as refused:
        settings(STATE_KEY=value)
    assert value not in str(refused.value)


def test_keys_are_not_in_what_is_logged_of_the_settings():
    assert "a" * 32 not in repr(settings(STATE_KEY="a" * 32))


def test_snapshots_are_kept_within_bounds():
    assert (settings().snapshots_kept, settings().snapshot_days) == (100, 180)
    chosen = settings(SNAPSHOTS_KEPT="20", SNAPSHOT_DAYS="7")
    assert (chosen.snapshots_kept, chosen.snapshot_days) == (20, 7)
    with pytest.raises(SettingsError, match="SNAPSHOTS_KEPT is “0”"):
        settings(SNAPSHOTS_KEPT="0")


def test_four_eyes_is_off_unless_it_is_on():
    assert not settings().four_eyes
    assert not settings(FOUR_EYES="0").four_eyes
    assert settings(FOUR_EYES=" 1 ").four_eyes
    for text in ("yes", "true", "on", "2", "-1"):
        with pytest.raises(SettingsError, match="FOUR_EYES"):
            settings(FOUR_EYES=text)


@pytest.mark.parametrize("operation", ["import", "remove", "restore"])
def test_the_command_line_has_nobody_who_approves(operation):
    settings().require_no_approval(operation)
    with pytest.raises(ModeError, match="another operator has to approve it"):
        settings(FOUR_EYES="1").require_no_approval(operation)


@pytest.mark.parametrize("operation", ["export", "validate", "adopt", "pull", "info", "drift"])
def test_what_changes_no_job_needs_no_approval(operation):
    settings(FOUR_EYES="1").require_no_approval(operation)


@pytest.mark.parametrize("background", ["", "diskcache", "Diskcache"])
def test_one_copy_needs_no_redis(background: str) -> None:
    settings = Settings.from_env({**FOLDER, "BACKGROUND": background, "REDIS_URL": "redis://r"})
    assert settings.redis_url == ""


def test_replicas_keep_their_operations_in_redis() -> None:
    url = "rediss://:secret@cache.example:6380/0"
    settings = Settings.from_env({**FOLDER, "BACKGROUND": "celery", "REDIS_URL": url})
    assert settings.redis_url == url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("background", "url", "named"),
    [("rq", "", "BACKGROUND"), ("celery", "", "REDIS_URL"), ("celery", "http://r", "REDIS_URL")],
)
def test_what_is_no_background_is_refused(background: str, url: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_env({**FOLDER, "BACKGROUND": background, "REDIS_URL": url})


@pytest.mark.parametrize(
    ("text", "is_json"),
    [(None, False), ("", False), ("text", False), ("json", True), (" JSON ", True)],
)
def test_the_log_is_text_unless_json_is_asked_for(text, is_json):
    assert logs_as_json({} if text is None else {"LOG_FORMAT": text}) is is_json


@pytest.mark.parametrize("text", ["1", "jsonl", "logfmt"])
def test_no_other_form_of_the_log_is_taken(text):
    with pytest.raises(SettingsError, match=f"LOG_FORMAT is “{text}”. Set it to json, or to text"):
        logs_as_json({"LOG_FORMAT": text})


STATE = {"STATE_FOLDER_PATH": "/Workspace/job-sync/state"}


@pytest.mark.parametrize("name", ["WORKSPACE_GIT_FOLDER_PATH", "RESOURCE_NAME_MAPPINGS_FILE_PATH"])
def test_what_is_on_this_machine_needs_a_state_folder_in_the_workspace(name):
    with pytest.raises(SettingsError, match="STATE_FOLDER_PATH is not set"):
        settings(**{name: "file:/srv/jobs"})
    with pytest.raises(SettingsError, match="STATE_FOLDER_PATH is “file:"):
        settings(**{name: "file:/srv/jobs", "STATE_FOLDER_PATH": "file:/srv/state"})
    assert settings(**{name: "file:/srv/jobs"}, **STATE).state_path == STATE["STATE_FOLDER_PATH"]


def test_a_checkout_is_pulled_by_git_alone():
    checkout = settings(WORKSPACE_GIT_FOLDER_PATH="file:/srv/jobs", **STATE)
    assert checkout.is_checkout
    with pytest.raises(ModeError, match="git pull"):
        checkout.require_operation("pull")
    checkout.require_operation("import")
    settings().require_operation("pull")
