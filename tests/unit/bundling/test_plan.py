"""What a bundle holds of definitions and a mapping file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bundling.plan import BundledJob, BundleRequest, NotBundled, plan_bundle
from core.definitions.folder import GitContents, UnreadFile
from core.errors import Issue
from tests.builders import job, notebook_task, run_job_task
from tests.bundle_reading import Bundle, Created, Found, Missing, load
from tests.bundle_schema import find_faults
from tests.bundles import contents_of, document_of, mappings_of, plan, read_jobs, with_names

ANA = {"user_name": "ana@dev.example"}
CRON = {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}
ID = "0a1b2c3d-0000-4000-8000-00000000000a"


def task(**fields):
    return notebook_task("main", **fields)


def only(planned, target):
    [settings] = read_jobs(planned, target).values()
    return settings


def both(settings, mappings):
    planned = plan(settings, mappings=mappings)
    return only(planned, "dev"), only(planned, "prod")


def row(planned):
    [found] = planned.rows
    return found


def issues(planned) -> str:
    return "\n".join(map(str, planned.issues))


class TestFiles:
    def test_they_are_the_same_each_time(self):
        jobs = [
            job(f"Job {n}", tasks=[task(existing_cluster_id=f"__CLUSTER__c{n}__")])
            for n in range(5)
        ]
        first, second = plan(*jobs), plan(*reversed(jobs))
        assert first.files == second.files
        assert sorted(first.files) == [
            "databricks.yml",
            *(f"resources/job_{n}.job.yml" for n in range(5)),
            "variables.yml",
        ]

    def test_the_root_file(self):
        contents = contents_of(document_of(job("load")))
        hosts = {"dev": "https://dev.example", "prod": "https://prod.example"}
        planned = plan_bundle(contents, mappings_of(None), BundleRequest("team", hosts))
        assert load(planned.files["databricks.yml"]) == {
            "bundle": {"name": "team"},
            "include": ["resources/*.job.yml"],
            "targets": {
                "dev": {"default": True, "workspace": {"host": "https://dev.example"}},
                "prod": {"workspace": {"host": "https://prod.example"}},
            },
        }

    def test_the_id_in_dev_is_a_comment(self):
        planned = plan(job("load"))
        assert "# Exported from job 7.\n" in planned.files["resources/load.job.yml"]

    def test_an_empty_folder(self):
        planned = plan()
        assert list(planned.files) == ["databricks.yml"]
        assert Bundle(planned.files, "prod").jobs == {}


class TestKeys:
    def test_a_key_stays_when_another_job_comes(self):
        before = plan(job("Load A"))
        after = plan(job("Load A"), job("load  a"), keys=before.keys)
        assert after.keys["Load A"] == before.keys["Load A"] == "load_a"
        assert after.keys["load  a"].startswith("load_a_")

    def test_a_key_that_is_not_legal_is_not_taken_up(self):
        planned = plan(job("load"), keys={"load": "../x"})
        assert planned.keys == {"load": "load"}

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Nightly: load (EU)", "nightly_load_eu"),
            ("2024 report", "job_2024_report"),
            ("Über-Job", "uber_job"),
            ("con", "job_con"),
            ("../../etc/passwd", "etc_passwd"),
            ("__x__", "x"),
            ("x" * 300, "x" * 60),
        ],
    )
    def test_keys_remind_of_names(self, name, key):
        assert plan(job(name)).keys == {name: key}

    @given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=8, unique=True))
    def test_keys_are_legal_and_distinct(self, names):
        names = [name for name in names if not any("\ud800" <= char <= "\udfff" for char in name)]
        planned = plan(*map(job, names))
        assert sorted(planned.keys) == sorted(names)
        assert set(read_jobs(planned, "dev")) == set(names)  # the reader knows legal keys only
        assert len(set(planned.keys.values())) == len(names)


class TestNothingIsLost:
    def test_a_whole_job(self):
        settings = job(
            "load",
            tags={"team": "on", "count": "1"},
            email_notifications={},
            schedule={"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"},
            tasks=[task(for_each_task={"inputs": "[1]", "task": task()}), run_job_task("x", 5)],
            parameters=[{"name": "sql", "default": "SELECT 1\nFROM t\n"}],
            future_field={"deep": [None, True, 1.5]},
        )
        expected = {**settings, "run_as": ANA}
        assert both(settings, None) == (expected, expected)

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**63 - 1)
            | st.text(alphabet=st.sampled_from("a${}.x \n\t:-é'\"")),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["a", "b", "yes", "1"]), inner, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_any_value_comes_back(self, value):
        settings = job("load", future_field=value)
        expected = {**settings, "run_as": ANA}
        assert both(settings, {}) == (expected, expected)

    def test_what_the_bundle_sets_itself_is_named(self):
        planned = plan(
            job(
                "load",
                format="MULTI_TASK",
                edit_mode="UI_LOCKED",
                deployment={"kind": "BUNDLE"},
                git_source={"git_url": "https://x.example", "git_snapshot": {"used_commit": "1"}},
            )
        )
        assert only(planned, "dev")["git_source"] == {"git_url": "https://x.example"}
        assert not {"format", "edit_mode", "deployment"} & only(planned, "dev").keys()
        for path in ("format", "edit_mode", "deployment", "git_source.git_snapshot"):
            assert f"({path})" in issues(planned)

    def test_an_unknown_field_stays_and_is_named(self):
        planned = plan(job("load", new_thing=1, tasks=[task(newer=2)]))
        assert only(planned, "dev")["new_thing"] == 1
        assert "new_thing, tasks[].newer" in row(planned).notes[0]

    def test_a_job_of_one_task(self):
        settings = {
            "name": "old",
            "new_cluster": {"num_workers": 1},
            "notebook_task": {"notebook_path": "/x"},
            "libraries": [{"pypi": {"package": "x"}}],
            "max_retries": 2,
            "timeout_seconds": 60,
            "format": "SINGLE_TASK",
        }
        planned = plan(settings)
        assert only(planned, "prod") == {
            "name": "old",
            "timeout_seconds": 60,
            "run_as": ANA,
            "tasks": [
                {
                    "task_key": "main",
                    "new_cluster": {"num_workers": 1},
                    "notebook_task": {"notebook_path": "/x"},
                    "libraries": [{"pypi": {"package": "x"}}],
                    "max_retries": 2,
                }
            ],
        }
        assert "Jobs API 2.0" in row(planned).notes[0]

    def test_fields_of_other_forms_are_named_by_the_row(self):
        contents = contents_of(document_of(job("load"), creator_user_name="ana@dev.example"))
        planned = plan_bundle(contents, mappings_of(None), BundleRequest())
        assert row(planned).definition.left_out == ("creator_user_name",)


class TestDollars:
    def test_they_are_escaped(self):
        value = "${HOME} ${var.x} $${resources.jobs.a.id} {{job.id}} $x"
        settings = job("load", tags={"a": value})
        planned = plan(settings)
        assert only(planned, "dev")["tags"] == {"a": value}
        assert "$${HOME}" in planned.files["resources/load.job.yml"]
        root = load(planned.files["databricks.yml"])
        assert root["bundle"]["databricks_cli_version"] == ">= 1.15.0"
        assert "version 1.15.0" in issues(planned)
        assert "ambiguous" in issues(planned)  # “$${” itself

    def test_without_one_any_client_will_do(self):
        assert "databricks_cli_version" not in plan(job("load")).files["databricks.yml"]

    def test_a_key_has_no_escape(self):
        assert any("A key in it" in note for note in row(plan(job("x", tags={"${a}": "b"}))).notes)

    def test_a_value_from_the_mapping_file(self):
        dev, prod = both(
            job("load", tags={"env": "dev"}),
            {"value_mappings": {"tags": {"env": {"dev": "${x.y}"}}}},
        )
        assert (dev["tags"], prod["tags"]) == ({"env": "dev"}, {"env": "${x.y}"})

    def test_a_description_is_no_reference(self):
        mappings = {"value_mappings": {"tags": {"${var.a}": "x"}}}
        assert both(job("load", tags={"${var.a}": "b"}), mappings)[1]["tags"] == {"${var.a}": "x"}

    def test_a_value_from_the_mapping_file_asks_for_a_client_that_knows_it(self):
        mappings = {"value_mappings": {"tags": {"env": {"dev": "${x.y}"}}}}
        planned = plan(job("load", tags={"env": "dev"}), mappings=mappings)
        assert "databricks_cli_version" in planned.files["databricks.yml"]

    def test_a_name_with_one_cannot_be_looked_up(self):
        planned = plan(job("load", tasks=[task(existing_cluster_id="__CLUSTER__${var.x}__")]))
        assert isinstance(only(planned, "dev")["tasks"][0]["existing_cluster_id"], Missing)


class TestReferences:
    def test_jobs_of_the_bundle(self):
        waiting = {"job_completion": {"jobs": [{"job_id": "__JOB__First Job__"}]}}
        planned = plan(
            job("First Job"),
            job("second", tasks=[run_job_task("x", "__JOB__First Job__")], trigger=waiting),
        )
        second = read_jobs(planned, "prod")["second"]
        assert second["tasks"][0]["run_job_task"]["job_id"] == Created("first_job")
        assert second["trigger"]["job_completion"]["jobs"] == [{"job_id": Created("first_job")}]

    def test_a_job_that_is_not_in_the_folder(self):
        planned = plan(job("load", tasks=[run_job_task("x", "__JOB__Else where__")]))
        found = only(planned, "dev")["tasks"][0]["run_job_task"]["job_id"]
        assert found == Found("job", "Else where")

    def test_jobs_that_run_each_other(self):
        planned = plan(
            job("a", tasks=[run_job_task("x", "__JOB__b__")]),
            job("b", tasks=[run_job_task("x", "__JOB__a__")]),
            job("c", tasks=[run_job_task("x", "__JOB__a__")]),
            job("self", tasks=[run_job_task("x", "__JOB__self__")]),
        )
        found = {
            name: settings["tasks"][0]["run_job_task"]["job_id"]
            for name, settings in read_jobs(planned, "dev").items()
        }
        assert found == {
            "a": Found("job", "b"),
            "b": Found("job", "a"),
            "c": Created("a"),
            "self": Found("job", "self"),
        }
        noted = {one.job_name for one in planned.rows if "run each other" in " ".join(one.notes)}
        assert noted == {"a", "b", "self"}

    @pytest.mark.parametrize(
        ("settings", "place", "found"),
        [
            (
                task(existing_cluster_id="__CLUSTER__c__"),
                "existing_cluster_id",
                Found("cluster", "c"),
            ),
            (
                {"sql_task": {"warehouse_id": "__WAREHOUSE__w__"}},
                "warehouse_id",
                Found("warehouse", "w"),
            ),
            (
                {"pipeline_task": {"pipeline_id": "__PIPELINE__p__"}},
                "pipeline_id",
                Found("pipeline", "p"),
            ),
            (
                {"new_cluster": {"policy_id": "__CLUSTER_POLICY__p__"}},
                "policy_id",
                Found("cluster_policy", "p"),
            ),
            (
                {"new_cluster": {"instance_pool_id": "__INSTANCE_POOL__p__"}},
                "instance_pool_id",
                Found("instance_pool", "p"),
            ),
            (
                {"sql_task": {"query": {"query_id": "__QUERY__q__"}}},
                "query_id",
                Found("query", "q"),
            ),
            (
                {"sql_task": {"alert": {"alert_id": "__LEGACY_ALERT__a__"}}},
                "alert_id",
                Found("alert", "a"),
            ),
            (
                {"sql_task": {"dashboard": {"dashboard_id": "__LEGACY_DASHBOARD__d__"}}},
                "dashboard_id",
                Found("dashboard", "d"),
            ),
            ({"alert_task": {"alert_id": "__ALERT__a__"}}, "alert_id", Missing("alert_a")),
            (
                {"dashboard_task": {"dashboard_id": "__DASHBOARD__/x/d__"}},
                "dashboard_id",
                Missing("dashboard_x_d"),
            ),
            (
                task(existing_cluster_id="__CLUSTER__unknown__"),
                "existing_cluster_id",
                Missing("cluster_unknown"),
            ),
        ],
    )
    def test_objects_by_name(self, settings, place, found):
        planned = plan(job("load", tasks=[{"task_key": "x", **settings}]))
        for target in ("dev", "prod"):
            assert f"'{place}': {found!r}" in repr(only(planned, target))
        assert ("Give this variable a value" in issues(planned)) == isinstance(found, Missing)

    def test_ids_stay_and_are_named(self):
        planned = plan(
            job("load", tasks=[task(existing_cluster_id="0923-1"), run_job_task("y", 5)])
        )
        assert only(planned, "dev")["tasks"][1]["run_job_task"]["job_id"] == 5
        [note] = row(planned).notes
        assert "tasks[main].existing_cluster_id (cluster 0923-1)" in note
        assert "tasks[y].run_job_task.job_id (job 5)" in note

    def test_ids_of_jobs_that_are_in_the_bundle(self):
        waiting = {"job_completion": {"jobs": [{"job_id": "8"}, {"job_id": "99"}]}}
        contents = contents_of(
            {"job_id": 7, "settings": job("a", tasks=[run_job_task("x", 8)], trigger=waiting)},
            {"job_id": 8, "settings": job("b", tasks=[run_job_task("x", 9)])},
            {"job_id": 9, "settings": job("c", tasks=[run_job_task("x", 9)])},
            {"job_id": 5, "settings": job("d", tasks=[run_job_task("x", 5)])},
            {"job_id": 5, "settings": job("e")},
        )
        planned = plan_bundle(contents, mappings_of(None), BundleRequest())
        jobs = read_jobs(planned, "prod")
        found = {
            name: one["tasks"][0]["run_job_task"]["job_id"]
            for name, one in jobs.items()
            if name != "e"
        }
        assert found == {"a": Created("b"), "b": Created("c"), "c": Found("job", "c"), "d": 5}
        assert jobs["a"]["trigger"]["job_completion"]["jobs"] == [
            {"job_id": Created("b")},
            {"job_id": "99"},
        ]

    def test_a_job_of_another_workspace(self):
        other = {"job_completion": {"jobs": [{"job_id": "5", "workspace_id": "99"}]}}
        planned = plan(job("load", trigger=other))
        assert only(planned, "prod")["trigger"] == other
        assert not row(planned).notes

    def test_the_workspace_itself(self):
        own = {
            "job_completion": {
                "jobs": [{"job_id": "__JOB__load__", "workspace_id": "__WORKSPACE__current__"}]
            }
        }
        planned = plan(job("load", trigger=own))
        [one] = only(planned, "prod")["trigger"]["job_completion"]["jobs"]
        assert one["workspace_id"] == Missing("workspace")
        assert "workspace" in issues(planned)


class TestMappings:
    def test_names(self):
        mappings = {
            "compute_name_mappings": {
                "cluster_name_mappings": {"etl dev": "etl prod", "by id": {"id": "0923-9"}}
            },
            "resource_name_mappings": {"dashboards": {"/x/d": {"id": "d1"}}},
        }
        settings = job(
            "load",
            tasks=[
                notebook_task("a", existing_cluster_id="__CLUSTER__etl dev__"),
                notebook_task("b", existing_cluster_id="__CLUSTER__by id__"),
                notebook_task("c", existing_cluster_id="__CLUSTER__same__"),
                {"task_key": "d", "dashboard_task": {"dashboard_id": "__DASHBOARD__/x/d__"}},
            ],
        )
        dev, prod = both(settings, mappings)
        clusters = [
            [one.get("existing_cluster_id") for one in side["tasks"][:3]] for side in (dev, prod)
        ]
        assert clusters == [
            [Found("cluster", "etl dev"), Found("cluster", "by id"), Found("cluster", "same")],
            [Found("cluster", "etl prod"), "0923-9", Found("cluster", "same")],
        ]
        ids = [side["tasks"][3]["dashboard_task"]["dashboard_id"] for side in (dev, prod)]
        assert ids == [Missing("dashboard_x_d"), "d1"]

    def test_a_value_that_prod_lacks_is_not_dev_s(self):
        mappings = {"resource_name_mappings": {"pipelines": {"p": "unknown"}}}
        settings = job(
            "x", tasks=[{"task_key": "a", "pipeline_task": {"pipeline_id": "__PIPELINE__p__"}}]
        )
        dev, prod = both(settings, mappings)
        assert dev["tasks"][0]["pipeline_task"]["pipeline_id"] == Found("pipeline", "p")
        assert isinstance(prod["tasks"][0]["pipeline_task"]["pipeline_id"], Missing)

    def test_values(self):
        mappings = {
            "value_mappings": {
                "catalogs": {"dev": "prod"},
                "schemas": {"stage": "live"},
                "paths": {"/Workspace/dev": "/Workspace/prod"},
                "parameters": {"env": "prod", "level": {"1": "2"}},
                "git_branches": {"develop": "main"},
                "emails": {"ana@dev.example": "ops@prod.example", "ben@dev.example": None},
                "fields": {"max_concurrent_runs": 5},
            }
        }
        settings = job(
            "load",
            max_concurrent_runs=1,
            git_source={
                "git_url": "https://x.example",
                "git_provider": "gitHub",
                "git_branch": "develop",
            },
            email_notifications={
                "on_failure": ["ana@dev.example", "ben@dev.example"],
                "on_start": ["ana@dev.example"],
            },
            trigger={"table_update": {"table_names": ["dev.a.b", "dev.stage.c", "x.stage.d"]}},
            tasks=[
                {
                    "task_key": "a",
                    "notebook_task": {
                        "notebook_path": "/Workspace/dev/a",
                        "source": "WORKSPACE",
                        "base_parameters": {"env": "dev", "level": "1", "${x}": "y"},
                    },
                }
            ],
        )
        planned = plan(settings, mappings=mappings)
        dev, prod = only(planned, "dev"), only(planned, "prod")
        assert dev == {**settings, "run_as": ANA}
        assert prod["max_concurrent_runs"] == 5
        assert prod["git_source"]["git_branch"] == "main"
        assert prod["email_notifications"] == {
            "on_failure": ["ops@prod.example"],
            "on_start": ["ops@prod.example"],
        }
        assert prod["trigger"]["table_update"]["table_names"] == [
            "prod.a.b",
            "prod.live.c",
            "x.live.d",
        ]
        assert prod["tasks"][0]["notebook_task"] == {
            "notebook_path": "/Workspace/prod/a",
            "source": "WORKSPACE",
            "base_parameters": {"env": "prod", "level": "2", "${x}": "y"},
        }
        text = planned.files["resources/load.job.yml"]
        assert "${var.path_workspace_dev}/a" in text
        assert "${var.catalog_dev}.a.b" in text
        assert '"${var.branch_develop}"' in text

    def test_equal_values_are_one_variable(self):
        mappings = {"value_mappings": {"catalogs": {"dev": "prod"}}}
        names = [f"dev.a.t{n}" for n in range(20)]
        planned = plan(
            *(job(n, trigger={"table_update": {"table_names": [n]}}) for n in names),
            mappings=mappings,
        )
        assert list(load(planned.files["variables.yml"])["variables"]) == ["catalog_dev"]

    def test_fields_that_one_side_lacks(self):
        mappings = {
            "value_mappings": {
                "fields": {
                    "budget_policy_id": None,
                    "usage_policy_id": "u",
                    "tasks[*].timeout_seconds": 9,
                }
            }
        }
        settings = job("load", budget_policy_id="b")
        dev, prod = both(settings, mappings)
        assert dev == {**settings, "run_as": ANA}
        assert "budget_policy_id" not in prod
        assert (prod["usage_policy_id"], prod["tasks"][0]["timeout_seconds"]) == ("u", 9)

    def test_a_destination_that_is_dropped_is_not_looked_up_in_prod(self):
        mappings = {
            "resource_name_mappings": {"notification_destinations": {"slack": None, "a": "b"}}
        }
        hooks = [
            {"id": "__NOTIFICATION_DESTINATION__slack__"},
            {"id": "__NOTIFICATION_DESTINATION__a__"},
        ]
        planned = plan(job("load", webhook_notifications={"on_failure": hooks}), mappings=mappings)
        found = {
            t: only(planned, t)["webhook_notifications"]["on_failure"] for t in ("dev", "prod")
        }
        word = "notification_destination"
        assert found == {
            "dev": [{"id": Found(word, "slack")}, {"id": Found(word, "a")}],
            "prod": [{"id": Found(word, "b")}],
        }
        for target, absent in (("dev", "b"), ("prod", "slack"), ("prod", "a")):
            assert Found(word, absent) not in Bundle(planned.files, target).variables.values()


class TestIdentity:
    def test_who_it_runs_as(self):
        mappings = {"run_as_mappings": {"ana@dev.example": {"user_name": "ops@prod.example"}}}
        dev, prod = both(job("load"), mappings)
        assert (dev["run_as"], prod["run_as"]) == (ANA, {"user_name": "ops@prod.example"})

    @pytest.mark.parametrize(
        ("run_as", "target", "expected"),
        [
            (ANA, {"service_principal_name": ID}, {"service_principal_name": ID}),
            (
                ANA,
                {"service_principal_name": "robot"},
                {"service_principal_name": Found("service_principal", "robot")},
            ),
            ({"group_name": "devs"}, {"group_name": "ops"}, {"group_name": "ops"}),
            ({"service_principal_name": ID}, {"group_name": "ops"}, {"group_name": "ops"}),
        ],
    )
    def test_kinds_of_principals(self, run_as, target, expected):
        dev, prod = both(job("load", run_as=run_as), {"run_as_mappings": {"default": target}})
        assert (dev["run_as"], prod["run_as"]) == (run_as, expected)

    def test_nobody_is_named(self):
        contents = contents_of({"settings": job("load")})
        planned = plan_bundle(contents, mappings_of(None), BundleRequest())
        assert "run_as" not in only(planned, "dev")
        assert "whoever deploys" in row(planned).notes[0]

    def test_only_prod_knows(self):
        contents = contents_of({"settings": job("load")})
        mappings = mappings_of({"run_as_mappings": {"default": ANA}})
        planned = plan_bundle(contents, mappings, BundleRequest())
        assert "run_as" not in only(planned, "dev")
        assert only(planned, "prod")["run_as"] == ANA

    def test_one_that_cannot_be_read_stays(self):
        settings = job("load", run_as={"user_name": "a", "group_name": "b"})
        planned = plan(settings)
        assert only(planned, "prod") == settings
        assert "copied as it is" in row(planned).notes[0]

    def test_one_that_disagrees_is_named(self):
        planned = plan(job("load", run_as={"user_name": "ben@dev.example"}))
        assert "“ana@dev.example”" in row(planned).notes[0]


class TestPermissions:
    ENTRIES = (
        {"user_name": "ana@dev.example", "permission_level": "IS_OWNER"},
        {"group_name": "devs", "permission_level": "CAN_VIEW"},
        {"user_name": "ben@dev.example", "permission_level": "CAN_MANAGE"},
    )

    def plan(self, mappings):
        contents = contents_of(document_of(job("load"), permissions=list(self.ENTRIES)))
        return plan_bundle(contents, mappings_of(mappings), BundleRequest())

    def test_they_are_taken_along(self):
        planned = self.plan(None)
        expected = [
            {"user_name": "ana@dev.example", "level": "IS_OWNER"},
            {"group_name": "devs", "level": "CAN_VIEW"},
            {"user_name": "ben@dev.example", "level": "CAN_MANAGE"},
        ]
        assert [only(planned, t)["permissions"] for t in ("dev", "prod")] == [expected] * 2

    def test_from_git_with_mapped_principals(self):
        planned = self.plan(
            {
                "permissions": {"from_git": "exact"},
                "run_as_mappings": {
                    "ben@dev.example": {"user_name": "ops@prod.example"},
                    "default": {"user_name": "nobody@prod.example"},
                },
            }
        )
        assert len(only(planned, "dev")["permissions"]) == 3
        assert only(planned, "prod")["permissions"] == [
            {"group_name": "devs", "level": "CAN_VIEW"},
            {"user_name": "ops@prod.example", "level": "CAN_MANAGE"},
        ]

    def test_a_mapping_file_that_ignores_them(self):
        planned = self.plan({})
        assert "permissions" not in only(planned, "prod")
        assert "permissions are left out" in row(planned).notes[0]

    def test_those_of_new_jobs(self):
        entry = {"group_name": "ops", "permission_level": "CAN_MANAGE"}
        planned = self.plan({"permissions": {"new_jobs": [entry]}})
        assert only(planned, "prod")["permissions"] == [
            {"group_name": "ops", "level": "CAN_MANAGE"}
        ]
        assert "permissions" not in only(planned, "dev")
        assert "sets permissions exactly" in issues(planned)


class TestPausing:
    def test_as_in_git(self):
        settings = job("load", schedule={**CRON, "pause_status": "PAUSED"})
        dev, prod = both(settings, {})
        assert dev["schedule"] == prod["schedule"] == settings["schedule"]

    @pytest.mark.parametrize("policy", ["new_paused", "keep_target"])
    def test_nothing_starts_by_surprise(self, policy):
        planned = plan(
            job("a", schedule={**CRON, "pause_status": "UNPAUSED"}),
            job("b", continuous={}),
            job(
                "c", trigger={"periodic": {"interval": 1, "unit": "DAYS"}, "pause_status": "PAUSED"}
            ),
            job("d", triggers=[{"schedule": CRON}]),
            mappings={"pause_status": policy},
        )
        found = {
            target: {
                name: (
                    one.get("schedule")
                    or one.get("continuous")
                    or one.get("trigger")
                    or one["triggers"][0]
                )["pause_status"]
                for name, one in read_jobs(planned, target).items()
            }
            for target in ("dev", "prod")
        }
        assert found == {
            "dev": {"a": "UNPAUSED", "b": "UNPAUSED", "c": "PAUSED", "d": "UNPAUSED"},
            "prod": dict.fromkeys("abcd", "PAUSED"),
        }
        assert policy in issues(planned)
        [variable] = load(planned.files["variables.yml"])["variables"]
        assert variable == "pause_status_unpaused"


class TestRefusals:
    def test_a_secret_in_git(self):
        token = "dapi" + "0123456789abcdef" * 2
        planned = plan(
            job("bad", tags={"t": token}), job("good", tasks=[run_job_task("x", "__JOB__bad__")])
        )
        bad, good = planned.rows
        assert isinstance(bad, NotBundled)
        assert "it holds a secret" in bad.issues[0].message
        assert isinstance(good, BundledJob)
        assert only(planned, "dev")["tasks"][0]["run_job_task"]["job_id"] == Found("job", "bad")
        assert token not in json.dumps([*planned.files.values(), repr(planned.rows)])

    def test_a_secret_that_only_prod_has(self):
        token = "dapi" + "0123456789abcdef" * 2
        planned = plan(
            job("bad", tags={"t": "x"}), mappings={"value_mappings": {"tags": {"t": token}}}
        )
        assert "it holds a secret" in row(planned).issues[0].message
        assert token not in json.dumps(list(planned.files.values()))

    def test_what_may_be_a_secret_is_named(self):
        settings = job(
            "odd", tasks=[task(notebook_task={"base_parameters": {"password": "hunter22"}})]
        )
        [note] = row(plan(settings)).notes
        assert note.startswith("May hold a secret: ")
        assert "hunter22" not in note

    def test_a_job_that_is_excluded(self):
        planned = plan(job("a"), job("b"), mappings={"jobs": {"exclude": ["b"]}})
        assert list(planned.keys) == ["a"]
        assert planned.rows[1].why

    def test_two_jobs_of_one_name(self):
        planned = plan(job("a"), job("a"), job("b", tasks=[run_job_task("x", "__JOB__a__")]))
        assert [type(one) for one in planned.rows] == [NotBundled, NotBundled, BundledJob]

    def test_a_file_that_cannot_be_read(self):
        contents = GitContents("/x", unread=(UnreadFile("a.json", Issue("It is broken.")),))
        planned = plan_bundle(contents, mappings_of(None), BundleRequest())
        assert row(planned).issues == (Issue("It is broken."),)

    def test_half_a_character_elsewhere(self):
        entries = [{"user_name": "a\ud800", "permission_level": "CAN_VIEW"}]
        contents = contents_of(document_of(job("load"), permissions=entries))
        planned = plan_bundle(contents, mappings_of(None), BundleRequest())
        assert "surrogate" in row(planned).issues[0].message
        default = {"run_as_mappings": {"default": {"user_name": "a\ud800"}}}
        assert "surrogate" in issues(plan(job("load"), mappings=default))

    def test_a_job_of_another_bundle(self):
        settings = job("load", deployment={"kind": "BUNDLE"}, edit_mode="UI_LOCKED")
        assert "Only one can deploy it" in row(plan(settings)).notes[0]

    def test_half_a_character(self):
        assert "surrogate" in row(plan(job("a", description="\ud800"))).issues[0].message


class TestRelativePaths:
    def test_they_are_named(self):
        planned = plan(
            job(
                "load",
                tasks=[
                    {"task_key": "a", "notebook_task": {"notebook_path": "./nb"}},
                    {"task_key": "b", "spark_python_task": {"python_file": "src/main.py"}},
                    {"task_key": "c", "spark_python_task": {"python_file": "dbfs:/x.py"}},
                    {"task_key": "d", "spark_python_task": {"python_file": "/Workspace/x.py"}},
                ],
                environments=[
                    {
                        "environment_key": "e",
                        "spec": {"dependencies": ["a==1", "dist/a.whl", "/Volumes/a/b/c/d.whl"]},
                    }
                ],
            )
        )
        [note] = row(planned).notes
        assert (
            "environments[e].spec.dependencies[1], tasks[a].notebook_task.notebook_path, "
            "tasks[b].spark_python_task.python_file." in note
        )

    def test_not_those_in_the_git_repository(self):
        planned = plan(
            job(
                "load",
                git_source={
                    "git_url": "https://x.example",
                    "git_provider": "gitHub",
                    "git_branch": "b",
                },
                tasks=[
                    {"task_key": "a", "notebook_task": {"notebook_path": "nb", "source": "GIT"}}
                ],
            )
        )
        assert not row(planned).notes


def test_the_names_come_back():
    settings = job(
        "load",
        run_as=ANA,
        tasks=[
            notebook_task("a", existing_cluster_id="__CLUSTER__x y__"),
            run_job_task("b", "__JOB__other__"),
        ],
    )
    planned = plan(settings, job("other"))
    assert with_names(read_jobs(planned, "dev")["load"], planned) == settings


def test_what_differs_in_many_ways_is_right_by_the_schema():
    settings = job(
        "load",
        email_notifications={"on_failure": ["ana@dev.example", "ben@dev.example"]},
        webhook_notifications={"on_start": [{"id": "__NOTIFICATION_DESTINATION__a__"}]},
        schedule=CRON,
        tasks=[
            notebook_task(
                "a", new_cluster={"policy_id": "__CLUSTER_POLICY__p__", "num_workers": 0}
            ),
            run_job_task("b", "__JOB__load__"),
        ],
    )
    entries = [{"user_name": "ana@dev.example", "permission_level": "IS_OWNER"}]
    contents = contents_of(document_of(settings, permissions=entries))
    mappings = mappings_of(
        {
            "pause_status": "keep_target",
            "permissions": {"from_git": "exact"},
            "run_as_mappings": {"ana@dev.example": {"service_principal_name": ID}},
            "resource_name_mappings": {
                "notification_destinations": {"a": None},
                "cluster_policies": {"p": {"id": "P1"}},
            },
            "value_mappings": {
                "emails": {"ana@dev.example": None, "default": "ops@prod.example"},
                "fields": {"timeout_seconds": 5, "tasks[a].max_retries": 2},
            },
        }
    )
    planned = plan_bundle(contents, mappings, BundleRequest())
    bundle = Bundle(planned.files, "prod")
    assert find_faults(bundle.whole["resources"]["jobs"]["load"]) == []
    load_job = bundle.jobs["load"]
    assert load_job["email_notifications"] == {"on_failure": ["ops@prod.example"]}
    assert load_job["webhook_notifications"] == {"on_start": []}
    assert load_job["permissions"] == [{"service_principal_name": ID, "level": "IS_OWNER"}]
    assert load_job["schedule"]["pause_status"] == "PAUSED"


@pytest.mark.parametrize(
    ("job", "fault"),
    [
        ({"tasks": "${x}"}, "tasks is not a list"),
        ({"tasks": [{"task_key": "a", "x": 1}]}, "tasks[0].x is unknown"),
        ({"max_concurrent_runs": "1"}, "max_concurrent_runs is not a whole number"),
        ({"permissions": [{"user_name": "a", "permission_level": "b"}]}, "permissions"),
        ({"format": "MULTI_TASK"}, "format is the bundle's"),
    ],
)
def test_the_check_by_the_schema_finds_faults(job, fault):
    [found] = find_faults(job)
    assert found.startswith(fault)
