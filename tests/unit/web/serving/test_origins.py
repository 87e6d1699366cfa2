"""Names of hosts, compared as browsers mean them."""

import pytest

from web.serving.origins import Host, comes_from_us, host_of

HTTPS = "https://app.example"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("app.example", Host("app.example")),
        (" APP.Example. ", Host("app.example")),
        ("app.example:443", Host("app.example", 443)),
        ("app.example:", Host("app.example")),
        ("bücher.example", Host("xn--bcher-kva.example")),
        ("[::1]:8000", Host("::1", 8000)),
        ("[0:0:0:0:0:0:0:1]", Host("::1")),
        ("my_host", Host("my_host")),
    ],
)
def test_every_spelling_of_a_host_is_one_host(text, host):
    assert host_of(text) == host


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "a:port",
            "a:65536",
            "a:0",
            "a:1:2",
            "[::1",
            "::1",
            "[::1]x",
            "[x]",
            "[127.0.0.1]",
        ),
        *("a..b", "a/b", "a@b", "a b", "a?b", "a#b", "a,b", "a\\b", "a%00", "x" * 64, ".", "a:٣"),
    ],
)
def test_what_is_no_host_is_none(text):
    assert host_of(text) is None


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("", {"Host": "anything"}),
        (HTTPS, {"Host": "app.example"}),
        (HTTPS, {"Host": "app.example:443"}),
        (HTTPS, {"Host": "APP.EXAMPLE"}),
        (HTTPS, {"Host": "app.example."}),
        ("http://app.example", {"Host": "app.example:80"}),
        ("http://localhost:8000", {"Host": "LocalHost:8000"}),
        ("http://[::1]:8000", {"Host": "[0:0::1]:8000"}),
        ("https://xn--bcher-kva.example", {"Host": "bücher.example".encode().decode("latin-1")}),
        (HTTPS, {"Host": "10.0.0.1:8000", "X-Forwarded-Host": "app.example"}),
        (HTTPS, {"Host": "10.0.0.1:8000", "X-Forwarded-Host": "App.Example:443"}),
        (HTTPS, {"Host": "a", "X-Forwarded-Host": "app.example, inner:8080"}),
        (HTTPS, {"Host": "a", "X-Forwarded-Host": "inner:8080,app.example:443"}),
        (HTTPS, {"Host": "a", "X-Forwarded-Host": "[::1, , app.example"}),
        (f"{HTTPS}:8443", {"X-Forwarded-Host": "app.example", "X-Forwarded-Port": "8443"}),
        (f"{HTTPS}:8443", {"Host": "app.example", "X-Forwarded-Port": "8443, 80"}),
        (HTTPS, {"Host": "app.example", "X-Forwarded-Port": "8000"}),
        (HTTPS, {"Host": "a", "X-Original-Host": "app.example"}),
        (HTTPS, {"Host": "a", "Forwarded": 'for=x;Host="app.example:443";proto=https, for=y'}),
        (HTTPS, {"Host": "a", "Forwarded": "host=app.example"}),
    ],
)
def test_a_page_of_ours_is_known_by_every_name_that_a_proxy_says_it_was_asked_by(origin, headers):
    assert comes_from_us({"Origin": origin, **headers})


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "https://evil.example", "https://app.example.evil.example", "app.example"),
        *("http://[::1", "http://a:port", "https://app.example:444", "https://app.example:99999"),
        *(
            "http://app.example",
            "https://app.example/",
            "https://app.example?x",
            "https://u@app.example",
        ),
        *("ftp://app.example:443", "https://", "https://app.example, https://app.example", "\x00"),
    ],
)
def test_another_page_is_not_ours(origin):
    assert not comes_from_us({"Origin": origin, "Host": "app.example:443"})


def test_a_name_inside_another_part_of_forwarded_is_none_of_ours():
    forwarded = 'for="host=evil.example";proto=https'
    assert not comes_from_us(
        {"Origin": "https://evil.example", "Host": "a", "Forwarded": forwarded}
    )
