"""Value mappings on definitions that other people wrote: everywhere it is meant, nowhere else.

What is expected comes from a walk of its own: the settings are taken apart into the paths of their
scalars, regular expressions say what each one is, and plain loops over the rules say what it
becomes. The definitions are no part of this repository; without them the tests are skipped.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.mapping.mapping_file import parse_mappings
from core.mapping.values.mapper import Applied, ValueMapper, rule_states

JOBS = Path(__file__).resolve().parents[2].parent / "shared" / "jobs"
FILES = sorted(JOBS.glob("*/*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="the folder ../shared/jobs is not there")

Steps = tuple[str | int, ...]
Rules = dict[str, Any]

TASK = r"(tasks\.#\.)?(for_each_task\.task\.)*"
CLUSTER = rf"((job_clusters\.#\.)|{TASK})new_cluster\."
EVENT = r"on_\w+\.#"
PLACES = {
    "path": [
        rf"{TASK}(notebook_task\.notebook_path|sql_task\.file\.path|dbt_task\.\w+_directory"
        r"|spark_python_task\.python_file|spark_jar_task\.jar_uri"
        r"|libraries\.#\.(whl|jar|egg|requirements)|alert_task\.workspace_path"
        r"|gen_ai_compute_task\.(training_script_path|yaml_parameters_file_path"
        r"|mlflow_experiment_name)|ai_function_task\.volume\.volume_path"
        r"|ai_function_task\.ai_parse_document\.image_output_path"
        r"|ai_runtime_task\.(experiment|mlflow_experiment_directory|mlflow_artifact_location"
        r"|code_source_path|unity_catalog_image_path|deployments\.#\.command_path))",
        rf"{CLUSTER}(init_scripts\.#|cluster_log_conf)\."
        r"(workspace|volumes|dbfs|s3|abfss|gcs|file)\.destination",
        r"parent_path|trigger\.file_arrival\.url|triggers\.#\.file_arrival\.url"
        r"|environments\.#\.spec\.(base|project)_environment|environment_variables\.#\.spec\.files\.#",
    ],
    "dependency": [r"environments\.#\.spec\.(java_)?dependencies\.#"],
    "table": [
        r"(trigger|triggers\.#)\.table_update\.table_names\.#",
        rf"{TASK}(pipeline_task|run_job_task\.pipeline_params)\.(full_)?refresh_selection\.#",
        rf"{TASK}ai_function_task\.delta_table\.table_name",
    ],
    "catalog": [rf"{TASK}(dbt_task|ai_function_task\.output|power_bi_task\.tables\.#)\.catalog"],
    "schema": [rf"{TASK}(dbt_task|ai_function_task\.output|power_bi_task\.tables\.#)\.schema"],
    "parameter": [
        rf"{TASK}(notebook_task\.base_parameters|python_wheel_task\.named_parameters"
        r"|(sql|alert|pipeline)_task\.parameters|dashboard_task\.filters"
        r"|clean_rooms_notebook_task\.notebook_base_parameters"
        r"|run_job_task\.(job_parameters|notebook_params|python_named_params|sql_params))\.=",
        rf"{CLUSTER}(spark_conf|spark_env_vars)\.=",
        r"environment_variables\.#\.spec\.variables\.=",
        r"parameters\.#\.default",
        rf"{TASK}python_operator_task\.parameters\.#\.value",
    ],
    "email": [
        rf"{TASK}email_notifications\.{EVENT}",
        rf"{TASK}(alert_task|dashboard_task\.subscription)\.subscribers\.#\.user_name",
        rf"{TASK}sql_task\.(alert|dashboard)\.subscriptions\.#\.user_name",
    ],
    "branch": [r"git_source\.(git_branch|job_source\.import_from_git_branch)"],
    "url": [r"git_source\.git_url"],
    "node": [
        rf"{CLUSTER}(driver_)?node_type_id",
        rf"{CLUSTER}(driver|worker)_node_type_flexibility\.alternate_node_type_ids\.#",
    ],
    "zone": [rf"{CLUSTER}(aws|gcp)_attributes\.zone_id"],
    "tag": [rf"tags\.=|{CLUSTER}custom_tags\.="],
}
COMPILED = {what: re.compile("|".join(found)) for what, found in PLACES.items()}
MAPS = re.compile(
    r"(base_parameters|named_parameters|parameters|filters|job_parameters|notebook_params"
    r"|python_named_params|sql_params|spark_conf|spark_env_vars|variables|tags|custom_tags"
    r"|notebook_base_parameters)$"
)
DYNAMIC = re.compile(r"\s*\{\{[^{}]*\}\}\s*")
TIMEOUT = re.compile(r"tasks\.#\.timeout_seconds")


def load(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text())
    settings = document.get("settings", document)
    return settings if isinstance(settings, dict) else {}


def scalars(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Take settings apart; an empty object or list is a scalar as well."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from scalars(inner, (*steps, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from scalars(inner, (*steps, index))
    else:
        yield steps, value


def kind_of(steps: Steps, value: Any) -> str:
    if not isinstance(value, str | int | float):
        return ""
    written = [("#" if isinstance(step, int) else step) for step in steps]
    if len(written) > 1 and MAPS.search(str(written[-2])) and isinstance(steps[-1], str):
        written[-1] = "="
    path = ".".join(written)
    kinds = COMPILED if isinstance(value, str) else ("parameter", "tag")  # also without quotes
    return next((what for what in kinds if COMPILED[what].fullmatch(path)), "")


def at(settings: Any, steps: Steps) -> Any:
    for step in steps:
        settings = settings[step]
    return settings


def is_in_git(settings: dict[str, Any], steps: Steps) -> bool:
    """Whether a path is inside the job's repository."""
    holder = at(settings, steps[:-1])
    task = str(steps[-2]) if len(steps) > 1 else ""
    if task not in {
        "notebook_task",
        "file",
        "dbt_task",
        "gen_ai_compute_task",
        "spark_python_task",
    }:
        return False
    by_default = settings.get("git_source") is not None and task != "spark_python_task"
    return (holder.get("source") or ("GIT" if by_default else "")) == "GIT"


