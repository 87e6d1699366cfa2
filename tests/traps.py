"""Jobs that have broken tools before: a table of traps, written with the ids of one workspace.

All ids start with the workspace's prefix, so that the same table describes DEV and PROD.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from tests.builders import notebook_task
from tests.kinds import SEEDED, seed_entry, settings_with

UNDERSCORED = ("__", "a__", "__a", "a__b__c", "__{kind}__a__", "unknown__", "tills__dev")
CASE_TWINS = ("Stock count", "stock count", "STOCK COUNT")
FORM_TWINS = tuple(unicodedata.normalize(form, "Crème fraîche") for form in ("NFC", "NFD"))
LONG_NAMES = ("x" * 3999 + "1", "x" * 3999 + "2", "é" * 2000, "🥕" * 1000, "Ⅻ" * 1332 + "1234")
SHADY_NAMES = (
    *("report.", "report..", "report ", " report", ".report", "..", ".", "report.json"),
    *("CON", "con", "aux.txt", "NUL.", "nul .x", "COM1", "lpt9.log", "CONIN$", "COM¹", "prn.json"),
    *("a/b", "a\\b", "a:b", 'a"b', "a*b?", "a|b", "<a>", "a\nb", "a\tb", "a\x01b"),
    *("sales.lvdash", "sales.dbalert.json", "sales.dbquery", "%41", "A", "a~b", "~", "%"),
    *("Straße", "STRASSE", "ſtock", "K", "\u212a", "İ", "i̇", "ﬁ", "fi", "\u200fright", "$HOME"),
    *("-rf", "--help", "{{job.name}}", "__JOB__a__", "null", "0", "=1+1", "𝟙", "１"),
)


def resource_id(prefix: str, kind: Kind, number: int) -> str:
    return f"{prefix}-{kind}-{number}"


def resource_names(kind: Kind) -> list[str]:
    """The names of the objects of one kind; none of them is needed twice."""
    return [name.format(kind=kind) for name in UNDERSCORED]


def resources(prefix: str) -> dict[str, Any]:
    """A seed with the same names in each workspace, save the one that is mapped."""
    seed: dict[str, Any] = {}
    for kind, emulated in SEEDED.items():
        names = [name.replace("tills__dev", f"tills__{prefix}") for name in resource_names(kind)]
        seed[emulated.seed_key] = [
            seed_entry(kind, resource_id(prefix, kind, number), name)
            for number, name in enumerate(names)
        ]
    return seed


def traps(prefix: str, people: Mapping[str, str]) -> dict[str, JobSettings]:
    """The settings of each trap by the job's name; none of them runs another job.

    Args:
        people: who is called `service_principal`, `user` and `group` in this workspace.
    """
    return {
        **_underscores(prefix),
        **_long_jobs(),
        **_unknown_fields(prefix),
        **_empty_and_zero(prefix),
        **_identities(people),
        **{
            name: {"tasks": [notebook_task("main")], "description": repr(name)[:80]}
            for name in (*CASE_TWINS, *FORM_TWINS, *LONG_NAMES, *SHADY_NAMES)
        },
    }


def _underscores(prefix: str) -> dict[str, JobSettings]:
    jobs: dict[str, JobSettings] = {
        f"__{kind}__": settings_with(
            kind, {f"__{n}__": resource_id(prefix, kind, n) for n in range(len(UNDERSCORED))}
        )
        for kind in SEEDED
    }
    jobs["__all__ other __ names"] = {
        "tags": {"__team__": "__grocery__"},
        "parameters": [{"name": "__day__", "default": "__CLUSTER__a__"}],
        "job_clusters": [
            {"job_cluster_key": "__c__", "new_cluster": {"spark_version": "__", "num_workers": 1}}
        ],
        "environments": [{"environment_key": "__e__", "spec": {"client": "__1__"}}],
        "tasks": [
            notebook_task("__JOB__a__", job_cluster_key="__c__"),
            notebook_task("__JOB__b__", environment_key="__e__", description="__WAREHOUSE__a__"),
            notebook_task("c", depends_on=[{"task_key": "__JOB__b__"}, {"task_key": "__JOB__a__"}]),
        ],
    }
    return jobs


def _long_jobs() -> dict[str, JobSettings]:
    def chain(count: int) -> list[dict[str, Any]]:
        before = [[], *([{"task_key": f"t{number}"}] for number in range(count - 1))]
        return [notebook_task(f"t{n}", depends_on=before[n]) for n in range(count)]

    def keyed(field: str, count: int, **fields: Any) -> list[dict[str, Any]]:
        return [{field: f"k{number}", **fields} for number in range(count)]

    return {
        "100 tasks": {"tasks": chain(100)},
        "101 tasks": {"tasks": chain(101)},
        "150 tasks": {"tasks": chain(150)},
        "1,000 tasks": {"tasks": chain(1000)},
        "arrays of different lengths": {
            "tasks": chain(120),
            "job_clusters": keyed("job_cluster_key", 250, new_cluster={"num_workers": 1}),
            "parameters": keyed("name", 201, default="1"),
            "environments": keyed("environment_key", 99, spec={"client": "1"}),
        },
    }


def _with_strangers(node: Any) -> Any:
    """Add fields that nobody knows to every object, at every depth."""
    if isinstance(node, list):
        return [_with_strangers(item) for item in node]
    if not isinstance(node, dict):
        return node
    inside = {key: _with_strangers(value) for key, value in node.items()}
    strangers = {"brand_new": {"deep": [{"er": 1}, [], {}], "t": True, "f": 0.5, "e": "", "n": 0}}
    return {**inside, **strangers, "cluster_id": "__CLUSTER__x__", "brand_new_map": {}}


def _unknown_fields(prefix: str) -> dict[str, JobSettings]:
    destination = {"id": resource_id(prefix, Kind.NOTIFICATION_DESTINATION, 3)}
    cluster = {
        "spark_version": "15.4.x",
        "num_workers": 1,
        "aws_attributes": {"zone_id": "auto"},
        "init_scripts": [{"workspace": {"destination": "/Shared/init.sh"}}],
    }
    loop = {"inputs": "[1, 2]", "task": notebook_task("inner", new_cluster=cluster)}
    known = {
        "email_notifications": {"on_failure": ["tills@brindlewick.example"]},
        "webhook_notifications": {"on_failure": [destination]},
        "health": {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": 9}]},
        "schedule": {"quartz_cron_expression": "0 0 4 * * ?", "timezone_id": "Europe/Paris"},
        "parameters": [{"name": "day", "default": ""}],
        "environments": [{"environment_key": "e", "spec": {"client": "1"}}],
        "job_clusters": [{"job_cluster_key": "c", "new_cluster": cluster}],
        "git_source": {"git_url": "https://git.example/x.git", "git_provider": "GITHUB"},
        "queue": {"enabled": True},
        "tasks": [
            notebook_task("first", new_cluster=cluster, webhook_notifications={"on_start": []}),
            {"task_key": "loop", "for_each_task": loop, "depends_on": [{"task_key": "first"}]},
        ],
    }
    enums: JobSettings = {
        "performance_target": "COST_OPTIMIZED",
        "format": "BRAND_NEW",
        "git_source": {"git_url": "https://git.example/x.git", "git_provider": "GitLab"},
        "schedule": {"quartz_cron_expression": "0", "timezone_id": "UTC", "pause_status": "NEW"},
        "health": {"rules": [{"metric": "BRAND_NEW", "op": "NOT_YET", "value": 1}]},
        "tasks": [
            notebook_task("a", run_if="NEVER_BEFORE", notebook_task={"source": "MOON"}),
            {"task_key": "b", "condition_task": {"op": "RATHER", "left": "1", "right": "2"}},
            notebook_task(
                "c", new_cluster={"num_workers": 1, "data_security_mode": "NEW", "kind": "NEW_KIND"}
            ),
            {"task_key": "d", "brand_new_task": {"what": "__JOB__x__", "ids": [1, "2"]}},
        ],
    }
    disabled = [
        notebook_task("off", disabled=True),
        notebook_task("on", disabled=False),
        {"task_key": "l", "for_each_task": {"task": notebook_task("i", disabled=True)}},
    ]
    return {
        "unknown fields at every depth": _with_strangers(known),
        "unknown enum values": enums,
        "disabled tasks": {"tasks": disabled},
    }


def _empty_and_zero(prefix: str) -> dict[str, JobSettings]:
    single_node = {
        "spark_conf": {"spark.databricks.cluster.profile": "singleNode"},
        "custom_tags": {"ResourceClass": "SingleNode"},
    }
    policy = {"policy_id": resource_id(prefix, Kind.CLUSTER_POLICY, 3)}
    clusters: dict[str, dict[str, Any]] = {
        "tagged": {"num_workers": 0, **single_node},
        "flag": {"num_workers": 0, "is_single_node": True},
        "policy": {"num_workers": 0, **policy},
        "autoscale": {"autoscale": {"min_workers": 0, "max_workers": 1}},
    }
    maps: dict[str, Any] = {key: {} for key in ("spark_conf", "spark_env_vars", "custom_tags")}
    empty: JobSettings = {
        **{key: {} for key in ("tags", "email_notifications", "webhook_notifications", "health")},
        "notification_settings": {},
        "description": "",
        "tasks": [
            notebook_task("a", notebook_task={"notebook_path": "/n", "base_parameters": {}}),
            {"task_key": "b", "sql_task": {"file": {"path": "/q.sql"}, "parameters": {}}},
            notebook_task("c", new_cluster={"num_workers": 1, **maps, "aws_attributes": {}}),
            notebook_task("d", libraries=[], email_notifications={}, notification_settings={}),
            {"task_key": "e", "python_wheel_task": {"named_parameters": {}, "parameters": []}},
            {"task_key": "f", "spark_submit_task": {}, "new_cluster": {"num_workers": 2}},
        ],
    }
    return {
        "zero workers": {
            "tasks": [notebook_task(key, new_cluster=one) for key, one in clusters.items()],
            "timeout_seconds": 0,
            "max_concurrent_runs": 0,
        },
        "empty maps": empty,
        "no tasks at all": {},
        "no tasks in the list": {"tasks": []},
        "not queued": {
            "tasks": [notebook_task("main", max_retries=0)],
            "queue": {"enabled": False},
        },
    }


def _identities(people: Mapping[str, str]) -> dict[str, JobSettings]:
    return {
        f"runs as a {field}": {
            "tasks": [notebook_task("main")],
            "run_as": {"user_name" if field == "user" else f"{field}_name": name},
        }
        for field, name in people.items()
    }
