"""Small builders of job settings, so that tests show only what they are about."""

import json
from typing import Any

from core.json_text import JobSettings


def job(name: str, **settings: Any) -> JobSettings:
    """A job with one notebook task; fields given replace its own."""
    return {
        "name": name,
        "tasks": [notebook_task("main")],
        "queue": {"enabled": True},
        **settings,
    }


def notebook_task(key: str, **fields: Any) -> dict[str, Any]:
    return {"task_key": key, "notebook_task": {"notebook_path": f"/Shared/{key}"}, **fields}


def run_job_task(key: str, job_id: int | str) -> dict[str, Any]:
    return {"task_key": key, "run_job_task": {"job_id": job_id}}


def definition_text(
    settings: JobSettings, *, job_id: int | None = 1, run_as: str = "ana@dev.example"
) -> bytes:
    """The content of a definition file."""
    document = {"job_id": job_id, "run_as_user_name": run_as, "settings": settings}
    return json.dumps(document, indent=2).encode()
