"""What the rules of each section make of the settings of a definition."""

import json
from typing import Any

import pytest

from core.jobsettings.places import NOTIFICATION_EVENTS
from core.mapping.mapped_value import MISSING
from core.mapping.mapping_file import parse_mappings
from core.mapping.values.mapper import Applied, ValueMapper, rule_states, rule_warnings, values_at
from core.mapping.values.rules import ValueRules, ValueSection


def rules(sections: dict[str, Any]) -> ValueRules:
    return parse_mappings(json.dumps({"value_mappings": sections}).encode(), "/m.json").values


def apply(sections: dict[str, Any], settings: dict[str, Any], job_name: str = "job") -> Applied:
    return ValueMapper(rules(sections)).apply(settings, job_name)


def changes(applied: Applied) -> list[tuple[Any, ...]]:
    return [(value.path, value.source, value.target, value.name) for value in applied.mapped]


def in_task(**fields: Any) -> dict[str, Any]:
    return {"tasks": [{"task_key": "t", **fields}]}


def mapped_path(path: str, paths: dict[str, str]) -> str:
    result: str = apply({"paths": paths}, {"parent_path": path}).settings["parent_path"]
    return result


# --- paths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "paths", "expected"),
    [
        ("/Workspace/dev/x", {"/Workspace/dev": "/Workspace/prod"}, "/Workspace/prod/x"),
        ("/Workspace/dev", {"/Workspace/dev/": "/Workspace/prod/"}, "/Workspace/prod"),
        ("/Workspace/dev/", {"/Workspace/dev": "/Workspace/prod"}, "/Workspace/prod/"),
        ("/Workspace/device", {"/Workspace/dev": "/Workspace/prod"}, "/Workspace/device"),
        ("/x/Workspace/dev", {"/Workspace/dev": "/Workspace/prod"}, "/x/Workspace/dev"),
        ("/dev/x", {"/Workspace/dev": "/Workspace/prod"}, "/prod/x"),
        ("/Workspace/dev/x", {"/dev": "/prod"}, "/Workspace/prod/x"),
        ("/Users/a/x", {"/Workspace": "/Workspace/old"}, "/old/Users/a/x"),
        ("/a/b/x", {"/a": "/1", "/a/b": "/2"}, "/2/x"),
        ("/a/b/x", {"/a/b": "/2", "/a": "/1"}, "/2/x"),
        ("/a/x", {"/a": "/a/b"}, "/a/b/x"),
        ("/a/b/x", {"/a": "/a/b"}, "/a/b/x"),
        ("/a/bc", {"/a": "/a/b"}, "/a/b/bc"),
        ("/Volumes/dev/s/x", {"/Volumes/dev": "/Volumes/prod"}, "/Volumes/prod/s/x"),
        ("/Volumes/dev/s/x", {"/": "/prod"}, "/Volumes/dev/s/x"),
        ("/x", {"/": "/prod"}, "/prod/x"),
        ("/dev/Volumes/x", {"/dev": "/"}, "/Workspace/Volumes/x"),
        ("dbfs:/mnt/dev/x", {"dbfs:/mnt/dev": "dbfs:/mnt/prod"}, "dbfs:/mnt/prod/x"),
        ("dbfs:/mnt/dev/x", {"dbfs:/": "/Volumes/c/s/"}, "/Volumes/c/s/mnt/dev/x"),
        ("dbfs:/Volumes/x", {"dbfs:/": "/"}, "/Workspace/Volumes/x"),
        ("dbfs:/mnt/b/x", {"dbfs:/mnt": "s3://"}, "s3://b/x"),
        ("s3://dev/x", {"s3://dev": "s3://prod"}, "s3://prod/x"),
        ("s3://dev-2/x", {"s3://dev": "s3://prod"}, "s3://dev-2/x"),
        ("s3://b/x", {"s3://": "gs://"}, "gs://b/x"),
        ("abfss://c@dev.x/p", {"abfss://c@dev.x": "abfss://c@prod.x"}, "abfss://c@prod.x/p"),
        ("../src/x.py", {"../src": "../lib"}, "../lib/x.py"),
        ("/DEV/x", {"/dev": "/prod"}, "/DEV/x"),
        ("", {"/": "/prod"}, ""),
    ],
)
def test_a_path_is_mapped_by_its_longest_prefix_of_whole_segments(path, paths, expected):
    assert mapped_path(path, paths) == expected


