"""Links into the workspace."""

from dataclasses import replace

import pytest

from core.errors import InvalidJsonError
from core.reporting.details import GitPlace, Whereabouts
from web.routes.places import git_href

PLACE = Whereabouts(workspace_id="42", git=GitPlace(folder_id=2**53 + 1))


@pytest.mark.parametrize(
    ("host", "start"),
    [
        ("https://dev.example", "https://dev.example/"),
        ("https://dev.example/", "https://dev.example/"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/"),
    ],
)
def test_the_folder_opens_in_its_workspace(host, start):
    assert git_href(host, PLACE) == f"{start}browse/folders/9007199254740993?o=42"


@pytest.mark.parametrize(
    "host",
    ["", "dev.example", "javascript:alert(1)//", "JavaScript:x", "data:text/html,x", "//x", " "],
)
def test_a_host_that_is_no_http_address_is_no_link(host):
    assert git_href(host, PLACE) == ""


@pytest.mark.parametrize("folder_id", [None, "", "7", "../x", [7], {}])
def test_without_the_id_of_a_folder_there_is_no_link(folder_id):
    with pytest.raises(InvalidJsonError, match="git_folder_id"):
        Whereabouts.from_json({"git_folder_id": folder_id})
    assert git_href("https://dev.example", Whereabouts()) == ""


def test_no_workspace_id_ends_the_address():
    href = git_href("https://dev.example", replace(PLACE, workspace_id='"><x>#&'))
    assert href.endswith("?o=%22%3E%3Cx%3E%23%26")
