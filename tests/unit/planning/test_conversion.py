"""What definitions are made of other JSON that holds jobs."""

import json

import pytest

from core.definitions.definition import Definition, encode_definition, parse_definition
from core.errors import SyncError
from core.mapping.name_book import NameBook
from core.planning.conversion import (
    AlreadyDefinition,
    NewDefinition,
    Source,
    Unconverted,
    plan_conversion,
)
from core.planning.forms import make_exported
from core.ports import LiveJob
from tests.builders import job, notebook_task, run_job_task

ANSWER = {
    "job_id": 7,
    "creator_user_name": "ana@dev.example",
    "run_as_user_name": "ana@dev.example",
    "created_time": 1700000000000,
    "settings": job("load", timeout_seconds=60),
}
SINGLE_TASK = {
    "name": "old",
    "new_cluster": {"num_workers": 1, "spark_version": "x"},
    "notebook_task": {"notebook_path": "/x"},
    "libraries": [{"pypi": {"package": "x"}}],
    "format": "SINGLE_TASK",
}


def convert(*documents, existing=()):
    sources = [
        Source(f"{index}.json", ".", json.dumps(document).encode())
        for index, document in enumerate(documents)
    ]
    return plan_conversion(sources, {".": frozenset(existing)})[0]


def made(document) -> NewDefinition:
    [row] = convert(document)
    assert isinstance(row, NewDefinition), row
    return row


def refused(document, **options) -> str:
    [row] = convert(document, **options)
    assert isinstance(row, Unconverted), row
    return str(row.issue)


def written(row: NewDefinition):
    return json.loads(encode_definition(row.definition))


def test_an_answer_is_written_as_an_export_writes_the_job():
    settings = {**job("load"), "deployment": {"kind": "BUNDLE"}, "run_as": {"user_name": "ana"}}
    del settings["queue"]
    live = LiveJob.pack(7, settings, "ana", "ana", complete=True)
    row = made({**ANSWER, "run_as_user_name": "ana", "settings": settings})
    exported = encode_definition(make_exported(live, NameBook("1", {})).make_definition())
    assert encode_definition(row.definition) == exported
    assert (row.file_name, row.definition.left_out) == (
        "load.json",
        ("created_time", "creator_user_name"),
    )


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (job("load"), {"job_id": None, "settings": job("load")}),
        ({**job("load"), "job_id": 3}, {"job_id": 3, "settings": job("load")}),
        ({"job_id": 5, "new_settings": job("load")}, {"job_id": 5, "settings": job("load")}),
        (SINGLE_TASK, {"job_id": None, "settings": SINGLE_TASK}),
        (
            {**job("load"), "idempotency_token": "x", "access_control_list": [], "brand_new": 1},
            {"job_id": None, "settings": job("load", brand_new=1)},
        ),
        (
            {"resources": {"jobs": {"a": {**job("load"), "permissions": [], "lifecycle": {}}}}},
            {"job_id": None, "settings": job("load")},
        ),
    ],
)
def test_a_request_keeps_what_it_says(document, expected):
    assert written(made(document)) == expected


def test_what_is_written_is_a_definition():
    for document in (ANSWER, SINGLE_TASK, {"job_id": 5, "new_settings": job("x")}):
        found = parse_definition(encode_definition(made(document).definition))
        assert isinstance(found, Definition)
        assert found.left_out == ()


def test_each_job_of_a_list_gets_its_file():
    listed = {"jobs": [ANSWER, {"settings": job("two")}, SINGLE_TASK]}
    for document in (listed, listed["jobs"]):
        rows = convert(document)
        assert [row.file_name for row in rows] == ["load.json", "two.json", "old.json"]