def dashboard(path: str) -> dict[str, Any]:
    return in_task(dashboard_task={"dashboard_id": f"__DASHBOARD__{path}__"})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/dev/sales.lvdash.json", "/prod/sales.lvdash.json"),
        ("/Workspace/dev/sales.lvdash.json", "/Workspace/prod/sales.lvdash.json"),
        ("/development/sales.lvdash.json", "/development/sales.lvdash.json"),
    ],
)
def test_the_path_by_which_a_dashboard_is_known_is_mapped(path, expected):
    applied = apply({"paths": {"/Workspace/dev": "/Workspace/prod"}}, dashboard(path))
    assert applied.settings == dashboard(expected)


def test_a_dashboard_with_an_entry_of_its_own_is_left_to_it():
    text = json.dumps(
        {
            "resource_name_mappings": {
                "dashboards": {"/dev/a.lvdash.json": "/other/a.lvdash.json"}
            },
            "value_mappings": {"paths": {"/dev": "/prod"}},
        }
    )
    mapper = ValueMapper(parse_mappings(text.encode(), "/m.json").values)
    settings = dashboard("/dev/a.lvdash.json")
    assert mapper.apply(settings, "job").settings == settings


def test_the_id_of_a_dashboard_is_not_a_path():
    settings = in_task(dashboard_task={"dashboard_id": "/dev/x"})
    assert apply({"paths": {"/dev": "/prod"}}, settings).settings == settings


D, P = "/Workspace/dev/x", "/Workspace/prod/x"
PATH_PLACES = {
    "notebook": {"notebook_task": {"notebook_path": D}},
    "file": {"spark_python_task": {"python_file": D}},
    "jar": {"spark_jar_task": {"jar_uri": D}},
    "SQL file": {"sql_task": {"file": {"path": D}}},
    "dbt": {"dbt_task": {"project_directory": D, "profiles_directory": D}},
    "libraries": {"libraries": [{"whl": D}, {"jar": D}, {"egg": D}, {"requirements": D}]},
    "alert": {"alert_task": {"workspace_path": D}},
    "AI": {"ai_runtime_task": {"code_source_path": D, "deployments": [{"command_path": D}]}},
    "GPU": {"gen_ai_compute_task": {"training_script_path": D}},
    "volume": {"ai_function_task": {"volume": {"volume_path": D}}},
    "cluster": {
        "new_cluster": {
            "init_scripts": [
                {store: {"destination": D}}
                for store in ("workspace", "volumes", "dbfs", "s3", "abfss", "gcs", "file")
            ],
            "cluster_log_conf": {store: {"destination": D} for store in ("dbfs", "s3", "volumes")},
        }
    },
}


def replaced(value: Any, old: str, new: str) -> Any:
    """Replace a text everywhere, by its JSON."""
    return json.loads(json.dumps(value).replace(json.dumps(old), json.dumps(new)))


@pytest.mark.parametrize("fields", PATH_PLACES.values(), ids=PATH_PLACES)
def test_a_path_is_mapped_wherever_it_is(fields):
    inner = {"task_key": "i", **fields}
    for settings in (
        in_task(**fields),
        in_task(for_each_task={"inputs": "[]", "task": inner}),
        fields,  # Jobs API 2.0
    ):
        mapped = apply({"paths": {"/Workspace/dev": "/Workspace/prod"}}, settings).settings
        assert mapped == replaced(settings, D, P)


JOB_PATH_PLACES: dict[str, dict[str, Any]] = {
    "trigger": {"trigger": {"file_arrival": {"url": D}}},
    "triggers": {"triggers": [{"file_arrival": {"url": D}}]},
    "parent": {"parent_path": D},
    "base": {"environments": [{"environment_key": "e", "spec": {"base_environment": D}}]},
    "job cluster": {
        "job_clusters": [
            {"job_cluster_key": "c", "new_cluster": {"init_scripts": [{"s3": {"destination": D}}]}}
        ]
    },
}


