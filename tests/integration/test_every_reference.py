"""Each kind of reference at each catalogued place, between workspaces whose ids all differ."""

import json
from typing import Any

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.references import CataloguedPath, find_references, paths_at
from tests.builders import notebook_task
from tests.emulated import Emulated, issues_of, push_and_pull
from tests.kinds import SEEDED, nested, seed_entry, settings_with

ADMINS = ["admin@dev.example", "admin@prod.example"]
NAME = "shared__thing__ “x”"
MAPPED = [kind for kind in SEEDED if kind is not Kind.DASHBOARD]


def resources(prefix: str, name: str = NAME) -> dict[str, Any]:
    """One object of each kind; a dashboard keeps its name, because a path names it."""
    names = {**dict.fromkeys(SEEDED, name), Kind.DASHBOARD: "sales__v2"}
    return {
        SEEDED[kind].seed_key: [seed_entry(kind, f"{prefix}-{kind}", one)]
        for kind, one in names.items()
    }


def value_at(reference: CataloguedPath, target_job: int, workspace_id: str) -> Any:
    match reference.kind:
        case Kind.JOB:
            return target_job if reference.path.json_type == "integer" else str(target_job)
        case Kind.WORKSPACE:
            return workspace_id
        case kind:
            return f"dev-{kind}"


def jobs_of_every_place(target_job: int, workspace_id: str) -> list[dict[str, Any]]:
    """One job for each place: in a task, in the task of a loop, in a cluster, in the job."""
    jobs: list[dict[str, Any]] = []

    def add(label: str, settings: dict[str, Any]) -> None:
        plain = {"name": f"{len(jobs):03} {label}", "tasks": [notebook_task("main")]}
        jobs.append({"creator_user_name": ADMINS[0], "settings": {**plain, **settings}})

    for reference in paths_at("task"):
        part = nested(reference.pattern, value_at(reference, target_job, workspace_id))
        task = {"task_key": "t", **part}
        if len(task) == 2 and "_task" not in reference.pattern:
            task = {**notebook_task("t"), **part}
        add(reference.pattern, {"tasks": [task]})
        loop = {"inputs": "[1]", "task": task}
        add(f"loop {reference.pattern}", {"tasks": [{"task_key": "l", "for_each_task": loop}]})
    for reference in paths_at("cluster"):
        part = nested(reference.pattern, f"dev-{reference.kind}")
        pool = {"instance_pool_id": f"dev-{Kind.INSTANCE_POOL}"}
        cluster = {"spark_version": "15.4.x", "num_workers": 1, **pool, **part}
        add(
            f"job cluster {reference.pattern}",
            {
                "job_clusters": [{"job_cluster_key": "c", "new_cluster": cluster}],
                "tasks": [notebook_task("t", job_cluster_key="c")],
            },
        )
        add(f"cluster {reference.pattern}", {"tasks": [notebook_task("t", new_cluster=cluster)]})
    for reference in paths_at("job"):
        if "job_completion" in reference.pattern or reference.pattern == "existing_cluster_id":
            continue
        add(reference.pattern, nested(reference.pattern, f"dev-{reference.kind}"))
    completion = {"jobs": [{"job_id": str(target_job), "workspace_id": workspace_id}]}
    add("trigger", {"trigger": {"job_completion": completion}})
    add("triggers", {"triggers": [{"job_completion": completion}]})
    return jobs


@pytest.fixture
def exported(pair: tuple[Emulated, Emulated]) -> tuple[Emulated, Emulated]:
    dev, prod = pair
    people = {"users": [{"userName": name, "groups": ["admins"]} for name in ADMINS]}
    dev.seed(**people, **resources("dev"))
    target = dev.create_job({"name": "target__of__all", "tasks": [notebook_task("main")]})
    workspace_id = str(dev.service().info().details.where.workspace_id)
    dev.seed(jobs=jobs_of_every_place(target, workspace_id))
    prod.seed(**people)
    report = dev.service().export()
    assert report.status == "completed", issues_of(report)
    push_and_pull(dev, prod)
    return dev, prod


def ids_in(workspace: Emulated) -> dict[str, set[tuple[Kind, str]]]:
    """The ids of each job; a set, because the API repeats a pool's id for the driver."""
    return {
        job["settings"]["name"]: {
            (found.kind, str(found.value)) for found in find_references(job["settings"])
        }
        for job in workspace.stored_jobs()
    }


def expected_ids(dev: Emulated, prod: Emulated) -> dict[str, set[tuple[Kind, str]]]:
    """What DEV has, with each id replaced by PROD's."""
    translated = {f"dev-{kind}": f"prod-{kind}" for kind in SEEDED}
    translated[str(dev.job_id("target__of__all"))] = str(prod.job_id("target__of__all"))
    here, there = (str(w.service().info().details.where.workspace_id) for w in (dev, prod))
    translated[here] = there
    return {
        name: {(kind, translated[value]) for kind, value in references}
        for name, references in ids_in(dev).items()
    }


@pytest.mark.slow
def test_every_kind_at_every_place_finds_its_twin(exported) -> None:
    dev, prod = exported
    prod.seed(**resources("prod"))
    report = prod.service().import_jobs()
    assert report.status == "completed", issues_of(report)
    assert ids_in(prod) == expected_ids(dev, prod)
    assert prod.service().validate()[1].counts() == {"unchanged": len(ids_in(dev))}
    assert dev.service().export().counts() == {"unchanged": len(ids_in(dev))}


@pytest.mark.slow
def test_names_that_are_missing_are_one_report_and_mapping_them_helps(exported) -> None:
    dev, prod = exported
    other = f"{NAME} in PROD"
    prod.seed(**resources("prod", other))
    _, report = prod.service().validate()
    assert {row.noun for row in report.unmapped} == {kind.noun for kind in MAPPED}
    assert all(row.candidates == (other,) for row in report.unmapped)
    sections: dict[str, Any] = {}
    for row in report.unmapped:
        place = sections
        for step in row.section.split("."):
            place = place.setdefault(step, {})
        place[NAME] = other
    prod.put("/Workspace/Shared/map.json", json.dumps(sections).encode())
    service = prod.service(mapping_path="/Workspace/Shared/map.json")
    assert service.import_jobs().status == "completed"
    assert ids_in(prod) == expected_ids(dev, prod)


@pytest.mark.slow
def test_an_object_that_is_gone_is_unknown_and_blocks_its_job(exported) -> None:
    dev, prod = exported
    prod.seed(**resources("prod"))
    dev.seed(
        jobs=[
            {
                "creator_user_name": ADMINS[0],
                "settings": {"name": f"gone {kind}", **settings_with(kind, {"t": "gone-forever"})},
            }
            for kind in SEEDED
        ]
    )
    assert dev.service().export().status == "completed"
    for kind in SEEDED:
        assert f"__{kind}__unknown__".encode() in dev.read(f"gone {kind}.json")
    push_and_pull(dev, prod)
    _, report = prod.service().validate()
    blocked = {row.job_name for row in report.rows if row.status == "error"}
    assert blocked == {f"gone {kind}" for kind in SEEDED}
