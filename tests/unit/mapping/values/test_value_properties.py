"""Promises of value mappings that hold for all rules and all settings."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MappingFileError
from core.json_text import equal_json
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.values.mapper import ValueMapper

pytestmark = pytest.mark.slow

SEGMENTS = st.sampled_from(["a", "b", "ab", "", "Workspace", "Volumes", "x"])
PATHS = st.tuples(
    st.sampled_from(["/", "/Workspace/", "/Volumes/", "dbfs:/", "s3://", "", "/dbfs/"]),
    st.lists(SEGMENTS, max_size=3),
).map(lambda parts: parts[0] + "/".join(parts[1]))
PARTS = st.sampled_from(["a", "A", "b", "c", "`a`", "`a-b`", "{{x.y}}"])
TABLES = st.lists(PARTS, min_size=1, max_size=4).map(".".join) | st.sampled_from(["a..b", "`a", ""])
ADDRESSES = st.sampled_from(["a@x", "A@X", "b@x", "c@x", "default", "{{job.x}}", " "])
WORDS = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.sampled_from(["a", "b", "c", "{{job.x}}", "", 1, True, None]) | st.just(["a"])
JOB_NAME = "nightly-a"


def texts(keys: Any, values: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(keys, values, max_size=4)


FIELDS = st.sampled_from(
    [
        "max_concurrent_runs",
        "tasks[*].timeout_seconds",
        "tasks[a].timeout_seconds",
        "tasks[*].notebook_task.notebook_path",
        "tasks[*].notebook_task.base_parameters.a",
        "tasks[*].spark_python_task.parameters[*]",
        "email_notifications.on_failure",
        "schedule",
        "tags.a",
        "parameters[a].default",
    ]
)
SCALARS = st.sampled_from([1, 2, 3, "a", "b", "/a", "c@x", True])
FIELD_VALUES = SCALARS | st.lists(SCALARS, max_size=2)
FIELD_RULES = st.one_of(
    FIELD_VALUES,
    st.fixed_dictionaries(
        {"to": FIELD_VALUES | st.none()},
        optional={"from": FIELD_VALUES, "jobs": st.sampled_from(["*", "nightly*", "*-a", "x*"])},
    ),
)
NAMED = st.one_of(WORDS, st.dictionaries(WORDS, WORDS, min_size=1, max_size=3))
RULES = st.fixed_dictionaries(
    {},
    optional={
        "paths": texts(PATHS, PATHS),
        "catalogs": texts(PARTS, PARTS),
        "schemas": texts(PARTS | st.tuples(PARTS, PARTS).map(".".join), PARTS),
        "parameters": texts(WORDS, NAMED),
        "emails": texts(ADDRESSES, ADDRESSES | st.none()),
        "git_branches": texts(WORDS, WORDS),
        "node_types": texts(WORDS, WORDS),
        "tags": texts(WORDS, NAMED),
        "fields": texts(FIELDS, FIELD_RULES | st.lists(FIELD_RULES, min_size=1, max_size=3)),
    },
)

LISTS = st.lists(ADDRESSES, max_size=4)
SUBSCRIBERS = st.lists(
    st.fixed_dictionaries({}, optional={"user_name": ADDRESSES, "destination_id": WORDS}),
    max_size=3,
)
TASKS = st.fixed_dictionaries(
    {"task_key": st.sampled_from(["a", "b"])},
    optional={
        "timeout_seconds": st.integers(1, 3),
        "notebook_task": st.fixed_dictionaries(
            {"notebook_path": PATHS},
            optional={
                "base_parameters": st.dictionaries(WORDS, VALUES, max_size=3),
                "source": st.sampled_from(["GIT", "WORKSPACE", ""]),
            },
        ),
        "spark_python_task": st.fixed_dictionaries(
            {"python_file": PATHS, "parameters": st.lists(SCALARS, max_size=3)}
        ),
        "dbt_task": st.fixed_dictionaries({}, optional={"catalog": PARTS, "schema": PARTS}),
        "alert_task": st.fixed_dictionaries({"subscribers": SUBSCRIBERS}),
        "pipeline_task": st.fixed_dictionaries({"refresh_selection": st.lists(TABLES, max_size=3)}),
        "libraries": st.lists(st.fixed_dictionaries({"whl": PATHS}), max_size=2),
        "new_cluster": st.fixed_dictionaries(
            {"node_type_id": WORDS, "custom_tags": st.dictionaries(WORDS, VALUES, max_size=2)}
        ),
    },
)
SETTINGS = st.fixed_dictionaries(
    {"name": st.just("x")},
    optional={
        "tasks": st.lists(TASKS, max_size=3),
        "git_source": st.fixed_dictionaries({"git_branch": WORDS}),
        "max_concurrent_runs": st.integers(1, 3),
        "email_notifications": st.fixed_dictionaries({}, optional={"on_failure": LISTS}),
        "parameters": st.lists(
            st.fixed_dictionaries({"name": WORDS, "default": VALUES}), max_size=3
        ),
        "tags": st.dictionaries(WORDS, VALUES, max_size=3),
        "schedule": st.fixed_dictionaries({"a": WORDS}),
        "environments": st.lists(
            st.fixed_dictionaries(
                {
                    "environment_key": WORDS,
                    "spec": st.fixed_dictionaries(
                        {"dependencies": st.lists(PATHS | PATHS.map("-r {}".format), max_size=3)}
                    ),
                }
            ),
            max_size=2,
        ),
        "trigger": st.fixed_dictionaries(
            {"table_update": st.fixed_dictionaries({"table_names": st.lists(TABLES, max_size=3)})}
        ),
        "brand_new": st.dictionaries(WORDS, VALUES, max_size=2),
    },
)


def parsed(rules: dict[str, Any]) -> Mappings | None:
    """Read rules as a file would have them; None where it is refused."""
    try:
        return parse_mappings(json.dumps({"value_mappings": rules}).encode(), "/m.json")
    except MappingFileError:
        return None


def is_chained(mappings: Mappings) -> bool:
    return any("mapped only once" in issue.message for issue in mappings.warnings)


@pytest.mark.slow
@given(RULES, SETTINGS)
@settings(max_examples=400)
def test_what_was_mapped_is_not_mapped_again(rules, job_settings):
    mappings = parsed(rules)
    if mappings is None or is_chained(mappings):
        return
    mapper = ValueMapper(mappings.values)
    once = mapper.apply(job_settings, JOB_NAME).settings
    again = mapper.apply(once, JOB_NAME)
    assert (again.settings, again.mapped) == (once, ())


@given(RULES, SETTINGS)
@settings(max_examples=200)
def test_the_settings_that_were_given_stay_as_they_are(rules, job_settings):
    mappings = parsed(rules)
    if mappings is None:
        return
    before = deepcopy(job_settings)
    applied = ValueMapper(mappings.values).apply(job_settings, JOB_NAME)
    assert equal_json(job_settings, before)
    assert applied.won <= applied.matched
    assert (applied.mapped == ()) == equal_json(applied.settings, job_settings)
    assert all(value.line > 0 for value in applied.mapped)


@pytest.mark.slow
@given(st.lists(st.tuples(PATHS, PATHS), max_size=4).map(dict), PATHS)
@settings(max_examples=600)
def test_a_path_that_was_mapped_is_not_mapped_again(rules, path):
    mappings = parsed({"paths": rules})
    if mappings is None or is_chained(mappings):
        return
    mapper = ValueMapper(mappings.values)
    once = mapper.apply({"parent_path": path}, JOB_NAME).settings
    assert mapper.apply(once, JOB_NAME).settings == once


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("a"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "tasks",
                    "task_key",
                    "parameters",
                    "name",
                    "default",
                    "tags",
                    "notebook_task",
                    "base_parameters",
                    "email_notifications",
                    "on_failure",
                    "a",
                    "schedule",
                    "source",
                    "git_source",
                    "subscribers",
                    "alert_task",
                    "user_name",
                    "dbt_task",
                    "catalog",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@given(
    RULES, st.dictionaries(st.sampled_from(["tasks", "tags", "git_source", "trigger"]), DOCUMENTS)
)
@settings(max_examples=300)
def test_settings_of_any_shape_are_no_trouble(rules, job_settings):
    mappings = parsed(rules)
    if mappings is not None:
        ValueMapper(mappings.values).apply(job_settings, JOB_NAME)
