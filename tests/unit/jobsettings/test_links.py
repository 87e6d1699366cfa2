"""Which jobs a job runs, and which it waits for."""

from core.jobsettings.links import JobLinks, job_links
from tests.builders import job, run_job_task

NAMES = {"1": "load", "2": "report", "3": "check"}


def waits_for(*ids):
    return {"job_completion": {"jobs": [{"job_id": each} for each in ids]}}


def test_a_job_without_other_jobs_has_no_links():
    assert job_links(job("alone"), NAMES) == JobLinks()


def test_ids_are_numbers_in_tasks_and_texts_in_triggers():
    settings = job("all", tasks=[run_job_task("a", 2)], trigger=waits_for("1"))
    assert job_links(settings, NAMES) == JobLinks(("report",), ("load",))


def test_a_definition_holds_the_names():
    settings = job(
        "all", tasks=[run_job_task("a", "__JOB__b__")], triggers=[waits_for("__JOB__c__")]
    )
    assert job_links(settings, {}) == JobLinks(("b",), ("c",))


def test_a_job_that_is_run_for_each_element_counts_once_and_names_are_sorted():
    inner = {"task_key": "x", "for_each_task": {"inputs": "[1]", "task": run_job_task("y", 1)}}
    settings = job("all", tasks=[run_job_task("a", 2), run_job_task("b", 2), inner])
    assert job_links(settings, NAMES).runs == ("load", "report")


def test_a_task_called_like_a_trigger_is_a_task():
    settings = job("all", tasks=[run_job_task("trigger.job_completion", 1)])
    assert job_links(settings, NAMES) == JobLinks(("load",))


def test_ids_that_nobody_knows_and_wrong_types_are_left_out():
    settings = job("all", tasks=[run_job_task("a", 9)], trigger={"job_completion": {"jobs": 3}})
    assert job_links(settings, NAMES) == JobLinks()