def test_what_is_no_job_in_a_list_is_said_by_its_place():
    rows = convert({"jobs": [ANSWER, {"name": "x"}, {"job_id": 1, "new_settings": 5}, "text"]})
    assert [str(row.issue) for row in rows[1:]] == [
        f"It is not a job. (jobs[{index}])" for index in (1, 2, 3)
    ]
    update = {"new_settings": {"name": "x"}, "fields_to_remove": []}
    only_changes = str(convert([ANSWER, update])[1].issue)
    assert only_changes.startswith("It holds only what changes")
    assert only_changes.endswith(" ([1])")
    bundle = {"resources": {"jobs": {"a": job("a"), "b c": None}}}
    assert str(convert(bundle)[1].issue) == 'It is not a job. (resources.jobs["b c"])'


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({**ANSWER, "next_page_token": "x"}, "one page of a long job"),
        ({"jobs": [{**ANSWER, "has_more": True}]}, "as one. (jobs[0])"),
        (
            {"jobs": [{**ANSWER, "settings": {"name": "a"}}]},
            "jobs/list left out its tasks",
        ),
        ({"tasks": [notebook_task("a")]}, "has no job name"),
        ({"new_settings": {"name": "x"}, "fields_to_remove": ["tags"]}, "only what changes"),
        ({"run_name": "x", "tasks": [notebook_task("a")]}, "one run, not a job"),
        ({"resource": {"databricks_job": {"a": {}}}}, "It is Terraform. Terraform has its own"),
        (
            {"resources": {"jobs": {"a": {"name": "x"}}}},
            "It has no field that only a job has. (resources.jobs.a)",
        ),
        ({"version": 1}, "no job in a form that is known"),
        ({"settings": {"editor.tabSize": 2}}, "no job in a form that is known"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_a_reason(document, reason):
    assert reason in refused(document)


def test_variables_of_a_bundle_are_listed_and_other_jobs_are_converted():
    variable = job("a", tasks=[notebook_task("t", existing_cluster_id="${var.cluster}")])
    many = job("${bundle.target} b", tags={f"k{n:02}": "${var.x}" for n in range(12)})
    one, two, three = convert({"resources": {"jobs": {"a": variable, "b": many, "c": job("c")}}})
    assert str(one.issue) == (
        "Only the bundle knows its variables: "
        "tasks[t].existing_cluster_id (${var.cluster}). (resources.jobs.a)"
    )
    assert "tags.k00" in str(two.issue)
    assert two.issue.message.endswith(" and 3 more.")
    assert three.file_name == "c.json"
    assert made(job("x", description="${HOME}")).notes  # elsewhere it is a text like any other


def test_no_file_is_overwritten():
    assert "load.json exists" in refused(ANSWER, existing=["load.json"])
    assert "Load.json exists" in refused(job("Load"), existing=["load.json"])


def test_two_jobs_of_a_name_are_not_both_written():
    first, second, other = convert(job("load"), [job("load"), job("Load")])
    assert isinstance(first, NewDefinition)
    assert "More than one job is named “load”" in str(second.issue)
    assert other.file_name.startswith("Load~")  # one file with load.json on Windows and macOS


def test_a_definition_stays_as_it_is():
    document = {"job_id": 1, "run_as_user_name": "ana", "settings": job("load")}
    assert convert(document, existing=["0.json"]) == (AlreadyDefinition("load", "0.json"),)
    changed = {**document, "settings": job("load", job_id=1)}
    assert written(made(changed))["settings"] == job("load")


def test_notes_say_what_another_workspace_does_not_know():
    tasks = [
        notebook_task("a", existing_cluster_id="c-1"),
        notebook_task("b", existing_cluster_id="__CLUSTER__etl__"),
        run_job_task("c", 17),
    ]
    settings = job("load", tasks=tasks, run_as={"user_name": "ana"})
    assert made(settings).notes == (
        "Ids that only their own workspace knows: tasks[a].existing_cluster_id (cluster c-1, as "
        "__CLUSTER__<name>__), tasks[c].run_job_task.job_id (job 17, as __JOB__<name>__). "
        "Elsewhere an import needs names in their place.",
    )
    assert written(made(settings))["settings"]["tasks"] == tasks


def test_notes_say_who_and_what_is_missing():
    task = {"task_key": "a", "notebook_task": {"notebook_path": "../src/a"}}
    system = {"kind": "SYSTEM_MANAGED"}
    assert made(job("load", tasks=[task], deployment=system)).notes == (
        "Managed by Databricks. The definition makes it a job like any other.",
        "It does not say who the job runs as: run_as_mappings needs a `default`.",
        "Relative paths stay as they are: tasks[a].notebook_task.notebook_path.",
    )
    git = {"git_url": "https://git.example/x", "git_provider": "gitHub"}
    relative = job("load", tasks=[task], run_as={"user_name": "ana"}, git_source=git)
    assert made(relative).notes == ()


@pytest.mark.parametrize("more", [{"has_more": True}, {"next_page_token": "x"}])
def test_a_list_that_goes_on_is_said(more):
    content = json.dumps({"jobs": [ANSWER], **more}).encode()
    rows, issues = plan_conversion([Source("a.json", "x", content)], {})
    assert [row.path for row in rows] == ["x/load.json"]
    assert [issue.message for issue in issues] == [
        "a.json holds one page of the list: the jobs of others are missing."
    ]


@pytest.mark.parametrize("content", [b"{", b"", b"\xff", SyncError("It cannot be read: no.")])
def test_a_file_that_cannot_be_read_is_said(content):
    [row], _ = plan_conversion([Source("a.json", ".", content)], {})
    assert isinstance(row, Unconverted)
    assert row.path == "a.json"
