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
