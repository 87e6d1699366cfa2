"""Who is at the page."""

import pytest

from web.identity import LOCAL_USER, User, user_of
from web.settings import PageSettings

HEADER = "X-Forwarded-Email"
BEHIND_PROXY = PageSettings(user_header=HEADER)
OPEN = PageSettings(user_header="")


def test_the_proxy_tells_who_somebody_is():
    assert user_of({HEADER: " ana@dev.example "}, BEHIND_PROXY) == User("ana@dev.example", True)


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
    assert user_of(headers, BEHIND_PROXY) == User(name, True)
    operators = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER, "OPERATORS": f"bo,{name}"})
    assert user_of(headers, operators) == User(name, True)


def test_what_hides_in_utf8_is_no_name_either():
    for sent in ("ana\u202e", "ana\x9b", "ana\u2028"):
        assert user_of({HEADER: sent.encode().decode("latin-1")}, BEHIND_PROXY) is None


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
    assert user_of(headers, BEHIND_PROXY) is None


@pytest.mark.parametrize("headers", [{}, {HEADER: "ana"}, {"": "ana"}])
def test_where_nothing_is_configured_nobody_is_known(headers):
    assert user_of(headers, PageSettings()) is None


def test_on_an_open_page_everybody_is_the_local_user_whatever_they_claim():
    for headers in ({}, {HEADER: "ana"}, {"": "ana"}):
        assert user_of(headers, OPEN) == User(LOCAL_USER, True)


@pytest.mark.parametrize(
    ("operators", "may_operate"),
    [
        (frozenset(), True),
        (frozenset({"ana@dev.example"}), True),
        (frozenset({"bo@dev.example"}), False),
    ],
)
def test_operators_may_start_something_and_others_may_look(operators, may_operate):
    page = PageSettings(user_header=HEADER, operators=operators)
    assert user_of({HEADER: "ANA@dev.example"}, page) == User("ANA@dev.example", may_operate)


@pytest.mark.parametrize(
    ("named", "signed_in", "may_operate"),
    [
        ("straße@dev.example", "STRASSE@dev.example", False),
        ("strasse@dev.example", "straße@dev.example", False),
        ("straße@dev.example", "STRAẞE@dev.example", True),
        ("irmak@dev.example", "ırmak@dev.example", False),
        ("irmak@dev.example", "İrmak@dev.example", False),
        ("kim@dev.example", "\u212aim@dev.example", False),
        ("j\u00f6rg@dev.example", "JO\u0308RG@dev.example", True),
    ],
)
def test_no_lookalike_of_an_operator_is_one(named, signed_in, may_operate):
    page = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER, "OPERATORS": named})
    assert user_of({HEADER: signed_in}, page) == User(signed_in, may_operate)


def test_on_an_open_page_the_local_user_may_be_no_operator():
    page = PageSettings(user_header="", operators=frozenset({"ana"}))
    assert user_of({}, page) == User(LOCAL_USER, False)
