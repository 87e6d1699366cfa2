"""What counts as a secret in one text."""

import socket

import pytest

from core.secrets.detector import (
    AWS_KEY_HALF,
    HIGH_ENTROPY,
    NAMED,
    find_assigned,
    find_formats,
    find_named,
    find_random,
)
from core.secrets.names import is_secret_name
from tests.secret_samples import AWS_SECRET_KEY, RANDOM, SAMPLES


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_known_format_is_found_and_certain(sample):
    hits = [hit for hit in find_formats(sample.text) if hit.certain]
    assert sample.kind in {hit.kind for hit in hits}
    assert sample.secret not in repr(hits)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("frame", ['{{"a": "{}"}}', "--x={}", "run --vars '{{a: {}}}'", "\n{}\n"])
def test_a_known_format_is_found_inside_a_longer_text(sample, frame):
    assert any(hit.certain for hit in find_formats(frame.format(sample.text)))


def test_a_secret_deep_in_a_very_long_text_is_found():
    text = "select 1; " * 10_000 + SAMPLES[0].text + " select 2;" * 10_000
    assert [hit.kind for hit in find_formats(text)] == [SAMPLES[0].kind]


@pytest.mark.parametrize(
    "text",
    [
        "{{secrets/scope/key}}",
        "Bearer {{secrets/scope/key}}",
        "postgresql://u:{{secrets/a/b}}@h/db",
        "postgresql://u:${PASSWORD}@h/db",
        "https://u:$TOKEN@h/x",
        "https://u:****@h/x",
        "jdbc:x://h;password={{secrets/s/k}};user=q",
        "jdbc:x://h?user=a&password=",
        "Server=h;Password=<password>;UID=u",
        "AccountKey={{secrets/${var.scope}/b}};AccountName=x;",
        "jdbc:sqlserver://h:1433;user=a@b.example;database=x",
        "abfss://c@a.dfs.core.windows.net/x",
        "https://h:8443/path@v1",
        "git@git.example:org/x.git",
        "kafka://b1:9092,b2:9092/x@y",
        "ASIAPACIFICSALESREPO",
        "dapi",
        "da" + "pi-documentation",
        "/Workspace/Users/ana@dev.example/sig=short",
        "",
    ],
)
def test_references_and_look_alikes_are_none(text):
    assert find_formats(text) == ()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("--password x1y2", "x1y2"),
        ("run --db-password=x1y2 --mode full", "x1y2"),
        ("api_key: x1y2", "x1y2"),
        ('{"dbPass": "x1y2"}', "x1y2"),
        ('{\\"token\\": \\"x1y2\\"}', "x1y2"),
        ("fs.azure.sas.token=x1y2", "x1y2"),
    ],
)
def test_what_is_assigned_to_a_name_is_found_and_is_not_certain(text, secret):
    assert [(hit.kind, hit.secret, hit.certain) for hit in find_named(text)] == [
        (NAMED, secret, False)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "--password {{secrets/a/b}} --table t",
        "--password --table t",
        "token_limit=5",
        "max_tokens: 500",
        "password=true",
        "the key to success",
        "mode: full",
    ],
)
def test_what_only_speaks_of_secrets_assigns_none(text):
    assert find_named(text) == ()


def test_a_colon_in_a_sentence_assigns_nothing():
    text = "The token: it has expired. password=x1y2"
    assert [hit.secret for hit in find_assigned(text)] == ["x1y2"]


def test_a_secret_key_of_aws_is_certain_by_its_name_and_form():
    [hit] = find_named(f"AWS_SECRET_ACCESS_KEY={AWS_SECRET_KEY}")
    assert (hit.kind, hit.certain) == (AWS_KEY_HALF, True)


def test_what_looks_random_is_found_and_is_not_certain():
    [hit] = find_random(f"mode {RANDOM} x")
    assert (hit.kind, hit.certain) == (HIGH_ENTROPY, False)
    [hit] = find_random("0f1e2d3c4b5a69788796a5b4c3d2e1f0")
    assert (hit.kind, hit.certain) == (HIGH_ENTROPY, False)


@pytest.mark.parametrize(
    "text",
    [
        "550e8400-e29b-41d4-a716-446655440000",
        "/Workspace/Shared/Projects/Customer360/Notebooks/LoadAll",
        "com.example:library_2.12:3.4.1",
        "datagen_spark-build-SF10-NO_compute",
        "sha256:" + "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_ids_and_paths_do_not_look_random(text):
    assert find_random(text) == ()


@pytest.mark.parametrize(
    "name",
    [
        *("pass", "auth", "sas", "encryption_key", "dbPass", "db-password", "--token", "PWD"),
        *("fs.azure.sas.c.a.example", "fs.azure.account.key.a.example", "connectionString"),
        *("AWS_SECRET_ACCESS_KEY", "apiKey", "private_key", "client-secret", "authorization"),
    ],
)
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "mode",
            "key",
            "passenger",
            "author",
            "sasquatch",
            "monkey",
            "max_tokens",
            "primary_keys",
        ),
        *("fs.azure.account.auth.type.x", "token_provider", "passthrough.enabled", "merge_key"),
    ],
)
def test_other_names(name):
    assert not is_secret_name(name)


def test_nothing_is_verified_over_the_network(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    for sample in SAMPLES:
        assert find_formats(f"not seen before: {sample.text} ")