@pytest.mark.parametrize("settings", JOB_PATH_PLACES.values(), ids=JOB_PATH_PLACES)
def test_a_path_of_the_job_is_mapped(settings):
    mapped = apply({"paths": {"/Workspace/dev": "/Workspace/prod"}}, settings).settings
    assert mapped == replaced(settings, D, P)


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        ("/dev/x.whl", "/prod/x.whl"),
        ("-r /dev/r.txt", "-r /prod/r.txt"),
        ("-r/dev/r.txt", "-r/prod/r.txt"),
        ("--requirement=/dev/r.txt", "--requirement=/prod/r.txt"),
        ("--find-links /dev/w", "--find-links /prod/w"),
        ("mine @ /dev/x.whl", "mine @ /prod/x.whl"),
        ("dev", "dev"),
        ("dev/x", "dev/x"),
        ("dev[x]>=1", "dev[x]>=1"),
        ("com.x:dev:1", "com.x:dev:1"),
        ("-r dev/r.txt", "-r prod/r.txt"),
    ],
)
def test_of_a_dependency_only_the_path_is_mapped(dependency, expected):
    spec = {"dependencies": [dependency], "java_dependencies": [dependency]}
    paths = {"/dev": "/prod", "dev": "prod"}
    mapped = apply({"paths": paths}, {"environments": [{"environment_key": "e", "spec": spec}]})
    assert mapped.settings["environments"][0]["spec"] == {
        "dependencies": [expected],
        "java_dependencies": [expected],
    }


@pytest.mark.parametrize(
    ("source", "has_git", "expected"),
    [
        ("GIT", True, D),
        ("GIT", False, D),
        (None, True, D),
        (None, False, P),
        ("WORKSPACE", True, P),
        ({"odd": 1}, True, P),
    ],
)
def test_a_path_inside_git_stays(source, has_git, expected):
    settings = in_task(notebook_task={"notebook_path": D, "source": source})
    settings |= {"git_source": {"git_branch": "main"}} if has_git else {}
    mapped = apply({"paths": {"/dev": "/prod"}}, settings).settings
    assert mapped["tasks"][0]["notebook_task"]["notebook_path"] == expected


# --- catalogs and schemas ------------------------------------------------------------------------

NAMES = {
    "catalogs": {"dev": "prod", "`dev-x`": "prod-x"},
    "schemas": {"sales_dev": "sales", "dev.raw": "raw2", "stage.RAW": "raw3", "dot": "`a``.b`"},
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dev.sales_dev.t", "prod.sales.t"),
        ("DEV.Sales_Dev.T", "prod.sales.T"),
        ("`dev`.`sales_dev`.t", "`prod`.`sales`.t"),
        ("`dev-x`.sales_dev.`t`", "`prod-x`.sales.`t`"),
        ("dev.raw.t", "prod.raw2.t"),
        ("Stage.raw.t", "Stage.raw3.t"),
        ("other.raw.t", "other.raw.t"),
        ("sales_dev.t", "sales.t"),
        ("dev.t", "dev.t"),
        ("dev", "dev"),
        ("sales_dev", "sales_dev"),
        ("x.dot.t", "x.`a``.b`.t"),
        ("dev.sales_dev.t.u", "dev.sales_dev.t.u"),
        ("{{job.parameters.catalog}}.sales_dev.t", "{{job.parameters.catalog}}.sales.t"),
        ("Prod.x.t", "Prod.x.t"),
        ("dev..t", "dev..t"),
        ("`dev.s.t", "`dev.s.t"),
        ("", ""),
    ],
)
def test_a_table_is_mapped_by_catalog_and_schema(name, expected):
    for settings in (
        {"trigger": {"table_update": {"table_names": [name]}}},
        {"triggers": [{"table_update": {"table_names": [name]}}]},
        in_task(pipeline_task={"refresh_selection": [name], "full_refresh_selection": [name]}),
        in_task(run_job_task={"pipeline_params": {"refresh_selection": [name]}}),
        in_task(ai_function_task={"delta_table": {"table_name": name}}),
    ):
        assert apply(NAMES, settings).settings == replaced(settings, name, expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dev.sales_dev.m", "prod.sales.m"),
        ("dev.sales_dev", "prod.sales"),
        ("dev", "dev"),
        ("dev.a.b.c", "dev.a.b.c"),
    ],
)
def test_the_name_of_a_model_begins_with_its_catalog(name, expected):
    settings = {"trigger": {"model": {"securable_name": name}}}
    assert apply(NAMES, settings).settings == {"trigger": {"model": {"securable_name": expected}}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"catalog": "Dev", "schema": "raw"}, {"catalog": "prod", "schema": "raw2"}),
        ({"catalog": "x", "schema": "sales_dev"}, {"catalog": "x", "schema": "sales"}),
        ({"schema": "raw"}, {"schema": "raw"}),
        ({"catalog": "`dev-x`", "schema": "`raw`"}, {"catalog": "`prod-x`", "schema": "`raw`"}),
        ({"catalog": ["dev"], "schema": None}, {"catalog": ["dev"], "schema": None}),
    ],
)
def test_the_fields_catalog_and_schema_are_mapped(fields, expected):
    for settings, mapped in (
        (in_task(dbt_task=fields), in_task(dbt_task=expected)),
        (
            in_task(power_bi_task={"tables": [fields]}),
            in_task(power_bi_task={"tables": [expected]}),
        ),
        (
            in_task(ai_function_task={"output": fields, "ai_extract": {"schema": "sales_dev"}}),
            in_task(ai_function_task={"output": expected, "ai_extract": {"schema": "sales_dev"}}),
        ),
    ):
        assert apply(NAMES, settings).settings == mapped


