"""What is measured, in Prometheus' text format. The only module that imports its library."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import (
    CollectorRegistry,
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from core.calls import WaitReason
from core.comparing.origin import Origin
from core.operations.counters import (
    API_CALLS,
    API_WAIT_SECONDS,
    API_WAITS,
    BUCKETS_S,
    JOBS_FAILED,
    JOBS_WRITTEN,
    OPERATION_SECONDS,
    OPERATIONS,
    Counter,
)
from core.operations.kinds import OperationKind
from core.operations.operation import OperationStore, Status

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


@dataclass(frozen=True, slots=True)
class LastValidation:
    """What the last validation found. `at` in seconds since the epoch.

    `drifted` jobs were changed in the workspace since they were written from Git, or imported.
    """

    drifted: int
    is_complete: bool
    at: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All that `/metrics` shows. `versions` are those of this app and what it runs on, by name."""

    counted: Mapping[Counter, float]
    versions: Mapping[str, str]
    validation: LastValidation | None = None


@dataclass(frozen=True, slots=True)
class _Family:
    """Counters of one name: what they count, and their labels in the order of the text."""

    help: str
    labels: tuple[str, ...]


_FAMILIES: Mapping[str, _Family] = {
    OPERATIONS: _Family("Operations that have ended.", ("kind", "outcome")),
    JOBS_WRITTEN: _Family(
        "Jobs, or their files, that operations have written.", ("kind", "action")
    ),
    JOBS_FAILED: _Family("Jobs, or their files, that operations could not write.", ("kind",)),
    API_CALLS: _Family("Requests sent to the workspace's API.", ("endpoint", "status")),
    API_WAITS: _Family("How often a request waited before it was sent.", ("reason",)),
    API_WAIT_SECONDS: _Family("Seconds that requests waited before they were sent.", ("reason",)),
}
_ENDS = tuple(status for status in Status if not status.is_active)
_WAITS = (WaitReason.RATE_LIMIT, WaitReason.FAILED, WaitReason.NO_ANSWER)
# Counters that are shown before they have counted anything: what appears with its first event has
# not grown, so that no alert sees the first one.
_ALWAYS = (
    *(Counter.of(OPERATIONS, kind=kind, outcome=end) for kind in OperationKind for end in _ENDS),
    *(Counter.of(JOBS_FAILED, kind=kind) for kind in OperationKind),
    *(
        Counter.of(name, reason=reason)
        for name in (API_WAITS, API_WAIT_SECONDS)
        for reason in _WAITS
    ),
)


def measure(store: OperationStore, versions: Mapping[str, str]) -> Measured:
    """Read what the store has counted.

    Raises:
        StateError: the store cannot be read.
    """
    return Measured(store.counted(), versions, _last_validation(store))


def metrics_text(measured: Measured) -> bytes:
    """Return the text, of the type CONTENT_TYPE."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(measured))
    return generate_latest(registry)


def _last_validation(store: OperationStore) -> LastValidation | None:
    last = store.latest((OperationKind.VALIDATE,), ended=True)
    if last is None or last.outcome is None:
        return None
    drifted = sum(last.outcome.origins.get(origin, 0) for origin in (Origin.HERE, Origin.BOTH))
    return LastValidation(drifted, last.outcome.plan.is_complete, last.finished)


class _Collector(Collector):
    def __init__(self, measured: Measured) -> None:
        self._measured = measured

    def collect(self) -> Iterator[Metric]:
        """Return what was counted; counters that this version does not know are left out."""
        measured = self._measured
        counted = {**dict.fromkeys(_ALWAYS, 0.0), **measured.counted}
        for name, family in _FAMILIES.items():
            yield _counters(name, family, counted)
        yield _histogram(counted)
        yield InfoMetricFamily(
            "job_sync_build", "What this is.", {_label(k): v for k, v in measured.versions.items()}
        )
        if measured.validation:
            yield from _gauges(measured.validation)


def _counters(name: str, family: _Family, counted: Mapping[Counter, float]) -> Metric:
    metric = CounterMetricFamily(name, family.help, labels=family.labels)
    for labels, amount in _of_name(name, family.labels, counted):
        metric.add_metric(labels, amount)
    return metric


def _histogram(counted: Mapping[Counter, float]) -> Metric:
    """Return how long operations took. A bucket that is no longer one counts in the next."""
    metric = HistogramMetricFamily(
        OPERATION_SECONDS,
        "Seconds that operations ran, without waiting to begin.",
        labels=("kind",),
    )
    sums = dict(_of_name(f"{OPERATION_SECONDS}_sum", ("kind",), counted))
    limits = (*BUCKETS_S, math.inf)
    by_kind: dict[str, dict[float, float]] = {}
    for (kind, limit), amount in _of_name(f"{OPERATION_SECONDS}_bucket", ("kind", "le"), counted):
        by_kind.setdefault(kind, {})[_number(limit)] = amount
    for kind, amounts in by_kind.items():
        buckets = [
            (
                "+Inf" if limit == math.inf else str(limit),
                sum(a for le, a in amounts.items() if le <= limit),
            )
            for limit in limits
        ]
        metric.add_metric([kind], buckets, sums.get((kind,), 0.0))
    return metric


def _gauges(last: LastValidation) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "job_sync_drifted_jobs",
        "Jobs that were changed in the workspace, as the last validation found them.",
        last.drifted,
    )
    yield GaugeMetricFamily(
        "job_sync_last_validation_complete",
        "1 where that validation could read everything, else 0.",
        last.is_complete,
    )
    yield GaugeMetricFamily(
        "job_sync_last_validation_timestamp_seconds",
        "When that validation ended, in seconds since the epoch.",
        last.at,
    )


def _of_name(
    name: str, labels: Iterable[str], counted: Mapping[Counter, float]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the counters of a name that have just these labels, in words of ours, sorted."""
    wanted = tuple(labels)
    for counter in sorted(counted, key=lambda one: one.labels):
        values = dict(counter.labels)
        is_ours = all(value.isascii() and value.isprintable() for value in values.values())
        if counter.name == name and values.keys() == set(wanted) and is_ours:
            yield tuple(values[label] for label in wanted), counted[counter]


def _number(limit: str) -> float:
    """Return the limit of a bucket; a text that is none is that of the last."""
    try:
        return float(limit)
    except ValueError:
        return math.inf


def _label(name: str) -> str:
    return name.replace("-", "_")
