"""Lines that the page logs while it answers belong to the operation that the request is about."""

import logging

import pytest
from flask import Flask, request

from core.logs import OneLineFormatter
from web.serving.operation_at_hand import note_operation_of, note_operations

ONE, OTHER = "1" * 32, "a" * 32


def line_of(message):
    record = logging.LogRecord("web", logging.INFO, "", 0, message, (), None)
    return OneLineFormatter("%(message)s").format(record)


@pytest.fixture
def client():
    server = Flask("page")
    note_operations(server)

    @server.get("/rows/<operation_id>")
    def rows(operation_id):
        assert operation_id
        return line_of("a")

    @server.get("/")
    def home():
        return line_of("a")

    @server.post("/dispatch")
    def dispatch():
        note_operation_of(request.get_json())
        return line_of("a")

    @server.get("/fails/<operation_id>")
    def fails(operation_id):
        raise ValueError(operation_id)

    return server.test_client()


def test_an_address_says_which_operation_it_is_about(client):
    assert client.get(f"/rows/{ONE}").text == f"[{ONE}] a"
    assert client.get(f"/rows/{OTHER}").text == f"[{OTHER}] a"


@pytest.mark.parametrize(
    "text", ["x", ONE[1:], f"{ONE}1", "g" * 32, "A" * 32, f"{ONE}%0a", "%5b%5d"]
)
def test_only_an_id_of_ours_gets_into_the_log(client, text):
    assert client.get(f"/rows/{text}").text == "a"


def test_the_next_request_of_the_same_thread_is_about_nothing(client):
    client.get(f"/rows/{ONE}")
    assert client.get("/").text == "a"
    assert client.get(f"/fails/{ONE}").status_code == 500
    assert line_of("a") == "a"


@pytest.mark.parametrize(
    ("inputs", "line"),
    [
        ([ONE], f"[{ONE}] a"),
        ([{"operation": ONE, "number": 1}], f"[{ONE}] a"),
        ([None, 3, {"operation": [ONE]}, {"kind": "export"}, OTHER], f"[{OTHER}] a"),
        ([], "a"),
        (["x\ny", {"operation": {}}, True, [ONE]], "a"),
    ],
)
def test_a_click_says_which_operation_it_is_about(client, inputs, line):
    body = {"inputs": [{"id": "x", "property": "data", "value": value} for value in inputs]}
    assert client.post("/dispatch", json=body).text == line
    assert client.post("/dispatch", json={"inputs": [{"id": "x"}]}).text == "a"
