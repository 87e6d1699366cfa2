"""What the page's timeline gets."""

from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask

from core.jobsettings.starts import Starts
from core.operations.kinds import OperationKind
from core.operations.row_starts import STARTS, RowStarts, starts_document
from tests.fakes import FakeOperationStore
from web.routes.timeline import Timelines

NOW = datetime(2026, 6, 1, 0, 20, tzinfo=UTC)


def made(document: bytes | None):
    store = FakeOperationStore()
    name = store.start(OperationKind.VALIDATE, {}, "ana").operation_id
    if document is not None:
        store.put_documents(name, {STARTS: document})
    return Timelines(store, lambda: NOW), name


def test_a_timeline_has_the_starts_of_an_operation_s_jobs():
    at_two = Starts((("0 0 2 * * ?", "UTC"),))
    timelines, name = made(starts_document({"7": RowStarts(after=at_two)}))
    found = timelines.timeline(name)
    assert (found["times"], found["rows"]) == ([[105]], {"7": [[[], 0, 0], [[0], 0, 0]]})


def test_an_operation_of_an_older_version_has_no_starts():
    timelines, name = made(None)
    assert timelines.timeline(name)["rows"] == {}


def test_what_expired_or_is_damaged_is_not_there():
    timelines, name = made(b"damaged")
    assert timelines.timeline(name) is None
    assert timelines.timeline("unknown") is None


def test_the_page_s_scripts_get_it_as_json():
    timelines, name = made(starts_document({}))
    server = Flask("page")
    server.register_blueprint(replace(timelines, now=Timelines(timelines.store).now).routes())
    answer = server.test_client().get(f"/feed/timeline/{name}")
    assert answer.get_json()["rows"] == {}
    assert server.test_client().get("/feed/timeline/unknown").status_code == 404
