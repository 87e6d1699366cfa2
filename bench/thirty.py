"""What a page holds before and after thirty operations in a row.

Run `python -m bench.thirty [OPERATIONS [BEFORE]] [--write]`: about six minutes.

Each third operation changes every job. Before the first look so many operations are carried out
that the page forgets the oldest: from then on nothing may grow.
"""

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.holdings import Held, hold_when_quiet, with_redis
from bench.serving import WAYS, Serve
from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import ADMIN, control, job_settings, seeds
from core.definitions.definition import Definition, encode_definition
from emulator import RunningWorkspace, start_environment
from tests.browserless import Browserless

OPERATIONS = 30
BEFORE = 54  # the page keeps 50
JOBS = 40
_NAMES = [str(job_settings(number)["name"]) for number in range(JOBS)]


def measure_thirty(
    serve: Serve, operations: int = OPERATIONS, before: int = BEFORE
) -> tuple[Held, Held]:
    """Return what the page held before and after these operations."""
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), ("PROD",), seeds={"PROD": seeds(0)["PROD"]}) as environment,
        serve(environment["PROD"], Path(name) / "page") as serving,
    ):
        user = _User(environment["PROD"], Browserless(serving.urls[0]))
        held = []
        for count in (before, operations):
            for _ in range(count):
                user.carry_out_next()
            found = hold_when_quiet(serving.pids, Path(name) / "page")
            held.append(with_redis(found, serving.redis_url) if serving.redis_url else found)
    return held[0], held[1]


def main() -> int:
    """Make the table."""
    options = read_options(__doc__)
    operations, before, *_ = (*options.numbers, *(OPERATIONS, BEFORE)[len(options.numbers) :])
    with Sheet(
        "thirty",
        (
            "page",
            "operations",
            "memory",
            "processes",
            "threads",
            "descriptors",
            "files",
            "stored",
            "Redis",
        ),
        note=f"{JOBS} jobs.",
        packages=("dash", "gunicorn"),
        document=document_of(options),
    ) as sheet:
        for name, serve in WAYS.items():
            held = measure_thirty(serve, operations, before)
            for count, found in zip((before, before + operations), held, strict=True):
                print(asdict(found))
                sheet.add(
                    name,
                    count,
                    f"{found.memory:.0f} MB",
                    found.processes,
                    found.threads,
                    found.descriptors,
                    found.files,
                    f"{found.stored:.1f} MB",
                    f"{found.redis:.1f} MB, {found.keys} keys" if found.keys else "–",
                )
    return 0


class _User:
    """Edits the definitions, validates, imports all jobs, validates again, and so forth."""

    def __init__(self, prod: RunningWorkspace, page: Browserless) -> None:
        self._prod = prod
        self._page = page
        self._done = 0
        self._validated = ""

    def carry_out_next(self) -> None:
        """Raises RuntimeError when the operation does not end as it should."""
        step = self._done % 3
        if step == 0:
            self._edit()
        if step == 1:
            said = self._page.run("import", plan=self._validated, names=_NAMES)
            is_right = f"{JOBS} jobs imported" in said or f"{JOBS} jobs updated" in said
        else:
            self._validated = self._page.start("validate")
            said = self._page.wait(self._validated)
            is_right = said.startswith("Validation finished.")
        if not is_right:
            raise RuntimeError(said)
        self._done += 1

    def _edit(self) -> None:
        control(self._prod, "seed", {"files": [self._file(number) for number in range(JOBS)]})

    def _file(self, number: int) -> dict[str, str]:
        settings = {**job_settings(number), "description": f"Edition {self._done}"}
        tasks = [task for task in settings["tasks"] if "notebook_task" in task]
        for task in tasks:
            task["existing_cluster_id"] = f"p-{number % 5}"
        name = str(settings["name"])
        definition = Definition.pack(name, number + 1, ADMIN, {**settings, "tasks": tasks})
        path = f"{self._prod.git_folder_path}/{name}.json"
        return {"path": path, "content": encode_definition(definition).decode()}


if __name__ == "__main__":
    sys.exit(main())