def test_a_table_that_two_rules_changed_has_an_entry_for_each():
    settings = {"trigger": {"table_update": {"table_names": ["dev.sales_dev.t"]}}}
    place = "trigger.table_update.table_names[0]"
    assert changes(apply(NAMES, settings)) == [
        (place, "dev.sales_dev.t", "prod.sales.t", "dev"),
        (place, "dev.sales_dev.t", "prod.sales.t", "sales_dev"),
    ]


# --- parameters and tags -------------------------------------------------------------------------

IN_TASKS = [
    "notebook_task.base_parameters",
    "clean_rooms_notebook_task.notebook_base_parameters",
    "python_wheel_task.named_parameters",
    "sql_task.parameters",
    "alert_task.parameters",
    "dashboard_task.filters",
    "pipeline_task.parameters",
    "run_job_task.job_parameters",
    "run_job_task.notebook_params",
    "run_job_task.python_named_params",
    "run_job_task.sql_params",
    "new_cluster.spark_conf",
    "new_cluster.spark_env_vars",
]
PARAMETERS = {"parameters": {"env": "prod", "catalog": {"dev": "prod", "{{old}}": "new"}}}
GIVEN = {
    "env": "dev",
    "catalog": "dev",
    "other": "dev",
}
WANTED = {**GIVEN, "env": "prod", "catalog": "prod"}


@pytest.mark.parametrize("place", IN_TASKS)
def test_a_named_parameter_is_mapped_in_every_kind_of_task(place):
    outer, inner = place.split(".")
    settings = in_task(**{outer: {inner: GIVEN}})
    assert apply(PARAMETERS, settings).settings == in_task(**{outer: {inner: WANTED}})


def test_parameters_of_jobs_operators_and_environments_are_mapped():
    def settings(values: dict[str, str]) -> dict[str, Any]:
        return {
            "parameters": [{"name": k, "default": v} for k, v in values.items()],
            "environment_variables": [
                {"environment_variables_key": "e", "spec": {"variables": values}}
            ],
            **in_task(
                python_operator_task={
                    "parameters": [{"name": k, "value": v} for k, v in values.items()]
                }
            ),
        }

    assert apply(PARAMETERS, settings(GIVEN)).settings == settings(WANTED)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("env", "{{job.parameters.env}}", "{{job.parameters.env}}"),
        ("env", " {{job.x}} ", " {{job.x}} "),
        ("env", "x{{job.x}}", "prod"),
        ("catalog", "{{old}}", "new"),
        ("catalog", "prod", "prod"),
        ("Env", "dev", "dev"),
        ("env", "", "prod"),
        ("env", 5, "prod"),
        ("env", None, None),
        ("env", ["dev"], ["dev"]),
        ("env", {"env": "dev"}, {"env": "dev"}),
    ],
)
def test_only_scalars_that_are_not_decided_by_each_run_are_mapped(name, value, expected):
    settings = in_task(notebook_task={"base_parameters": {name: value}})
    wanted = in_task(notebook_task={"base_parameters": {name: expected}})
    assert apply(PARAMETERS, settings).settings == wanted


