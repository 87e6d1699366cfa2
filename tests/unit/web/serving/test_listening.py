"""Where the server listens."""

import re
from pathlib import Path

import pytest

from web.serving.listening import listen_address

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("env", "address"),
    [
        ({}, "0.0.0.0:8000"),
        ({"TRUSTED_USER_HEADER": "X-User"}, "0.0.0.0:8000"),
        ({"DATABRICKS_APP_NAME": "a", "DATABRICKS_APP_PORT": "9"}, "0.0.0.0:9"),
        ({"AUTH": "none"}, "127.0.0.1:8000"),
        ({"AUTH": " None ", "PORT": "80"}, "127.0.0.1:80"),
        ({"AUTH": "none", "TRUSTED_USER_HEADER": "X-User"}, "0.0.0.0:8000"),
        ({"AUTH": "none", "DATABRICKS_APP_NAME": "a"}, "0.0.0.0:8000"),
        ({"AUTH": "nonsense"}, "127.0.0.1:8000"),
        ({"AUTH": "none", "BIND_ADDRESS": "0.0.0.0"}, "0.0.0.0:8000"),
        ({"AUTH": "none", "BIND_ADDRESS": " "}, "127.0.0.1:8000"),
        ({"BIND_ADDRESS": "127.0.0.1"}, "127.0.0.1:8000"),
        ({"BIND_ADDRESS": "::1"}, "[::1]:8000"),
        ({"BIND_ADDRESS": "[::]"}, "[::]:8000"),
    ],
)
def test_where_nobody_signs_in_only_this_machine_is_served_unless_told_otherwise(env, address):
    assert listen_address(env) == address


def test_the_image_is_told_and_its_documented_port_stays_on_the_machine():
    assert "BIND_ADDRESS=0.0.0.0" in (ROOT / "Dockerfile").read_text()
    hosting = (ROOT / "docs" / "hosting.md").read_text()
    published = re.findall(r"docker run .*-p (\S+)", hosting)
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
