"""Ids of known objects inside values that are copied unchanged."""

import json

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.known_ids import NO_IDS, KnownId, KnownIds
from core.jobsettings.verbatim import find_verbatim
from core.json_text import Packed
from tests.builders import job

CLUSTER, WAREHOUSE, PIPELINE = "0123-456789-abcdefgh", "1a2b3c4d5e6f7a8b", "11111111-2222-aaaa"
KNOWN = KnownIds(
    [
        KnownId(Kind.JOB, "987654321", "load"),
        KnownId(Kind.JOB, "17", "old"),
        KnownId(Kind.CLUSTER, CLUSTER, "etl"),
        KnownId(Kind.WAREHOUSE, WAREHOUSE, "bi"),
        KnownId(Kind.PIPELINE, PIPELINE, "sales"),
        KnownId(Kind.WORKSPACE, "7405600000000001", "current"),
    ]
)
JOB = ("job “load”",)
CASES = [
    (987654321, JOB),
    ("987654321", JOB),
    ("--job=987654321", JOB),
    ("--job=987654321,", JOB),
    ("https://x.example/#job/987654321/runs?o=7405600000000001", (*JOB, "the workspace itself")),
    ('{"ids": [987654321, "' + CLUSTER + '"]}', (*JOB, "cluster “etl”")),
    (f"--warehouse={WAREHOUSE}", ("SQL warehouse “bi”",)),
    (f"warehouse:{WAREHOUSE};again:{WAREHOUSE}", ("SQL warehouse “bi”",)),
    (f"use -{CLUSTER}-", ("cluster “etl”",)),
    (f"é{PIPELINE}".replace("é", "é "), ("pipeline “sales”",)),
    ("1987654321", ()),
    ("x987654321", ()),
    ("table_987654321", ()),
    (f"{CLUSTER}-2", ()),
    (987654321.0, ()),
    (True, ()),
    ("", ()),
    # a short number means a job only where jobs are spoken of
    ("17", ()),
    (17, ()),
    ("--job-id=17", ("job “old”",)),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_whole_tokens_are_recognised(value, expected):
    assert KNOWN.find_in("parameters[x].default", value) == expected
    if expected:
        assert KNOWN.may_be_in(Packed({"tasks": [{"x": value}]}))


def test_a_short_id_is_meant_where_the_field_says_so():
    assert KNOWN.find_in("parameters[job_id].default", "17") == ("job “old”",)


@pytest.mark.parametrize("before", ["\n", "\t", '"', "\\", "é", "“"])
def test_the_quick_look_misses_no_id_behind_an_escape(before):
    if before == "é":
        before = "é "
    text = f"{before}987654321"
    assert KNOWN.find_in("x", text) == JOB
    assert KNOWN.may_be_in(Packed({"x": text, "y": json.dumps({"z": text})}))


def test_nothing_known_is_found_nowhere():
    assert NO_IDS.find_in("x", "987654321") == ()
    assert not NO_IDS.may_be_in(Packed({"x": "987654321"}))
    assert not KNOWN.may_be_in(Packed({"x": "98765"}))


def test_values_that_hold_an_id_are_marked_wherever_they_are_listed():
    tasks = [
        {"task_key": "a", "spark_python_task": {"parameters": [f"--warehouse={WAREHOUSE}", "x"]}},
        {"task_key": "b", "brand_new_task": {"text": "see 987654321", "other": "x"}},
    ]
    items = find_verbatim(job("x", tasks=tasks, tags={"of": "17"}), KNOWN)
    assert {item.path: item.words for item in items} == {
        "tasks[a].spark_python_task.parameters[0]": "parameter, id of SQL warehouse “bi”",
        "tasks[a].spark_python_task.parameters[1]": "parameter",
        "tasks[b].brand_new_task.text": "possible id, id of job “load”",
        "tags.of": "tag",
    }