def test_positional_parameters_have_no_name_and_stay():
    settings = in_task(spark_python_task={"parameters": ["env", "dev", "--catalog=dev"]})
    assert apply(PARAMETERS, settings).settings is settings


def test_tags_of_jobs_and_clusters_are_mapped():
    tags = {"tags": {"env": "prod", "cost": {"d1": "p1"}}}
    settings = {
        "tags": {"env": "dev", "cost": "d1", "x": "d1"},
        "new_cluster": {"custom_tags": {"env": "dev", "cost": "d2"}},
    }
    assert apply(tags, settings).settings == {
        "tags": {"env": "prod", "cost": "p1", "x": "d1"},
        "new_cluster": {"custom_tags": {"env": "prod", "cost": "d2"}},
    }


# --- addresses -----------------------------------------------------------------------------------

EMAILS = {"emails": {"a@dev.x": "ops@x", "b@dev.x": None, "default": "all@x"}}


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["A@DEV.x"], ["ops@x"]),
        (["b@dev.x"], []),
        (["c@dev.x"], ["all@x"]),
        (["ops@x", "All@x"], ["ops@x", "All@x"]),
        (["a@dev.x", "b@dev.x", "ops@x"], ["ops@x"]),
        (["c@x", "d@x"], ["all@x"]),
        (["{{job.parameters.mail}}", "", 5, None], ["{{job.parameters.mail}}", "", 5, None]),
        (["ops@x", "ops@x"], ["ops@x", "ops@x"]),
    ],
)
def test_addresses_are_mapped_dropped_and_merged(addresses, expected):
    for event in NOTIFICATION_EVENTS:
        notifications = {"email_notifications": {event: addresses}}
        settings = {**notifications, **in_task(**notifications)}
        wanted = {"email_notifications": {event: expected}}
        assert apply(EMAILS, settings).settings == {**wanted, **in_task(**wanted)}


@pytest.mark.parametrize("addresses", ["a@dev.x", None, {"a@dev.x": 1}])
def test_addresses_of_another_shape_stay(addresses):
    settings = {"email_notifications": {"on_start": addresses}}
    assert apply(EMAILS, settings).settings is settings


def test_the_place_of_addresses_is_their_whole_list():
    settings = {"email_notifications": {"on_start": ["a@dev.x", "b@dev.x"]}}
    both = ("email_notifications.on_start", ["a@dev.x", "b@dev.x"], ["ops@x"])
    assert changes(apply(EMAILS, settings)) == [(*both, "a@dev.x"), (*both, "b@dev.x")]


def test_subscribers_are_mapped_and_dropped_with_what_holds_nothing_else():
    def settings(*subscribers: dict[str, Any]) -> dict[str, Any]:
        found = list(subscribers)
        return in_task(
            alert_task={"subscribers": found},
            dashboard_task={"subscription": {"subscribers": found}},
            sql_task={"alert": {"subscriptions": found}, "dashboard": {"subscriptions": found}},
        )

    given = (
        {"user_name": "a@dev.x"},
        {"user_name": "b@dev.x"},
        {"destination_id": "d"},
        {"user_name": "b@dev.x", "destination_id": "e"},
        {},
    )
    wanted = ({"user_name": "ops@x"}, {"destination_id": "d"}, {"destination_id": "e"}, {})
    assert apply(EMAILS, settings(*given)).settings == settings(*wanted)


# --- values that are compared as a whole ---------------------------------------------------------


