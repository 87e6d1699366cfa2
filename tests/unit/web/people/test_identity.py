"""Who is at the page."""

import pytest

from components.words import READ_ONLY
from web.people.access import Access
from web.people.identity import LOCAL_USER, User, name_of
from web.people.members import Freshness
from web.roles import Role, read_people
from web.settings import PageSettings

HEADER = "X-Forwarded-Email"
BEHIND_PROXY = PageSettings(user_header=HEADER)
OPEN = PageSettings(user_header="")


def test_the_proxy_tells_who_somebody_is():
    assert name_of({HEADER: " ana@dev.example "}, BEHIND_PROXY) == "ana@dev.example"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Łukasz".encode(), "Łukasz"),
        ("李雷@dev.example".encode(), "李雷@dev.example"),
        ("Jose\u0301".encode(), "Jose\u0301"),
        ("José".encode("latin-1"), "José"),
        (b"ana@dev.example", "ana@dev.example"),
    ],
)
def test_a_name_is_read_from_the_bytes_that_proxies_send(sent, name):
    headers = {HEADER: sent.decode("latin-1")}  # as a server hands them over
    page = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER, "OPERATORS": f"bo,{name}"})
    assert Access(page).user_of(headers) == User(name, Role.OPERATOR)


def test_what_hides_in_utf8_is_no_name_either():
    for sent in ("ana\u202e", "ana\x9b", "ana\u2028"):
        assert name_of({HEADER: sent.encode().decode("latin-1")}, BEHIND_PROXY) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: "   "},
        {"X-User": "ana"},
        {"Authorization": "Bearer x"},
        {HEADER: "x" * 201},
        {HEADER: "ana\nbo"},
        {HEADER: "ana\x00"},
        {HEADER: "ana\u202e"},
        {HEADER: "\ud800"},
        {HEADER: "\x1b[2J"},
    ],
)
def test_nothing_else_does(headers):
    assert name_of(headers, BEHIND_PROXY) is None
    assert Access(BEHIND_PROXY).user_of(headers) is None


@pytest.mark.parametrize("headers", [{}, {HEADER: "ana"}, {"": "ana"}])
def test_where_nothing_is_configured_nobody_is_known(headers):
    assert name_of(headers, PageSettings()) is None


def test_on_an_open_page_everybody_is_the_local_user_whatever_they_claim():
    for headers in ({}, {HEADER: "ana"}, {"": "ana"}):
        assert Access(OPEN).user_of(headers) == User(LOCAL_USER, Role.OPERATOR)


def test_on_an_open_page_the_local_user_may_be_no_operator():
    page = PageSettings(
        user_header="", operators=read_people("OPERATORS", "ana", allows_everybody=False)
    )
    assert Access(page).user_of({}) == User(LOCAL_USER, Role.VIEWER)


@pytest.mark.parametrize(
    ("named", "signed_in", "role"),
    [
        ("ana@dev.example", "ANA@dev.example", Role.OPERATOR),
        ("straße@dev.example", "STRASSE@dev.example", Role.NONE),
        ("strasse@dev.example", "straße@dev.example", Role.NONE),
        ("straße@dev.example", "STRAẞE@dev.example", Role.OPERATOR),
        ("irmak@dev.example", "ırmak@dev.example", Role.NONE),
        ("irmak@dev.example", "İrmak@dev.example", Role.NONE),
        ("kim@dev.example", "\u212aim@dev.example", Role.NONE),
        ("j\u00f6rg@dev.example", "JO\u0308RG@dev.example", Role.OPERATOR),
    ],
)
def test_no_lookalike_of_an_operator_is_one(named, signed_in, role):
    page = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER, "OPERATORS": named})
    assert Access(page).user(signed_in, Freshness.NOW) == User(signed_in, role)


def test_who_may_do_what():
    assert User("ana", Role.OPERATOR).may_change
    assert User("ana", Role.OPERATOR).refusal == ""
    viewer = User("bo", Role.VIEWER)
    assert viewer.may_look
    assert not viewer.may_change
    assert viewer.refusal == READ_ONLY
    unsure = User("ana", Role.OPERATOR, "The workspace does not answer.")
    assert unsure.may_look
    assert not unsure.may_change
    assert unsure.refusal == "The workspace does not answer."
    assert not User("cy", Role.NONE).may_look
