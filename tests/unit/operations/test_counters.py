"""The counters: few series, whatever the workspace and its people write."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calls import WaitReason
from core.errors import InvalidJsonError
from core.operations.counters import (
    API_CALLS,
    BUCKETS_S,
    JOBS_FAILED,
    JOBS_WRITTEN,
    OPERATION_SECONDS,
    Counter,
    count_call,
    count_end,
    count_result,
    count_wait,
)
from core.operations.kinds import OperationKind
from core.planning.statuses import RowResult

IMPORT = OperationKind.IMPORT


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_a_counter_is_read_as_it_was_kept(name, labels):
    counter = Counter(name, tuple(sorted(labels.items())))
    text = counter.as_text()
    assert text.isascii()
    assert "\n" not in text
    assert Counter.from_text(text) == counter


def test_labels_have_one_order():
    assert Counter.of("a", x="1", y="2") == Counter.of("a", y="2", x="1")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '["a"]', '["a",{"b":1}]', '["a",["b"]]', "nan", "[" * 99999, "[1,{}]"]
)
def test_what_is_no_counter_is_refused(text):
    with pytest.raises(InvalidJsonError):
        Counter.from_text(text)


def endpoint_of(endpoint, status=200):
    [counter] = count_call(endpoint, status)
    assert counter.name == API_CALLS
    return dict(counter.labels)["endpoint"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "GET /api/2.2/jobs/list",
        "POST /api/2.2/jobs/create",
        "PATCH /api/2.0/repos/{id}",
        "GET /api/2.0/workspace/get-status",
        "GET /api/2.0/preview/scim/v2/ServicePrincipals",
        "GET /api/2.0/permissions/notebooks/{id}",
    ],
)
def test_a_template_is_its_label(endpoint):
    assert endpoint_of(endpoint) == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "GET /api/2.0/repos/9007199254740993",
        "GET /api/2.0/pipelines/0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22",
        "GET /Workspace/Shared/it's a job",
        "GET /api/2.0/users/ana@dev.example",
        "GET /api/2.2/jobs/list?page_token=abc",
        "BREW /api/2.2/jobs/list",
        "GET /api/2.2/jobs/list\n",
        'GET /api/2.2/jobs/list",status="1',
        "GET https://dev.example/api/2.2/jobs/list",
        "GET " + "/a" * 11,
        "GET /" + "a" * 50,
        "",
        "GET /\ud800",
    ],
)
def test_what_holds_more_than_a_template_is_one_label(endpoint):
    assert endpoint_of(endpoint) == "other"


@given(st.integers() | st.none())
def test_there_are_few_labels_for_statuses(status):
    [counter] = count_call("GET /api/2.2/jobs/list", status)
    label = dict(counter.labels)["status"]
    known = ["200", "400", "401", "403", "404", "409", "429", "500", "502", "503", "504"]
    assert label in [*known, "2xx", "3xx", "4xx", "5xx", "none", "other"]


@pytest.mark.parametrize(
    ("status", "label"),
    [
        *((200, "200"), (201, "2xx"), (302, "3xx"), (418, "4xx"), (429, "429"), (599, "5xx")),
        *((600, "other"), (100, "other"), (999, "other"), (-5, "other"), (None, "none")),
    ],
)
def test_a_status_is_a_usual_one_or_its_class(status, label):
    [counter] = count_call("GET /api/2.2/jobs/list", status)
    assert dict(counter.labels)["status"] == label


@pytest.mark.parametrize("result", RowResult)
def test_only_what_was_written_counts_as_written(result):
    expected = {
        **dict.fromkeys(
            ("created", "updated", "renamed", "removed", "adopted"),
            Counter.of(JOBS_WRITTEN, kind="import", action=result),
        ),
        "failed": Counter.of(JOBS_FAILED, kind="import"),
    }
    wanted = {expected[result]} if result in expected else set()
    assert set(count_result(IMPORT, result)) == wanted


@pytest.mark.parametrize(
    ("seconds", "limit"),
    [
        (-3.0, "1.0"),
        (0.0, "1.0"),
        (1.0, "1.0"),
        (1.01, "2.5"),
        (7200.0, "7200.0"),
        (7201.0, "+Inf"),
    ],
)
def test_an_operation_is_in_the_first_bucket_that_is_long_enough(seconds, limit):
    added = count_end(IMPORT, "succeeded", seconds)
    [bucket] = [one for one in added if one.name == f"{OPERATION_SECONDS}_bucket"]
    assert dict(bucket.labels) == {"kind": "import", "le": limit}
    assert added[Counter.of(f"{OPERATION_SECONDS}_sum", kind="import")] == max(0.0, seconds)


def test_buckets_grow():
    assert list(BUCKETS_S) == sorted(set(BUCKETS_S))


def test_a_wait_counts_with_its_seconds():
    added = {one.name: amount for one, amount in count_wait(WaitReason.FAILED, 2.5).items()}
    assert added == {"job_sync_api_waits_total": 1, "job_sync_api_wait_seconds_total": 2.5}


def test_labels_are_plain_words():
    every = [
        *(count_end(kind, "failed", 1.0) for kind in OperationKind),
        *(count_result(kind, result) for kind in OperationKind for result in RowResult),
        *(count_wait(reason, 1.0) for reason in WaitReason),
    ]
    letters = set(string.ascii_lowercase + string.digits + "_.+I")
    for counter in (one for added in every for one in added):
        assert all(type(label) is str and set(label) <= letters for _, label in counter.labels)


def test_one_that_never_began_has_no_duration():
    assert count_end(IMPORT, "cancelled", None) == {
        Counter.of("job_sync_operations_total", kind="import", outcome="cancelled"): 1
    }