def test_branches_urls_node_types_and_zones_are_mapped():
    sections = {
        "git_branches": {"develop": "main"},
        "git_urls": {"https://dev": "https://prod"},
        "node_types": {"small": "large", "tiny": "large"},
        "zones": {"z1": "z2"},
    }
    cluster = {
        "node_type_id": "small",
        "driver_node_type_id": "Small",
        "worker_node_type_flexibility": {"alternate_node_type_ids": ["small", "x", "tiny"]},
        "aws_attributes": {"zone_id": "z1"},
        "gcp_attributes": {"zone_id": "z1"},
    }
    settings = {
        "git_source": {
            "git_branch": "develop",
            "git_url": "https://dev",
            "git_tag": "develop",
            "job_source": {"import_from_git_branch": "develop"},
        },
        "job_clusters": [{"job_cluster_key": "c", "new_cluster": cluster}],
    }
    applied = apply(sections, settings)
    assert applied.settings["git_source"] == {
        "git_branch": "main",
        "git_url": "https://prod",
        "git_tag": "develop",
        "job_source": {"import_from_git_branch": "main"},
    }
    assert applied.settings["job_clusters"][0]["new_cluster"] == {
        "node_type_id": "large",
        "driver_node_type_id": "Small",
        "worker_node_type_flexibility": {"alternate_node_type_ids": ["large", "x"]},
        "aws_attributes": {"zone_id": "z2"},
        "gcp_attributes": {"zone_id": "z2"},
    }


# --- fields --------------------------------------------------------------------------------------


def field(path: str, rule: Any, settings: dict[str, Any], job_name: str = "job") -> dict[str, Any]:
    return apply({"fields": {path: rule}}, settings, job_name).settings


@pytest.mark.parametrize(
    ("path", "rule", "settings", "expected"),
    [
        ("max_concurrent_runs", 5, {"max_concurrent_runs": 1}, {"max_concurrent_runs": 5}),
        ("max_concurrent_runs", 5, {}, {"max_concurrent_runs": 5}),
        ("queue.enabled", True, {}, {}),
        ("queue.enabled", True, {"queue": {}}, {"queue": {"enabled": True}}),
        ("queue.enabled", True, {"queue": None}, {"queue": None}),
        ("queue", True, {"queue": {"enabled": False}}, {"queue": {"enabled": False}}),
        ("queue", None, {"queue": {"enabled": False}}, {}),
        ("queue", None, {}, {}),
        ("x", {"from": 1, "to": 2}, {"x": 1}, {"x": 2}),
        ("x", {"from": 1, "to": 2}, {"x": 1.0}, {"x": 2}),
        ("x", {"from": 1, "to": 2}, {"x": True}, {"x": True}),
        ("x", {"from": 1, "to": 2}, {}, {}),
        ("x", {"from": 1, "to": None}, {"x": 1, "y": 1}, {"y": 1}),
        ("x", {"from": ["a", 1], "to": []}, {"x": ["a", 1.0]}, {"x": []}),
        ("x", ["a"], {"x": ["b", "c"]}, {"x": ["a"]}),
        ("x", ["a"], {"x": [{"b": 1}]}, {"x": [{"b": 1}]}),
        ("x", 1, {"x": 1.0}, {"x": 1.0}),
        ("x", 1, {"x": True}, {"x": 1}),
        ("x", 1, {"x": None}, {"x": 1}),
        ("p[0]", "z", {"p": ["a", "b"]}, {"p": ["z", "b"]}),
        ("p[5]", "z", {"p": ["a"]}, {"p": ["a"]}),
        ("p[*]", {"from": "a", "to": None}, {"p": ["a", "b", "a"]}, {"p": ["b"]}),
        (
            'tags["cost-center"]',
            "p",
            {"tags": {"cost-center": "d"}},
            {"tags": {"cost-center": "p"}},
        ),
        ("tags[env]", None, {"tags": {"env": "d"}}, {"tags": {}}),
    ],
)
def test_a_field_is_set_changed_or_removed(path, rule, settings, expected):
    mapped = field(path, rule, settings)
    assert json.dumps(mapped) == json.dumps(expected)


def test_an_element_is_named_by_its_key_and_every_one_by_a_star():
    settings = {"tasks": [{"task_key": "load", "x": 1}, {"task_key": "report", "x": 1}]}
    assert [t["x"] for t in field("tasks[*].x", 2, settings)["tasks"]] == [2, 2]
    assert [t["x"] for t in field("tasks[load].x", 2, settings)["tasks"]] == [2, 1]
    assert field("tasks[0].x", 2, settings) is settings


