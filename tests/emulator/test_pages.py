"""The HTML pages: what they show, that they escape it, and what their forms do."""

from __future__ import annotations

import base64
from html.parser import HTMLParser

import pytest
import requests

from emulator import RunningWorkspace

from .conftest import Http

HOSTILE = "<script>alert('x')</script>&\"<b>"


class Scripts(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def page(workspace: RunningWorkspace, path: str) -> str:
    answer = requests.get(workspace.url + path, timeout=5)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/html")
    parser = Scripts()
    parser.feed(answer.text)
    assert not parser.tags & {"script", "b", "img", "link"}
    return answer.text


@pytest.fixture
def folder_page(http: Http) -> str:
    info = http.get("/api/2.0/workspace/get-status", path="/Shared/jobs").json()
    return f"/browse/folders/{info['object_id']}"


def write(http: Http, name: str, text: str) -> None:
    content = base64.b64encode(text.encode()).decode()
    body = {"path": f"/Shared/jobs/{name}", "content": content, "format": "AUTO"}
    answer = http.post("/api/2.0/workspace/import", {**body, "overwrite": True})
    assert answer.status_code == 200, answer.text


def test_the_start_page_links_to_jobs_and_git_folders(
    http: Http, workspace: RunningWorkspace, folder_page: str
) -> None:
    job_id = http.create(name=HOSTILE)
    text = page(workspace, "/")
    assert folder_page in text and f"/jobs/{job_id}" in text
    assert "alert(&#39;x&#39;)" in text


def test_a_job_page_shows_the_settings_as_text(http: Http, workspace: RunningWorkspace) -> None:
    job_id = http.create(name=HOSTILE, description="\ud800", invented={HOSTILE: [1]})
    text = page(workspace, f"/jobs/{job_id}?o=1")
    assert "invented" in text and "&lt;script&gt;" in text


def test_the_folder_page_shows_status_and_diff_without_touching_the_index(
    http: Http, workspace: RunningWorkspace, folder_page: str
) -> None:
    write(http, "README.md", f"{HOSTILE}\n")
    write(http, "<i>new.json", "{}\n")
    for _ in range(2):
        text = page(workspace, f"{folder_page}?message={HOSTILE}")
        assert "main" in text and "?? " in text and "M README.md" in text
        assert '<span class="added">+&lt;script&gt;' in text
        assert '<span class="removed">-# Jobs' in text
        assert "new.json" in text


def test_commit_and_pull_answer_with_a_redirect(
    http: Http, workspace: RunningWorkspace, folder_page: str
) -> None:
    write(http, "a.json", "{}")
    url = workspace.url + folder_page
    same = {"Origin": workspace.url}
    for message, expected in (
        ("", "Write a commit message"),
        ("add", "pushed 1 file as"),
        ("again", "Nothing to commit."),
    ):
        answer = requests.post(f"{url}/commit", data={"message": message}, headers=same, timeout=5)
        assert answer.history[0].status_code == 303
        assert expected in answer.text
    answer = requests.post(f"{url}/pull", headers=same, timeout=5)
    assert "main is at" in answer.text


def test_forms_of_other_sites_are_refused(
    http: Http, workspace: RunningWorkspace, folder_page: str
) -> None:
    write(http, "a.json", "{}")
    url = f"{workspace.url}{folder_page}/commit"
    headers = {"Origin": "http://evil.example"}
    answer = requests.post(url, data={"message": "x"}, headers=headers, timeout=5)
    assert answer.status_code == 403
    assert "a.json" in page(workspace, folder_page)


@pytest.mark.parametrize("path", ["/jobs/7", "/jobs/x", "/browse/folders/1"])
def test_missing_things_have_a_page_too(workspace: RunningWorkspace, path: str) -> None:
    answer = requests.get(workspace.url + path, timeout=5)
    assert answer.status_code in (400, 404)
    assert "Not available" in answer.text
