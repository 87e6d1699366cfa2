"""The configuration of the page."""

import pytest

from core.errors import SettingsError
from web.roles import DEFAULT_OPERATORS, People
from web.settings import COLOURS, PageSettings

ROBOT = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"


def test_without_a_configuration_nobody_is_served():
    page = PageSettings.from_env({})
    assert page == PageSettings()
    assert page.user_header is None
    assert not page.is_open


def test_the_look_is_read():
    page = PageSettings.from_env({"WORKSPACE_NAME": " PROD ", "ENVIRONMENT_COLOR": " Red "})
    assert (page.workspace_name, page.colour) == ("PROD", "red")


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_may_be_chosen(colour):
    assert PageSettings.from_env({"ENVIRONMENT_COLOR": colour}).colour == colour


@pytest.mark.parametrize("colour", ["pink", "#f00", 'red" onload="x', "red;}"])
def test_no_other_colour_comes_into_the_page(colour):
    with pytest.raises(SettingsError, match=r"ENVIRONMENT_COLOR is .* one of slate, blue"):
        PageSettings.from_env({"ENVIRONMENT_COLOR": colour})


@pytest.mark.parametrize(
    ("env", "header"),
    [
        ({}, None),
        ({"AUTH": ""}, None),
        ({"AUTH": " None "}, ""),
        ({"TRUSTED_USER_HEADER": " X-User "}, "X-User"),
        ({"TRUSTED_USER_HEADER": "X-User", "AUTH": "none"}, "X-User"),
        ({"DATABRICKS_APP_NAME": "job-sync"}, "X-Forwarded-Email"),
        ({"DATABRICKS_APP_NAME": "job-sync", "AUTH": "none"}, "X-Forwarded-Email"),
        (
            {"DATABRICKS_APP_NAME": "job-sync", "TRUSTED_USER_HEADER": "X-User"},
            "X-Forwarded-Email",
        ),
    ],
)
def test_only_what_stands_in_front_tells_who_somebody_is(env, header):
    page = PageSettings.from_env(env)
    assert page.user_header == header
    assert page.is_open is (header == "")


@pytest.mark.parametrize("header", ["X User", "X:User", "1st", "-x", "x\r\ny", "ü", "x" * 65])
def test_what_is_no_name_of_a_header_is_refused(header):
    with pytest.raises(SettingsError, match="TRUSTED_USER_HEADER"):
        PageSettings.from_env({"TRUSTED_USER_HEADER": header})


@pytest.mark.parametrize("auth", ["off", "false", "0", "basic"])
def test_only_none_lets_everybody_in(auth):
    with pytest.raises(SettingsError, match="AUTH is"):
        PageSettings.from_env({"AUTH": auth})


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", People()),
        ("Ana@Dev.example", People(("Ana@Dev.example",))),
        (" ana , BO ,, ana", People(("ana", "BO"))),
        ("group:admins, GROUP: data engineers", People((), ("admins", "data engineers"))),
        (ROBOT, People((ROBOT,))),
    ],
)
def test_people_are_users_service_principals_and_groups(text, people):
    assert PageSettings.from_env({"VIEWERS": text}).viewers == people
    assert PageSettings.from_env({"OPERATORS": text or "group:admins"}).operators == (
        people if text else DEFAULT_OPERATORS
    )


def test_without_a_list_admins_change_jobs_and_nobody_else_looks():
    page = PageSettings.from_env({"OPERATORS": " ", "VIEWERS": " "})
    assert page.operators == People(groups=("admins",))
    assert page.viewers == People()
    assert PageSettings.from_env({"VIEWERS": "*"}).viewers == People(everybody=True)


@pytest.mark.parametrize("variable", ["OPERATORS", "VIEWERS"])
@pytest.mark.parametrize(
    "text",
    [
        *(",", " , ,", "group:", "ana,group: ", "*,ana", "ana;bo", "user:ana", "groups:admins"),
        *("ana@x.org bo@x.org", "ana\nbo", "*@x.org", "group:*", "x" * 201, "\u202eana"),
    ],
)
def test_a_list_that_is_wrong_is_named_and_lets_nobody_in(variable, text):
    with pytest.raises(SettingsError, match=variable):
        PageSettings.from_env({variable: text})


def test_everybody_cannot_be_an_operator():
    with pytest.raises(SettingsError, match="OPERATORS"):
        PageSettings.from_env({"OPERATORS": "*"})


PROXY = {"TRUSTED_USER_HEADER": "X-User", "FOUR_EYES": "1"}


@pytest.mark.parametrize(
    "env",
    [
        {"AUTH": "none", "FOUR_EYES": "1"},
        {**PROXY, "OPERATORS": "ana"},
        {**PROXY, "OPERATORS": "ana@x.org, ANA@x.org"},
        {**PROXY, "FOUR_EYES": "yes"},
    ],
)
def test_four_eyes_need_two_people(env):
    with pytest.raises(SettingsError, match="FOUR_EYES"):
        PageSettings.from_env(env)


@pytest.mark.parametrize("people", [{}, {"OPERATORS": "ana,bo"}, {"OPERATORS": "group:ops"}])
def test_four_eyes_can_be_had(people):
    PageSettings.from_env({**PROXY, **people})
    PageSettings.from_env({"AUTH": "none", "FOUR_EYES": "0"})


def test_the_key_is_taken_as_it_is():
    assert PageSettings.from_env({"SECRET_KEY": " k "}).secret_key == " k "


TOKEN = "0123456789abcdef0123456789abcdef"


def test_the_token_of_scrapers_is_read_and_never_shown():
    page = PageSettings.from_env({"METRICS_TOKEN": f" {TOKEN} "})
    assert page.metrics_token == TOKEN
    assert TOKEN not in repr(page)
    assert PageSettings.from_env({}).metrics_token == ""


@pytest.mark.parametrize(
    "token", [TOKEN[:-1], "a", f"{TOKEN} x", f"{TOKEN}ü", f'{TOKEN}"', f"{TOKEN}\nX: y"]
)
def test_a_token_that_is_guessed_or_cannot_be_sent_is_refused_without_showing_it(token):
    with pytest.raises(SettingsError, match="METRICS_TOKEN is too short, or has other") as refused:
        PageSettings.from_env({"METRICS_TOKEN": token})
    assert TOKEN[:-1] not in str(refused.value)
