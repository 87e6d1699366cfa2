"""The configuration of the page."""

import pytest

from core.errors import SettingsError
from web.settings import COLOURS, PageSettings


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
    ("text", "operators"),
    [
        ("", set()),
        ("Ana@Dev.example", {"ana@dev.example"}),
        (" ana , BO ,, ", {"ana", "bo"}),
    ],
)
def test_operators_are_named_whatever_their_case(text, operators):
    assert PageSettings.from_env({"OPERATORS": text}).operators == operators


@pytest.mark.parametrize("text", [",", " , ,"])
def test_a_list_of_no_operators_is_not_a_list_of_everybody(text):
    with pytest.raises(SettingsError, match="OPERATORS"):
        PageSettings.from_env({"OPERATORS": text})


def test_the_key_is_taken_as_it_is():
    assert PageSettings.from_env({"SECRET_KEY": " k "}).secret_key == " k "
