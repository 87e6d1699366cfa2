"""Forms other than a definition in which JSON holds jobs."""

import json

import pytest

from core.definitions.definition import parse_definition
from core.definitions.other_json import OtherJson
from core.definitions.payloads import PAYLOADS, find_payload
from tests.builders import job, notebook_task

SETTINGS = job("load")
WRAPPED = {"job_id": 1, "settings": SETTINGS}
SINGLE_TASK = {
    "name": "old",
    "existing_cluster_id": "c-1",
    "notebook_task": {"notebook_path": "/x"},
}
CREATE, RESET, LIST, BUNDLE = (
    "a request of jobs/create",
    "a request of jobs/reset",
    "a list of jobs",
    "a bundle",
)
FORMS = {
    "create": (SETTINGS, CREATE),
    "create without a name": ({"tasks": [notebook_task("a")]}, CREATE),
    "create without tasks": ({"name": "x", "max_concurrent_runs": 1}, CREATE),
    "create with permissions": ({**SETTINGS, "access_control_list": []}, CREATE),
    "create of API 2.0": (SINGLE_TASK, CREATE),
    "reset": ({"job_id": 1, "new_settings": SETTINGS}, RESET),
    "update": (
        {"job_id": 1, "new_settings": {"name": "x"}, "fields_to_remove": ["tags"]},
        "a request of jobs/update",
    ),
    "answer of jobs/list": ({"jobs": [{**WRAPPED, "created_time": 1}], "has_more": False}, LIST),
    "definitions": ([WRAPPED, WRAPPED], LIST),
    "one definition in a list": ([WRAPPED], LIST),
    "requests": ([SETTINGS, SINGLE_TASK], LIST),
    "jobs without anything around them": ({"jobs": [SETTINGS]}, LIST),
    "submit": ({"run_name": "x", "tasks": [notebook_task("a")]}, "a run"),
    "answer of runs/get": ({"job_id": 1, "run_id": 2, "tasks": [notebook_task("a")]}, "a run"),
    "bundle": ({"bundle": {"name": "b"}, "resources": {"jobs": {"a": SETTINGS}}}, BUNDLE),
    "Terraform": ({"resource": {"databricks_job": {"a": {"name": "x", "task": []}}}}, "Terraform"),
    "Terraform in a list": ({"resource": [{"databricks_job": {"a": [{}]}}]}, "Terraform"),
    "state of Terraform": ({"resources": [{"type": "databricks_job"}]}, "Terraform"),
}
FOREIGN = {
    "tasks of an editor": {"version": "2.0.0", "tasks": [{"label": "build", "type": "shell"}]},
    "a package": {"name": "x", "version": "1.0.0", "scripts": {}, "author": {"name": "a"}},
    "a trigger of another tool": {"name": "x", "trigger": {"type": "timer"}, "tasks": {"a": {}}},
    "runs": [{"job_id": 1, "run_id": 2}, {"job_id": 1, "run_id": 3}],
    "jobs of another tool": {"jobs": [{"name": "build", "steps": []}, "lint"]},
    "jobs by name": {"jobs": {"build": {"runs-on": "ubuntu", "steps": []}}},
    "other resources": {"resources": {"jobs": [], "pipelines": {"a": {}}}},
    "other Terraform": {"resource": {"aws_instance": {}}, "resources": [{"type": "x"}, 7]},
    "a name": {"name": "load"},
    "a task": {"task_key": "a", "notebook_task": {}},
    "texts": ["a", ["b"], None],
}


def parse(document) -> OtherJson:
    found = parse_definition(json.dumps(document).encode())
    assert isinstance(found, OtherJson)
    return found


@pytest.mark.parametrize("case", FORMS)
def test_each_form_is_known_and_is_no_damaged_definition(case):
    document, words = FORMS[case]
    found = parse(document)
    assert (found.form, found.is_job_like) == (words, False)


def test_every_form_has_a_case():
    words = {words for _, words in FORMS.values()}
    assert words | {"a definition or an answer of jobs/get"} == {form.words for form in PAYLOADS}


@pytest.mark.parametrize("case", FOREIGN)
def test_json_of_other_tools_is_none(case):
    assert find_payload(FOREIGN[case]) is None
    assert parse(FOREIGN[case]).form == ""


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (SETTINGS, ("load", None)),
        ({"job_id": "7", "new_settings": SETTINGS}, ("load", 7)),
        ([WRAPPED], ("load", 1)),
        ([WRAPPED, WRAPPED], ("", None)),
    ],
)
def test_the_one_job_in_it_is_known_by_name_and_id(document, expected):
    found = parse(document)
    assert (found.job_name, found.job_id) == expected
