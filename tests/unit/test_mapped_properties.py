"""Promises that hold for every job in a workspace whose mapping file makes jobs different."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.jobsettings.kinds import Kind
from core.jobsettings.places import is_within
from core.mapping.mapped_value import MappedValue
from core.reporting.report import Report
from tests.builders import definition_text
from tests.fakes import ME, FakeWorkspace

pytestmark = pytest.mark.slow

PATH = "/Workspace/mappings.json"
WORDS = st.sampled_from(["dev", "test", "prod", "live"])
ADDRESSES = st.sampled_from(["a@x", "b@x", "c@x", "d@x"])
PATHS = st.sampled_from(["/dev/a", "/dev/b", "/prod/a", "/x"])
CLUSTERS = ("one", "two", "three")
DESTINATIONS = ("red", "green", "blue")


def some(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=known)


def names(kind: Kind, known: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(known).map(lambda name: f"__{kind}__{name}__")


WEBHOOKS = st.lists(
    st.fixed_dictionaries({"id": names(Kind.NOTIFICATION_DESTINATION, DESTINATIONS)}),
    max_size=3,
    unique_by=lambda one: one["id"],
)
NOTIFICATIONS = {
    "email_notifications": some(
        on_failure=st.lists(ADDRESSES, max_size=4, unique=True),
        on_start=st.lists(ADDRESSES, max_size=2, unique=True),
    ),
    "webhook_notifications": some(on_failure=WEBHOOKS),
}
TASK = some(
    existing_cluster_id=names(Kind.CLUSTER, CLUSTERS),
    notebook_task=st.fixed_dictionaries(
        {"notebook_path": PATHS}, optional={"base_parameters": some(env=WORDS, zone=WORDS)}
    ),
    spark_python_task=st.fixed_dictionaries(
        {"python_file": PATHS, "parameters": st.lists(WORDS, max_size=3)}
    ),
    libraries=st.lists(st.fixed_dictionaries({"whl": PATHS}), max_size=3),
    timeout_seconds=st.integers(0, 3),
    **NOTIFICATIONS,
)
SCHEDULE = st.fixed_dictionaries(
    {"quartz_cron_expression": st.just("0 0 5 * * ?"), "timezone_id": st.just("UTC")},
    optional={"pause_status": st.sampled_from(["PAUSED", "UNPAUSED"])},
)
JOB = some(
    tags=some(env=WORDS, team=WORDS),
    parameters=st.lists(
        st.fixed_dictionaries({"name": st.sampled_from(["env", "zone"]), "default": WORDS}),
        unique_by=lambda one: one["name"],
    ),
    tasks=st.lists(TASK, max_size=3).map(
        lambda tasks: [{"task_key": f"t{n}", **task} for n, task in enumerate(tasks)]
    ),
    max_concurrent_runs=st.integers(1, 3),
    description=WORDS,
    schedule=SCHEDULE,
    run_as=st.just({"user_name": "ana"}),
    **NOTIFICATIONS,
)
NEW_OR_OLD = WORDS | st.dictionaries(st.sampled_from(["dev", "test"]), st.just("prod"), min_size=1)
FIELD = st.integers(4, 6) | st.none().map(lambda _: {"to": None})
MAPPING = some(
    value_mappings=some(
        parameters=some(env=NEW_OR_OLD, zone=NEW_OR_OLD),
        tags=some(env=NEW_OR_OLD, team=NEW_OR_OLD),
        emails=some(**{"a@x": st.none() | st.just("c@x"), "b@x": st.just("ops@x")}),
        paths=some(**{"/dev": st.just("/prod"), "/x": st.just("/dev/x")}),
        fields=st.dictionaries(
            st.sampled_from(
                ["max_concurrent_runs", "tasks[*].timeout_seconds", "tasks[t1].max_retries"]
            ),
            FIELD,
        ),
    ),
    compute_name_mappings=some(
        cluster_name_mappings=some(one=st.just("two"), three=st.just("one"))
    ),
    resource_name_mappings=some(
        notification_destinations=some(red=st.none() | st.just("green"), blue=st.just("red"))
    ),
    run_as_mappings=some(default=st.sampled_from([{"user_name": "bob"}, {"user_name": ME}])),
    pause_status=st.sampled_from(["from_git", "keep_target", "new_paused"]),
)


def workspace_with(definition: dict[str, Any], mapping: dict[str, Any]) -> FakeWorkspace:
    workspace = FakeWorkspace()
    for kind, known in ((Kind.CLUSTER, CLUSTERS), (Kind.NOTIFICATION_DESTINATION, DESTINATIONS)):
        for name in known:
            workspace.add_resource(kind, f"id-of-{name}", name)
    workspace.put_file("load.json", definition_text({"name": "load", **definition}, run_as="ana"))
    workspace.files.files[PATH] = json.dumps(mapping).encode()
    return workspace


@given(JOB, MAPPING)
@settings(max_examples=100, deadline=None)
def test_an_export_after_an_import_writes_nothing(definition, mapping):
    workspace = workspace_with(definition, mapping)
    service = workspace.service(mapping_path=PATH)
    [row] = service.import_jobs().rows
    assert row.result == "created", row.issues
    assert service.validate()[1].counts() == {"unchanged": 1}
    before = workspace.definition_files()
    assert service.export().counts() == {"unchanged": 1}
    assert workspace.definition_files() == before


@pytest.mark.slow
@given(JOB, MAPPING, JOB, st.integers(0, 10))
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_here_is_written_or_left_to_a_person(definition, mapping, other, at):
    """What was written becomes this very job by mapping; what was left is as it was."""
    workspace = workspace_with(definition, mapping)
    service = workspace.service(mapping_path=PATH)
    service.import_jobs()
    live = workspace.jobs.named("load")
    some_of = list(with_ids(other).items())[at : at + 2]
    changed = {key: value for key, value in some_of if key != "run_as"}
    workspace.jobs.reset_job(live.job_id, {**live.unpack_settings(), **changed})
    before = workspace.definition_files()
    [row] = service.export().rows
    if row.status == "error":
        assert workspace.definition_files() == before
        assert all("Change the definition or the mapping." in one.message for one in row.issues)
    else:
        assert service.export().counts() == {"unchanged": 1}
        report = service.validate()[1]
        assert report.counts() == {"unchanged": 1} or differs_only_where_mapped(report)


def differs_only_where_mapped(report: Report) -> bool:
    """Whether what differs are places that have Git's own value here, which mapping replaces."""
    [row] = report.rows
    return row.status == "changed" and all(
        any(is_within(one.path, at) or is_within(at, one.path) for at in places_of(row.mapped))
        for one in row.changes
    )


def places_of(mapped: Iterable[MappedValue]) -> set[str]:
    """Return the places; of an element of a list, the list."""
    return {value.path.partition(".on_failure[")[0] for value in mapped} | {
        value.path.partition("libraries[")[0] + "libraries"
        for value in mapped
        if "libraries[" in value.path
    }


def with_ids(settings: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(settings)
    for kind, known in ((Kind.CLUSTER, CLUSTERS), (Kind.NOTIFICATION_DESTINATION, DESTINATIONS)):
        for name in known:
            text = text.replace(f"__{kind}__{name}__", f"id-of-{name}")
    changed: dict[str, Any] = json.loads(text)
    return changed
