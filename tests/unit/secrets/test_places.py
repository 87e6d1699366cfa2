"""Every known format is found, and hidden, at every place of a job that a person fills in."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.jobsettings.places import list_texts
from core.jobsettings.secrets import MASK, MASK_OF_OTHER, find_secrets, mask, mask_sides, mask_text
from core.mapping.copied import find_copied
from core.mapping.mapped_value import MappedValue
from tests.builders import job
from tests.secret_samples import AWS_SECRET_KEY, RANDOM, SAMPLES

Settings = dict[str, Any]


def task(**fields: Any) -> Settings:
    return job("load", tasks=[{"task_key": "main", **fields}])


def cluster(**fields: Any) -> Settings:
    return job("load", job_clusters=[{"job_cluster_key": "c", "new_cluster": fields}])


PLACES: dict[str, Callable[[str], Settings]] = {
    "job parameter": lambda text: job("load", parameters=[{"name": "x", "default": text}]),
    "tag": lambda text: job("load", tags={"team": text}),
    "key of a tag": lambda text: job("load", tags={text: ""}),
    "description": lambda text: job("load", description=f"Uses {text} today"),
    "notebook": lambda text: task(notebook_task={"base_parameters": {"x": text}}),
    "arguments": lambda text: task(spark_python_task={"parameters": ["--x", text]}),
    "argument with its name": lambda text: task(spark_jar_task={"parameters": [f"--x={text}"]}),
    "spark-submit": lambda text: task(spark_submit_task={"parameters": ["--conf", f"a={text}"]}),
    "wheel": lambda text: task(python_wheel_task={"named_parameters": {"x": text}}),
    "dbt variables": lambda text: task(
        dbt_task={"commands": [f"dbt run --vars '{json.dumps({'x': text})}'"]}
    ),
    "dbt variables in YAML": lambda text: task(
        dbt_task={"commands": [f"dbt run --vars '{{x: {text}}}'"]}
    ),
    "inputs of a loop": lambda text: task(
        for_each_task={"inputs": json.dumps([{"x": text}]), "task": {"task_key": "inner"}}
    ),
    "JSON in JSON": lambda text: task(
        notebook_task={"base_parameters": {"x": json.dumps({"y": json.dumps({"z": text})})}}
    ),
    "SQL parameter": lambda text: task(sql_task={"parameters": {"x": text}}),
    "run of a job": lambda text: task(run_job_task={"job_id": 1, "job_parameters": {"x": text}}),
    "spark_conf": lambda text: cluster(spark_conf={"spark.x": text}),
    "environment variable": lambda text: cluster(spark_env_vars={"X": text}),
    "init script": lambda text: cluster(init_scripts=[{"s3": {"destination": text}}]),
    "tag of a cluster": lambda text: cluster(custom_tags={"x": text}),
    "registry password": lambda text: cluster(docker_image={"basic_auth": {"password": text}}),
    "image": lambda text: cluster(docker_image={"url": text}),
    "git_source": lambda text: job("load", git_source={"git_url": text}),
    "environment": lambda text: job(
        "load", environments=[{"environment_key": "e", "spec": {"dependencies": [text]}}]
    ),
    "variables": lambda text: job(
        "load", environment_variables=[{"spec": {"variables": {"x": text}}}]
    ),
    "a field of tomorrow": lambda text: job("load", brand_new={"deep": [{"er": text}]}),
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("place", PLACES)
def test_a_known_format_is_found_and_hidden(place, sample):
    settings = PLACES[place](sample.text)
    found = find_secrets(settings)
    assert any(one.certain for one in found)
    assert sample.secret not in repr(found)
    assert sample.secret not in json.dumps(mask("", settings))


@pytest.mark.parametrize("place", sorted(PLACES.keys() - {"registry password"}))
@pytest.mark.parametrize("text", ["{{secrets/scope/key}}", "{{job.parameters.x}}", "full"])
def test_a_reference_and_a_plain_word_are_neither_found_nor_hidden(place, text):
    settings = PLACES[place](text)
    assert find_secrets(settings) == ()
    assert mask("", settings) == settings


def test_where_a_secret_is_can_be_read():
    [found] = find_secrets(PLACES["environment variable"](SAMPLES[0].text))
    assert found.path == "job_clusters[c].new_cluster.spark_env_vars.X"
    assert (found.kind, found.certain) == ("Databricks token", True)


@pytest.mark.parametrize(
    "settings",
    [
        cluster(docker_image={"basic_auth": {"username": "u", "password": "hunter2"}}),
        cluster(azure_attributes={"log_analytics_info": {"log_analytics_primary_key": "hunter2"}}),
        cluster(spark_conf={"fs.azure.account.oauth2.client.secret.a.example": "hunter2"}),
        cluster(spark_conf={"spark.hadoop.fs.s3a.secret.key": "hunter2"}),
        cluster(spark_conf={"javax.jdo.option.ConnectionPassword": "hunter2"}),
        cluster(spark_conf={"fs.azure.sas.c.a.example": "hunter2"}),
        cluster(spark_env_vars={"AWS_SECRET_ACCESS_KEY": AWS_SECRET_KEY}),
        task(spark_python_task={"parameters": ["--aws-secret-key", AWS_SECRET_KEY]}),
    ],
)
def test_what_is_in_a_field_for_credentials_is_certain(settings):
    assert [one.certain for one in find_secrets(settings)] == [True]


@pytest.mark.parametrize(
    "settings",
    [
        job("load", parameters=[{"name": "db_password", "default": "hunter2"}]),
        task(spark_python_task={"parameters": ["--password", "hunter2"]}),
        task(spark_python_task={"parameters": ["--token=hunter2"]}),
        task(notebook_task={"base_parameters": {"pass": "hunter2"}}),
        task(dbt_task={"commands": ["dbt run --vars '{password: hunter2}'"]}),
        task(for_each_task={"inputs": '[{"api_key": "hunter2"}]'}),
        job("load", tags={"secret": "hunter2"}),
    ],
)
def test_what_only_its_name_betrays_is_hidden_and_may_be_a_secret(settings):
    assert "hunter2" not in json.dumps(mask("", settings))
    assert [one.certain for one in find_secrets(settings)] == [False]


@pytest.mark.parametrize("name", ["auth", "sas", "encryption_key", "fs.azure.sas.c.a.example"])
def test_what_has_a_name_of_secrets_is_hidden_at_any_depth(name):
    settings = job("load", parameters=[{"name": "x", "default": "y"}], new={"deep": {name: "z1"}})
    assert mask("", settings)["new"] == {"deep": {name: MASK}}


def test_what_looks_random_is_hidden_and_may_be_a_secret():
    settings = task(notebook_task={"base_parameters": {"x": RANDOM}})
    assert [one.certain for one in find_secrets(settings)] == [False]
    assert RANDOM not in json.dumps(mask("", settings))


def test_the_names_and_ids_of_a_job_are_not_judged_by_words():
    settings = job(
        "Refresh: token=daily",
        description="Sets the password: see the wiki",
        git_source={"git_commit": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"},
    )
    assert find_secrets(settings) == ()
    assert mask("", settings) == settings


def test_an_argument_after_an_option_that_is_none_stays_readable():
    parameters = ["--mode", "full", "--password", "hunter2", "--date", "2026-01-01"]
    shown = mask("tasks[a].spark_python_task.parameters", parameters)
    assert shown == ["--mode", "full", "--password", MASK, "--date", "2026-01-01"]


def test_a_hidden_difference_is_seen_as_one():
    path = "tasks[a].notebook_task.base_parameters"
    current = {"password": "old", "token": "same", "mode": "a"}
    desired = {"password": "new", "token": "same", "mode": "b"}
    assert mask_sides(path, current, desired) == (
        {"password": MASK, "token": MASK, "mode": "a"},
        {"password": MASK_OF_OTHER, "token": MASK, "mode": "b"},
    )
    assert mask_sides(f"{path}.password", "old", "new") == (MASK, MASK_OF_OTHER)
    assert mask_sides(f"{path}.password", None, "new") == (None, MASK)


def test_what_is_copied_unchanged_is_masked_by_what_is_before_it():
    settings = task(
        spark_python_task={"python_file": "/x", "parameters": ["--password", "hunter2"]}
    )
    assert "hunter2" not in repr(find_copied(settings, ()))
    entry = ("value_mappings.parameters", "password", 3)
    value = MappedValue("tasks[main].spark_python_task.parameters[1]", "hunter1", "hunter2", *entry)
    assert "hunter" not in json.dumps(value.as_json())


def test_a_key_with_quotes_is_a_name_and_an_element_is_none():
    assert mask('new["my password"]', "x") == MASK
    assert mask('tasks["my password"].note', "x") == "x"
    assert mask("new.parts[3]", 5) == 5


def test_a_parameter_without_a_name_is_judged_by_its_value():
    assert mask("parameters", [{"default": "x"}, {"name": 5, "default": "y"}]) == [
        {"default": "x"},
        {"name": 5, "default": "y"},
    ]
    assert find_secrets({"parameters": [{"default": 5}, 7, None]}) == ()
    assert mask("tasks[a].spark_python_task.parameters", ["--password", "--mode"]) == [
        "--password",
        "--mode",
    ]


def test_what_is_masked_stays_as_it_is():
    path = "tasks[a].notebook_task.base_parameters.password"
    assert mask(path, MASK_OF_OTHER) == MASK_OF_OTHER
    assert mask_sides(path, MASK, MASK_OF_OTHER) == (MASK, MASK_OF_OTHER)


def test_several_keys_that_are_secrets_stay_apart():
    first, second = SAMPLES[0].text, SAMPLES[2].text
    shown = mask("tags", {first: "a", second: "b"})
    assert sorted(shown.values()) == ["a", "b"]
    assert all(MASK in key for key in shown)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_message_shows_all_but_the_secret(sample):
    shown = mask_text(f"The API refused “{sample.text}” for load.")
    assert sample.secret not in shown
    assert shown.startswith("The API refused “")
    assert shown.endswith("for load.")


def test_all_places_of_the_table_are_texts_or_keys():
    for make in PLACES.values():
        settings = make("needle")
        assert any("needle" in f"{path} {text}" for path, text in list_texts(settings))
