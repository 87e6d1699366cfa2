"""What an import does with the rows beside the one that fails, over HTTP."""

from tests.builders import definition_text, job, run_job_task
from tests.emulated import CREATE, RESET, Emulated, issues_of, statuses

REFUSED = {"kind": "status", "status": 400, "times": 1}


def put_pair(prod: Emulated, timeout_s: int) -> None:
    """Define a job, and another that runs it."""
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    runs = run_job_task("then", "__JOB__base__")
    for name, tasks in (("base", job("base")["tasks"]), ("user", [runs])):
        settings = job(name, tasks=tasks, timeout_seconds=timeout_s)
        prod.put(f"{name}.json", definition_text(settings, run_as=me))


def test_a_refused_update_takes_no_other_job_with_it(prod: Emulated) -> None:
    put_pair(prod, 60)
    service = prod.service(threads=1)
    assert service.import_jobs().counts() == {"new": 2}
    put_pair(prod, 120)
    prod.fault(RESET, **REFUSED)
    report = service.import_jobs()
    assert statuses(report) == {"base": "error", "user": "changed"}
    assert "was not imported" not in issues_of(report)
    assert prod.settings_of("user")["timeout_seconds"] == 120
    assert prod.settings_of("base")["timeout_seconds"] == 60
    assert service.import_jobs().counts() == {"changed": 1, "unchanged": 1}


def test_a_refused_creation_takes_along_what_runs_it(prod: Emulated) -> None:
    put_pair(prod, 60)
    prod.fault(CREATE, **REFUSED)
    report = prod.service(threads=1).import_jobs()
    assert statuses(report) == {"base": "error", "user": "error"}
    assert "it runs “base”, which was not imported" in issues_of(report)
    assert prod.names() == []


def put_jobs(prod: Emulated, runs: dict[str, str], broken: str) -> None:
    """Define jobs, each running another one; `broken` needs a cluster that is not here."""
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    for name, needed in runs.items():
        tasks = job(name)["tasks"]
        if needed:
            tasks = [*tasks, run_job_task("then", f"__JOB__{needed}__")]
        if name == broken:
            tasks = [{**tasks[0], "existing_cluster_id": "__CLUSTER__absent__"}, *tasks[1:]]
        prod.put(f"{name}.json", definition_text(job(name, tasks=tasks), run_as=me))


CHAIN = {"base": "", "mid": "base", "top": "mid", "alone": ""}
CIRCLE = {"a": "b", "b": "c", "c": "a", "alone": ""}


def test_what_runs_a_job_in_error_is_blocked_before_anything_is_written(prod: Emulated) -> None:
    put_jobs(prod, CHAIN, broken="base")
    validated = prod.service().validate()[1]
    promised = {"alone": "new", "base": "error", "mid": "error", "top": "error"}
    assert statuses(validated) == promised
    assert "Blocked by “base”" in issues_of(validated)
    assert "Blocked by “mid”" in issues_of(validated)
    assert statuses(prod.service().import_jobs()) == promised
    assert prod.names() == ["alone"]


def test_a_circle_with_a_job_in_error_gets_no_placeholder(prod: Emulated) -> None:
    put_jobs(prod, CIRCLE, broken="c")
    promised = {"a": "error", "alone": "new", "b": "error", "c": "error"}
    assert statuses(prod.service().validate()[1]) == promised
    assert statuses(prod.service().import_jobs()) == promised
    assert prod.names() == ["alone"]


def test_a_job_that_is_there_can_be_run_although_its_definition_is_in_error(
    prod: Emulated,
) -> None:
    put_jobs(prod, CHAIN, broken="")
    prod.service().import_jobs()
    put_jobs(prod, {**CHAIN, "mid": "alone"}, broken="base")
    validated = prod.service().validate()[1]
    promised = {"alone": "unchanged", "base": "error", "mid": "changed", "top": "unchanged"}
    assert statuses(validated) == promised
    assert statuses(prod.service().import_jobs()) == promised