def name_of(settings: dict[str, Any], steps: Steps) -> str:
    holder = at(settings, steps[:-1])
    return str(holder.get("name")) if steps[-1] in {"default", "value"} else str(steps[-1])


def values(settings: dict[str, Any]) -> Iterator[tuple[str, Steps, str]]:
    for steps, value in scalars(settings):
        kind = kind_of(steps, value)
        if kind and not (kind == "path" and is_in_git(settings, steps)):
            yield kind, steps, as_text(value)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def whole(path: str) -> str:
    is_workspace = path.startswith("/") and not path.startswith(("/Volumes/", "/dbfs/"))
    return path if not is_workspace or path.startswith("/Workspace/") else f"/Workspace{path}"


def file_in(dependency: str) -> tuple[str, str]:
    match = re.fullmatch(r"(-[rcef] ?|--requirement[= ])(.*)", dependency)
    if match:
        return match[1], match[2]
    return ("", dependency) if re.match(r"/|\.\.?/|\w+:/", dependency) else (dependency, "")


def make_rules(settings: dict[str, Any]) -> Rules:
    """Make rules of every section for values that the settings have."""
    rules: Rules = {name: {} for name in ("paths", "catalogs", "schemas", "parameters", "tags")}
    exact = {"email": "emails", "branch": "git_branches", "url": "git_urls", "zone": "zones"}
    exact["node"] = "node_types"
    for kind, steps, value in values(settings):
        if kind in {"path", "dependency"}:
            path = value if kind == "path" else file_in(value)[1]
            folder = path.rpartition("/")[0].rstrip("/")
            if folder and folder != "/Workspace" and not folder.endswith(":"):
                base = (
                    "/Workspace/mapped" if whole(path).startswith("/Workspace/") else "to:/mapped"
                )
                rules["paths"].setdefault(folder, f"{base}/{len(rules['paths'])}")
        elif kind == "table" and value.count(".") == 2:
            rules["catalogs"][value.split(".")[0]] = "mapped_catalog"
            rules["schemas"][value.split(".")[1]] = "mapped_schema"
        elif kind in {"catalog", "schema"} and value.isidentifier():
            rules[f"{kind}s"][value] = f"mapped_{kind}"
        elif kind in {"parameter", "tag"} and name_of(settings, steps).strip():
            names, name = rules[f"{kind}s"], name_of(settings, steps)
            if len(name) % 2 and not DYNAMIC.fullmatch(value):
                names[name] = "mapped"
            elif not isinstance(names.get(name), str):
                names.setdefault(name, {})[value] = f"mapped {value}"
        elif kind in exact and value.strip():
            rules.setdefault(exact[kind], {})[value] = f"mapped {value}"
    rules["fields"] = {
        "tasks[*].timeout_seconds": [{"from": 0, "to": 77}, {"from": 3600, "to": 7200}],
        "max_concurrent_runs": {"to": 9, "jobs": "*"},
    }
    return rules