@pytest.mark.parametrize(
    ("job_name", "value", "expected"),
    [
        ("nightly-a", 9, 1),
        ("nightly-special", 9, 2),
        ("nightly-special", 7, 2),
        ("daily", 9, 3),
        ("daily", 7, 4),
        ("daily", 4, 4),
        ("Nightly", 9, 3),
    ],
)
def test_a_rule_for_some_jobs_wins_and_then_the_later_one(job_name, value, expected):
    rules = [
        {"to": 3},
        {"to": 1, "jobs": "nightly*"},
        {"to": 2, "jobs": "*special"},
        {"from": 7, "to": 4},
    ]
    assert field("x", rules, {"x": value}, job_name) == {"x": expected}


def test_a_rule_for_one_element_beats_that_for_all_whatever_their_order():
    settings = {"tasks": [{"task_key": "a"}, {"task_key": "b"}]}
    for fields in (
        {"tasks[*].x": {"to": 1, "jobs": "job"}, "tasks[a].x": 2},
        {"tasks[a].x": 2, "tasks[*].x": {"to": 1, "jobs": "job"}},
    ):
        mapped = apply({"fields": fields}, settings).settings
        assert [task["x"] for task in mapped["tasks"]] == [2, 1]


def test_a_field_beats_the_section_of_its_place():
    sections = {
        "paths": {"/dev": "/prod"},
        "fields": {"tasks[a].notebook_task.notebook_path": "/special"},
    }
    settings = {
        "tasks": [{"task_key": name, "notebook_task": {"notebook_path": "/dev/n"}} for name in "ab"]
    }
    applied = apply(sections, settings)
    paths = [task["notebook_task"]["notebook_path"] for task in applied.settings["tasks"]]
    assert paths == ["/special", "/prod/n"]
    assert [value.section for value in applied.mapped] == [
        "value_mappings.fields",
        "value_mappings.paths",
    ]


def test_what_a_field_rule_made_is_not_overwritten_by_a_rule_for_any_value():
    sections = {
        "parameters": {"p": "fallback"},
        "fields": {"parameters[p].default": {"from": "a", "to": "b"}},
    }
    for value, expected in (("a", "b"), ("b", "b"), ("c", "fallback")):
        settings = {"parameters": [{"name": "p", "default": value}]}
        assert apply(sections, settings).settings["parameters"][0]["default"] == expected


def test_what_is_added_and_removed_is_missing_on_one_side():
    sections = {"fields": {"a": 1, "b": None}}
    assert changes(apply(sections, {"b": {"c": 2}})) == [
        ("b", {"c": 2}, MISSING, "b"),
        ("a", MISSING, 1, "a"),
    ]


# --- what is left alone, and what is reported ----------------------------------------------------


def test_without_rules_the_settings_are_those_that_were_given():
    settings = {"tasks": []}
    assert ValueMapper(ValueRules()).apply(settings, "job").settings is settings


def test_branches_without_a_change_are_shared():
    settings = {"tags": {"env": "dev"}, **in_task(notebook_task={"notebook_path": "/x"})}
    applied = apply({"tags": {"env": "prod"}, "paths": {"/dev": "/prod"}}, settings)
    assert applied.settings["tasks"] is settings["tasks"]


def test_a_change_says_its_entry_and_line():
    applied = apply({"tags": {"a b": "x"}}, {"tags": {"a b": "y"}})
    [value] = applied.mapped
    assert (value.path, value.section, value.name, value.line) == (
        'tags["a b"]',
        "value_mappings.tags",
        "a b",
        1,
    )


def test_rules_that_match_nothing_or_are_always_beaten_are_warnings():
    found = rules(
        {
            "paths": {"/a": "/1", "/a/b": "/2", "/c": "/3"},
            "emails": {"a@x": "b@x", "default": "c@x"},
            "fields": {"tags.env": "p"},
            "tags": {"env": "q"},
        }
    )
    mapper = ValueMapper(found)
    settings = {
        "parent_path": "/a/b/x",
        "tags": {"env": "d"},
        "email_notifications": {"on_start": ["a@x"]},
    }
    uses = [mapper.apply(settings, "job")]
    assert rule_states(found, uses) == (
        "shadowed",
        "fine",
        "unused",
        "fine",
        "fine",
        "fine",
        "shadowed",
    )
    assert [str(issue) for issue in rule_warnings(found, uses, "/m.json")] == [
        "“value_mappings.paths./a” never decides, because a more special or later entry "
        "always does. (/m.json, line 1)",
        "“value_mappings.paths./c” does not match any definition. (/m.json, line 1)",
        "“value_mappings.tags.env” never decides, because a more special or later entry "
        "always does. (/m.json, line 1)",
    ]


