"""`/metrics` as Prometheus' own library reads it, and who gets it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from core.calls import WaitReason
from core.comparing.origin import Origin
from core.operations.counters import Counter, count_call, count_end, count_result, count_wait
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowResult
from core.reporting.details import PlanFacts
from tests.fakes import FakeOperationStore
from web.serving.exposition import CONTENT_TYPE, LastValidation, measure, metrics_text
from web.serving.metrics import is_scraper

IMPORT, VALIDATE = OperationKind.IMPORT, OperationKind.VALIDATE
DOCUMENT = (Path(__file__).resolve().parents[4] / "docs/observability.md").read_text()
ANA = "ana@dev.example"
VERSIONS = {"job-sync": "1.2.3", "databricks-sdk": "0.156.0"}
TOKEN = "0123456789abcdef0123456789abcdef"
HOSTILE = ("a\nb", 'x"} 1\njob_sync_forged 2', "\\", "\ud800", "\x1b[2J", "größe", "", "x" * 300)


@pytest.fixture
def store():
    return FakeOperationStore()


def families(store):
    """Return what a scraper reads: the metrics by name."""
    text = metrics_text(measure(store, VERSIONS)).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(store):
    """Return every sample that is not 0 by its name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families(store).values()
        for sample in family.samples
        if sample.value
    }


def finish_validation(store, *, is_complete=True, **origins):
    name = store.start(VALIDATE, {}, ANA).operation_id
    store.claim(name)
    outcome = Outcome(details=PlanFacts(is_complete), origins=origins)
    store.finish(name, Status.SUCCEEDED, outcome)
    return store.get(name)


def test_the_text_is_of_the_type_that_scrapers_ask_for():
    assert CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


def test_every_metric_has_a_help_a_type_and_a_name_of_ours(store):
    store.count(count_call("GET /api/2.2/jobs/list", 200))
    finish_validation(store, here=1)
    found = families(store)
    assert {name: family.type for name, family in found.items()} == {
        "job_sync_operations": "counter",
        "job_sync_operation_seconds": "histogram",
        "job_sync_jobs_written": "counter",
        "job_sync_jobs_failed": "counter",
        "job_sync_api_calls": "counter",
        "job_sync_api_waits": "counter",
        "job_sync_api_wait_seconds": "counter",
        "job_sync_build_info": "gauge",
        "job_sync_drifted_jobs": "gauge",
        "job_sync_last_validation_complete": "gauge",
        "job_sync_last_validation_timestamp_seconds": "gauge",
    }
    assert all(family.documentation.endswith(".") for family in found.values())


def test_what_was_counted_is_shown(store):
    for _ in range(2):
        store.count(count_end(IMPORT, "failed", None))
        store.count(count_result(IMPORT, RowResult.CREATED))
        store.count(count_result(IMPORT, RowResult.FAILED))
        store.count(count_call("POST /api/2.2/jobs/create", None))
        store.count(count_wait(WaitReason.RATE_LIMIT, 1.5))
    assert samples(store) == {
        ("job_sync_operations_total", ("kind", "import"), ("outcome", "failed")): 2,
        ("job_sync_jobs_written_total", ("action", "created"), ("kind", "import")): 2,
        ("job_sync_jobs_failed_total", ("kind", "import")): 2,
        (
            "job_sync_api_calls_total",
            ("endpoint", "POST /api/2.2/jobs/create"),
            ("status", "none"),
        ): 2,
        ("job_sync_api_waits_total", ("reason", "rate_limit")): 2,
        ("job_sync_api_wait_seconds_total", ("reason", "rate_limit")): 3,
        ("job_sync_build_info", ("databricks_sdk", "0.156.0"), ("job_sync", "1.2.3")): 1,
    }


def test_how_long_operations_ran_is_a_histogram(store):
    for seconds in (0.5, 1.0, 3.0, 99_999.0):
        store.count(count_end(IMPORT, "succeeded", seconds))
    family = families(store)["job_sync_operation_seconds"]
    by_limit = {
        sample.labels["le"]: sample.value
        for sample in family.samples
        if sample.name.endswith("_bucket")
    }
    assert (by_limit["1.0"], by_limit["2.5"], by_limit["5.0"]) == (2, 2, 3)
    assert (by_limit["7200.0"], by_limit["+Inf"]) == (3, 4)
    assert list(by_limit.values()) == sorted(by_limit.values())
    rest = {one.name: one.value for one in family.samples if not one.name.endswith("_bucket")}
    assert rest == {
        "job_sync_operation_seconds_count": 4,
        "job_sync_operation_seconds_sum": 0.5 + 1.0 + 3.0 + 99_999.0,
    }


