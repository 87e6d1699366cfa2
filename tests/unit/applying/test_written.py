"""Who is said to have written a job last."""

import pytest

from core.reporting.listener import Listener
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.fakes import FakeWorkspace

ANA = "ana@prod.example"


def message_of(report: Report) -> str:
    return next(row.message for row in report.rows if row.job_name == "load")


@pytest.mark.parametrize(("actor", "said"), [(ANA, ANA), ("", "Job Sync")])
def test_who_asked_for_it_is_said_and_nobody_else_where_that_is_unknown(actor, said):
    prod = FakeWorkspace()
    prod.put_file("load.json", definition_text(job("load"), job_id=1, run_as=ANA))
    prod.service().import_jobs(listener=Listener(actor=actor))
    live = prod.jobs.named("load")
    prod.jobs.reset_job(live.job_id, {**live.unpack_settings(), "timeout_seconds": 5})
    message = message_of(prod.service().validate()[1])
    assert "changed here since the import of" in message
    assert f"UTC by {said}" in message
