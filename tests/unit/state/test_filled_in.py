"""What the workspace made of jobs, as the state folder keeps it."""

import json
from typing import Any

import pytest

from core.errors import StateError
from core.json_text import stable_bytes
from core.state.filled_in import filled_in_as_json, parse_filled_in

PRINTS = {7: frozenset({"00ff", "0a0b"}), 2**62: frozenset()}


def test_what_is_kept_is_what_is_read() -> None:
    document = json.loads(stable_bytes(filled_in_as_json(PRINTS)))
    assert parse_filled_in(document) == PRINTS


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"version": 2, "jobs": {}},
        {"version": 1, "jobs": {"a": "x"}},
        {"version": 1, "jobs": {"1": None}},
        {"version": 1, "jobs": []},
        {"version": 1, "jobs": None},
        {"version": True, "jobs": {}},
        {"version": 1.0, "jobs": {}},
        {"version": 1, "jobs": {"05": "x"}},
        {"version": 1, "jobs": {"1": ["x"]}},
    ],
)
def test_a_document_of_another_shape_is_never_an_empty_one(document: Any) -> None:
    with pytest.raises(StateError, match=r"filled_in\.json"):
        parse_filled_in(document)


def prints(job_id: int, count: int) -> frozenset[str]:
    return frozenset(f"{job_id * 1000 + number:016x}" for number in range(count))


def test_ten_thousand_jobs_fit_into_one_file() -> None:
    many = {10**15 + number: prints(number, 20) for number in range(10_000)}
    content = stable_bytes(filled_in_as_json(many))
    assert len(content) < 10 * 1024 * 1024
    assert parse_filled_in(json.loads(content)) == many


def test_beyond_that_the_jobs_with_the_most_prints_are_left_to_the_rules() -> None:
    many = {10**15 + number: prints(number, 100) for number in range(10_000)}
    many[1] = prints(1, 1)
    content = stable_bytes(filled_in_as_json(many))
    assert len(content) < 10 * 1024 * 1024
    kept = parse_filled_in(json.loads(content))
    assert kept[1] == many[1]
    assert 3000 < len(kept) < 10_000