def test_the_buckets_of_another_version_count_in_the_next_of_ours(store):
    for limit in ("0.7", "4.0", "1e9", "hm"):
        store.count({Counter.of("job_sync_operation_seconds_bucket", kind="import", le=limit): 1})
    family = families(store)["job_sync_operation_seconds"]
    by_limit = {one.labels["le"]: one.value for one in family.samples if "le" in one.labels}
    assert (by_limit["1.0"], by_limit["2.5"], by_limit["5.0"]) == (1, 1, 2)
    assert (by_limit["7200.0"], by_limit["+Inf"]) == (2, 4)


def test_an_interrupted_operation_is_an_increase_from_the_start(store):
    """A counter that appears with its first event has not grown, as Prometheus sees it."""
    shown = [
        (one.labels["kind"], one.labels["outcome"], one.value)
        for one in families(store)["job_sync_operations"].samples
    ]
    ends = ("cancelled", "failed", "interrupted", "succeeded")
    assert sorted(shown) == sorted((kind, end, 0) for kind in OperationKind for end in ends)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_damaged_store_forges_a_line(store, text):
    store.count({Counter.of("job_sync_operations_total", kind=text, outcome="failed"): 5})
    store.count({Counter.of(text, kind="import"): 5})
    store.count({Counter.of("job_sync_operations_total", **{"kind": "import", "n": text}): 5})
    store.count({Counter.of("job_sync_forged", kind="import"): 5})
    names = {sample.name for family in families(store).values() for sample in family.samples}
    assert not any("forged" in name for name in names)
    assert all(value == 5 for (name, *_), value in samples(store).items() if "operat" in name)


def test_drift_is_that_of_the_last_validation(store):
    assert "job_sync_drifted_jobs" not in families(store)
    first = finish_validation(store, **{Origin.HERE: 3, Origin.BOTH: 2, Origin.GIT: 7})
    assert samples(store)["job_sync_drifted_jobs",] == 5
    when = "job_sync_last_validation_timestamp_seconds"
    assert samples(store)[when,] == first.finished
    assert samples(store)["job_sync_last_validation_complete",] == 1
    finish_validation(store, is_complete=False, git=1)
    found = families(store)
    assert found["job_sync_drifted_jobs"].samples[0].value == 0
    assert found["job_sync_last_validation_complete"].samples[0].value == 0
    running = store.start(VALIDATE, {}, ANA)
    store.claim(running.operation_id)
    assert "job_sync_drifted_jobs" in families(store)


def test_values_of_the_drift_are_written_in_full(store):
    text = metrics_text(
        replace(measure(store, VERSIONS), validation=LastValidation(2, True, 1_700_000_000.25))
    ).decode()
    [shown] = re.findall(r"^job_sync_last_validation_timestamp_seconds (.*)$", text, re.M)
    assert float(shown) == 1_700_000_000.25


def test_the_document_lists_every_metric_every_label_and_every_kind(store):
    for addition in (
        count_call("GET /api/2.2/jobs/list", 200),
        count_result(IMPORT, RowResult.CREATED),
        count_end(IMPORT, "succeeded", 1.0),
    ):
        store.count(addition)
    finish_validation(store)
    for name, family in families(store).items():
        full = f"{name}_total" if family.type == "counter" else name
        [row] = [line for line in DOCUMENT.splitlines() if line.startswith("|") and full in line]
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert name == "job_sync_build_info" or all(f"`{label}`" in row for label in labels)
    assert all(f"`{kind}`" in DOCUMENT for kind in OperationKind)
    assert all(f"`{end}`" in DOCUMENT for end in Status if not end.is_active)


def test_the_alerts_of_the_document_ask_for_metrics_that_exist(store):
    finish_validation(store)
    names = {sample.name for family in families(store).values() for sample in family.samples}
    [alerts] = [
        text for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.S) if "alert" in text
    ]
    rules = yaml.safe_load(alerts)["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"job_sync_\w+", rule["expr"])}
    assert len(asked) > 4
    assert asked <= names


# Who gets it


@pytest.mark.parametrize("sent", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_the_token_opens_metrics(sent):
    assert is_scraper("/metrics", {"Authorization": sent}, TOKEN)


@pytest.mark.parametrize(
    "sent",
    [
        *("", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer{TOKEN}"),
        *(f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}", "Bearer \udcff", "Bearer größe"),
    ],
)
def test_nothing_else_does(sent):
    assert not is_scraper("/metrics", {"Authorization": sent}, TOKEN)


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metrics2", "/feed/export", "/METRICS"])
def test_the_token_opens_nothing_else(path):
    assert not is_scraper(path, {"Authorization": f"Bearer {TOKEN}"}, TOKEN)


@pytest.mark.parametrize("sent", ["Bearer ", "Bearer", "", "Bearer x"])
def test_without_a_configured_token_no_token_opens_it(sent):
    assert not is_scraper("/metrics", {"Authorization": sent}, "")
    assert not is_scraper("/metrics", {}, "")
