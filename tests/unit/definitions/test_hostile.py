"""Files that nobody should have written: an issue each, none stops the others."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from core.definitions.definition import Definition, encode_definition, parse_definition
from core.errors import InvalidDefinitionError, MappingFileError
from core.mapping.mapping_file import parse_mappings
from core.planning.conversion import NewDefinition, Source, plan_conversion
from core.planning.review import Review
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.fakes import ME, FakeWorkspace

SCALARS: list[Any] = [
    None, True, False, 0, -1, 2**70, 1.5, 123.0, "", "x", "\0", "\ud800", "é" * 3000, "__CLUSTER__",
    "__CLUSTER____", "__JOB__a__b__", "__JOB__unknown__", "../../x", "<b>", "=1+1",
]  # fmt: skip
KEYS = [
    "name", "tasks", "task_key", "existing_cluster_id", "run_job_task", "job_id", "run_as",
    "schedule", "pause_status", "triggers", "job_completion", "jobs", "workspace_id", "queue",
    "webhook_notifications", "on_failure", "id", "parameters", "job_clusters", "new_cluster",
    "for_each_task", "task", "depends_on", "deployment", "edit_mode", "git_source", "", "\0",
]  # fmt: skip


def noise(dice: random.Random, depth: int) -> Any:
    """Any JSON value, with the words of job settings in it."""
    roll = dice.random()
    if depth == 0 or roll < 0.4:
        return dice.choice(SCALARS)
    if roll < 0.6:
        return [noise(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(KEYS): noise(dice, depth - 1) for _ in range(dice.randrange(5))}


def good(number: int) -> dict[str, Any]:
    tasks = [notebook_task("a", existing_cluster_id="c-1"), run_job_task("b", "__JOB__fine__")]
    return job(f"job {number}", tasks=tasks, run_as={"user_name": ME}, tags={"a": "b"})


def damaged(dice: random.Random, value: Any) -> Any:
    """A good value with one place in it replaced by noise."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        key = dice.choice(sorted(value))
        return {**value, key: damaged(dice, value[key])}
    if isinstance(value, list) and value and dice.random() < 0.8:
        place = dice.randrange(len(value))
        return [*value[:place], damaged(dice, value[place]), *value[place + 1 :]]
    return noise(dice, 3)


def broken_text(dice: random.Random, text: bytes) -> bytes:
    kinds: list[Callable[[], bytes]] = [
        lambda: text[: dice.randrange(len(text))],
        lambda: text.replace(b":", b"::", 1),
        lambda: text.decode().encode("utf-16"),
        lambda: b"\xff" + text,
        lambda: b"[" * dice.randrange(1, 20_000) + text,
        lambda: text.replace(b'"name"', b'"name": "twice", "name"', 1),
        lambda: text.replace(b"true", b"NaN", 1),
        lambda: b"<<<<<<< HEAD\n" + text,
        lambda: b'{"settings": ' + b"9" * 6000 + b"}",
    ]
    return dice.choice(kinds)()


def hostile_definition(dice: random.Random, number: int) -> bytes:
    roll = dice.random()
    if roll < 0.3:
        return broken_text(dice, definition_text(good(number)))
    settings = damaged(dice, good(number)) if roll < 0.8 else noise(dice, 6)
    document = {"job_id": dice.choice(SCALARS), "run_as_user_name": dice.choice(SCALARS)}
    return json.dumps({**document, "settings": settings}).encode()


def check_definitions(count: int, seed: int) -> None:
    dice = random.Random(seed)
    workspace = FakeWorkspace()
    workspace.put_file("fine.json", definition_text(job("fine"), run_as=ME))
    for number in range(count):
        workspace.put_file(f"{number}.json", hostile_definition(dice, number))
    before = workspace.definition_files()
    _, report = workspace.service().validate(details=True)
    rows = {row.job_name: row for row in report.rows if row.file_name == "fine.json"}
    assert rows["fine"].status == "new"
    assert not workspace.jobs.jobs
    assert all(row.issues for row in report.rows if row.status == "error")
    json.dumps(report.as_json({}))
    workspace.service().import_jobs(Review(["fine"]))
    assert [one.name for one in workspace.jobs.jobs.values()] == ["fine"]
    assert workspace.definition_files() == before


def check_mappings(count: int, seed: int) -> None:
    dice = random.Random(seed)
    sound = {
        "compute_name_mappings": {"cluster_name_mappings": {"a": "b"}},
        "run_as_mappings": {"default": {"user_name": "x"}},
        "pause_status": "from_git",
    }
    for _ in range(count):
        text = json.dumps(damaged(dice, sound)).encode()
        content = broken_text(dice, text) if text and dice.random() < 0.4 else text
        try:
            parse_mappings(content, "/Workspace/map.json")
        except MappingFileError as error:
            assert "/Workspace/map.json" in error.message
            assert len(error.message) < 5000


@pytest.mark.parametrize("seed", range(3))
def test_hostile_definitions_are_issues_and_stop_nothing(seed: int) -> None:
    check_definitions(150, seed)


@pytest.mark.parametrize("seed", range(2))
def test_hostile_mapping_files_say_where_they_are_wrong(seed: int) -> None:
    check_mappings(100, seed)


@pytest.mark.reliability
def test_ten_thousand_hostile_files() -> None:
    check_definitions(9_000, seed=99)
    check_mappings(1_000, seed=99)


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "alone": lambda value: value,
    "definition": lambda value: {"job_id": value, "settings": value},
    "reset": lambda value: {"job_id": 1, "new_settings": value},
    "list": lambda value: {"jobs": [value, {"name": "x", "tasks": value}], "has_more": value},
    "array": lambda value: [value, {"settings": value, "job_id": 1}],
    "bundle": lambda value: {"resources": {"jobs": {"a": value, "b": {"name": "x", "t": value}}}},
    "Terraform": lambda value: {"resource": value, "resources": [value]},
    "run": lambda value: {"run_id": value, "tasks": value},
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_any_json_is_taken_for_what_it_is_and_what_is_made_of_it_is_a_definition(wrapper):
    for seed in range(300):
        document = WRAPPERS[wrapper](noise(random.Random(seed), 5))
        content = json.dumps(document).encode()
        try:
            parse_definition(content)
        except InvalidDefinitionError as error:
            assert error.message
        for row in plan_conversion([Source("a.json", ".", content)], {})[0]:
            if isinstance(row, NewDefinition):
                made = parse_definition(encode_definition(row.definition))
                assert isinstance(made, Definition)
                assert made.job_name == row.job_name


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_json_as_deep_as_can_be_read_stops_nothing(wrapper):
    deep = "[" * 900 + "]" * 900
    content = json.dumps(WRAPPERS[wrapper]("DEEP")).replace('"DEEP"', deep).encode()
    try:
        parse_definition(content)
    except InvalidDefinitionError as error:
        assert "deep" in error.message
    plan_conversion([Source("a.json", ".", content)], {})