def test_the_values_of_a_section_are_listed_with_the_name_that_a_rule_would_have():
    settings = {
        "parameters": [{"name": "p", "default": "v"}, {"default": "x"}],
        "trigger": {"table_update": {"table_names": ["c.s.t", "s.t", "t"]}},
        "environments": [{"environment_key": "e", "spec": {"dependencies": ["x", "-r /r"]}}],
        "tags": {"k": "v"},
        "git_source": {"git_branch": "b"},
        **in_task(dbt_task={"catalog": "c2", "schema": "s2", "project_directory": "d"}),
    }

    def names(section: ValueSection) -> list[str]:
        return [value.name for value in values_at(settings, section)]

    assert names(ValueSection.PARAMETERS) == ["p"]
    assert names(ValueSection.CATALOGS) == ["c", "c2"]
    assert names(ValueSection.SCHEMAS) == ["s", "s", "s2"]
    assert names(ValueSection.PATHS) == ["/r"]
    assert names(ValueSection.TAGS) == ["k"]
    assert names(ValueSection.GIT_BRANCHES) == ["b"]
    assert list(values_at(settings, ValueSection.TAGS)) == [("tags.k", "k", "v")]
    assert names(ValueSection.FIELDS) == []


@pytest.mark.slow
def test_many_rules_and_tasks_are_applied_in_one_walk():
    many = 10_000
    found = rules(
        {
            "paths": {f"/dev/{n}": f"/prod/{n}" for n in range(many)},
            "parameters": {"p": {f"v{n}": f"w{n}" for n in range(many)}},
            "fields": {
                **{f"tasks[t{n}].timeout_seconds": n for n in range(many)},
                "tasks[*].max_retries": [{"from": n, "to": -n - 1} for n in range(many)],
            },
        }
    )
    tasks = [
        {
            "task_key": f"t{n}",
            "max_retries": n,
            "notebook_task": {"notebook_path": f"/dev/{n}/x", "base_parameters": {"p": f"v{n}"}},
        }
        for n in range(1_000)
    ]
    applied = ValueMapper(found).apply({"tasks": tasks}, "job")
    assert len(applied.mapped) == 4_000
    assert applied.settings["tasks"][7] == {
        "task_key": "t7",
        "max_retries": -8,
        "timeout_seconds": 7,
        "notebook_task": {"notebook_path": "/prod/7/x", "base_parameters": {"p": "w7"}},
    }


def test_a_path_of_very_many_segments_is_looked_up_once():
    path = "/a" * 100_000
    assert mapped_path(path, {"/a": "/b", "/a/a/a/x": "/c"}) == "/b" + path[2:]


@pytest.mark.parametrize(("bare", "text"), [(4, "4"), (True, "true"), (0.5, "0.5")])
def test_a_parameter_that_is_written_without_quotes_is_mapped_as_its_text(bare, text):
    settings = {"parameters": [{"name": "n", "default": bare}], "tags": {"n": bare}}
    new = {"parameters": [{"name": "n", "default": "new"}], "tags": {"n": "new"}}
    for rule in ("new", {text: "new"}):
        assert apply({"parameters": {"n": rule}, "tags": {"n": rule}}, settings).settings == new


def test_a_parameter_without_quotes_that_is_right_already_stays():
    settings = {"parameters": [{"name": "n", "default": 4}]}
    applied = apply({"parameters": {"n": "4"}}, settings)
    assert (applied.settings, applied.mapped, len(applied.won)) == (settings, (), 1)


def test_a_tag_whose_key_is_a_number_is_removed():
    applied = apply({"fields": {'tags["2024"]': {"to": None}}}, {"tags": {"2024": "x", "y": "z"}})
    assert applied.settings == {"tags": {"y": "z"}}


@pytest.mark.parametrize("name", ["table_update", "table"])
def test_the_tables_of_a_trigger_are_mapped_also_under_their_former_name(name):
    settings = {"trigger": {name: {"table_names": ["dev.raw.t"]}}}
    applied = apply({"catalogs": {"dev": "prod"}}, settings)
    assert applied.settings == {"trigger": {name: {"table_names": ["prod.raw.t"]}}}