def expected_path(rules: Rules, path: str) -> str:
    fitting = [
        (source, target)
        for source, target in rules["paths"].items()
        if whole(path) == whole(source) or whole(path).startswith(whole(source) + "/")
    ]
    if not fitting:
        return path
    source, target = max(fitting, key=lambda rule: len(whole(rule[0])))
    new = target + whole(path)[len(whole(source)) :]
    is_short = path.startswith("/") and whole(path) != path
    return new.removeprefix("/Workspace") if is_short else new


def by_name(rules: Rules, section: str, name: str, value: Any) -> Any:
    text = as_text(value)
    found = rules[section].get(name, value)
    if isinstance(found, dict):
        return found.get(text, value)
    return value if DYNAMIC.fullmatch(text) else found


def folded(names: dict[str, str], value: str) -> str:
    return {name.casefold(): new for name, new in names.items()}.get(value.casefold(), value)


def expected(rules: Rules, settings: dict[str, Any], steps: Steps, value: Any) -> Any:
    kind = kind_of(steps, value)
    match kind:
        case "path":
            return value if is_in_git(settings, steps) else expected_path(rules, value)
        case "dependency":
            before, path = file_in(value)
            return before + expected_path(rules, path)
        case "table" if value.count(".") == 2:
            catalog, schema, table = value.split(".")
            parts = (folded(rules["catalogs"], catalog), folded(rules["schemas"], schema), table)
            return ".".join(parts)
        case "catalog" | "schema":
            return folded(rules[f"{kind}s"], value)
        case "parameter" | "tag":
            return by_name(rules, f"{kind}s", name_of(settings, steps), value)
        case "email":
            return folded(rules.get("emails", {}), value)
        case "branch" | "url" | "node" | "zone":
            section = {"branch": "git_branches", "url": "git_urls", "node": "node_types"}
            return rules.get(section.get(kind, "zones"), {}).get(value, value)
    if TIMEOUT.fullmatch(".".join("#" if isinstance(s, int) else s for s in steps)):
        return value if isinstance(value, bool) else {0: 77, 3600: 7200}.get(value, value)
    return 9 if steps == ("max_concurrent_runs",) else value


def apply(rules: Rules, settings: dict[str, Any]) -> tuple[ValueMapper, Applied]:
    mappings = parse_mappings(json.dumps({"value_mappings": rules}).encode(), "/m.json")
    assert not [issue for issue in mappings.warnings if "only once" in issue.message]
    mapper = ValueMapper(mappings.values)
    applied = mapper.apply(settings, "job")
    states = rule_states(mappings.values, [applied])
    unused = [
        r for r, state in zip(mappings.values.rules, states, strict=True) if state == "unused"
    ]
    assert {rule.section for rule in unused} <= {"fields"}
    return mapper, applied


@pytest.mark.parametrize("path", [pytest.param(p, id=f"{p.parent.name}/{p.stem}") for p in FILES])
def test_each_value_is_mapped_where_it_is_meant_and_nowhere_else(path):
    settings = load(path)
    rules = make_rules(settings)
    mapper, applied = apply(rules, settings)
    before, after = dict(scalars(settings)), dict(scalars(applied.settings))
    wanted = {steps: expected(rules, settings, steps, value) for steps, value in before.items()} | {
        ("max_concurrent_runs",): 9
    }
    assert after == wanted
    changed = sum(before.get(steps) != value for steps, value in wanted.items())
    assert bool(applied.mapped) is bool(changed)
    again = mapper.apply(applied.settings, "job")
    assert (again.settings, again.mapped) == (applied.settings, ())
    assert settings == load(path)


def test_every_section_is_met_and_one_file_of_rules_serves_all_definitions():
    everything = [load(path) for path in FILES]
    rules: Rules = {}
    for found in map(make_rules, everything):
        for section, entries in found.items():
            for name, target in entries.items():
                known = rules.setdefault(section, {})
                if isinstance(target, dict) and isinstance(known.get(name), dict):
                    known[name] |= target
                else:
                    known.setdefault(name, target)
    assert all(rules.values())
    text = json.dumps({"value_mappings": rules}).encode()
    mapper = ValueMapper(parse_mappings(text, "/m.json").values)
    for settings in everything:
        applied = mapper.apply(settings, "job")
        wanted = partial(expected, rules, settings)
        before = dict(scalars(settings)) | {("max_concurrent_runs",): 9}
        assert dict(scalars(applied.settings)) == {s: wanted(s, v) for s, v in before.items()}
