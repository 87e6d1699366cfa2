"""What one job costs the engine itself, without any call.

Run `python -m bench.planning [JOBS] [--write]`.

The settings are those of the jobs that `bench.promotion` sends from DEV to PROD. A plan of all jobs
reads each changed job in full, which here takes no call, and suggests names for missing ones.
"""

import sys
import time
from collections.abc import Callable, Iterable
from typing import cast

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import ADMIN, FIRST_ID, job_settings, running_missing_job
from core.comparing.canonical import canonicalize
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal
from core.jobsettings.references import find_references, replace_references
from core.json_text import JobSettings
from core.mapping.mapping_file import Mappings
from core.mapping.name_book import NameBook
from core.mapping.names import find_wanted_names
from core.mapping.suggestions import gather_unmapped
from core.planning.forms import make_exported
from core.ports import CurrentPrincipal, Jobs, LiveJob, NamedResource, Ports, Principals
from core.reading.planner import Planner
from core.reading.remembered import Memory
from core.reading.survey import Survey
from core.reporting.listener import Listener
from core.settings import Settings
from core.state.ledger import ExportedLedger, ImportedLedger

JOBS = 10_000
LACKING = 5  # every fifth job runs one that is missing
_FOLDER = "/Workspace/Shared/jobs"


def main() -> int:
    """Print one row for each step."""
    options = read_options(__doc__)
    [size] = options.numbers or (JOBS,)
    with Sheet(
        "planning",
        ("step", "jobs", "millionths of a second a job"),
        note="One thread.",
        document=document_of(options),
    ) as sheet:
        _measure_steps(sheet, size)
        equal = _Sides(size, lambda settings, _number: settings)
        _measure(sheet, "names that are needed", size, equal.find_wanted)
        _measure(sheet, "plan in two passes, all unchanged", size, equal.plan)
        lacking, longer = _Sides(size, _lacking), _Sides(size, _longer)
        _measure(sheet, "plan in two passes, a fifth lacks a name", size, lacking.plan)
        _measure(sheet, "plan in two passes, all changed", size, longer.plan)
    return 0


def _measure_steps(sheet: Sheet, size: int) -> None:
    jobs = [job_settings(number) for number in range(size)]

    def on_each(work: Callable[[JobSettings], object]) -> Callable[[], None]:
        def run() -> None:
            for settings in jobs:
                work(settings)

        return run

    _measure(sheet, "canonical form", size, on_each(canonicalize))
    _measure(sheet, "walk over the references", size, on_each(find_references))
    replace = on_each(lambda one: replace_references(one, lambda reference: str(reference.value)))
    _measure(sheet, "references replaced", size, replace)


def _measure(sheet: Sheet, step: str, size: int, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    sheet.add(step, size, round(seconds / size * 1e6))


def _longer(settings: JobSettings, _number: int) -> JobSettings:
    return {**settings, "timeout_seconds": 7200}


def _lacking(settings: JobSettings, number: int) -> JobSettings:
    return settings if number % LACKING else running_missing_job(settings)


class _Sides:
    """Git and a workspace as an operation has read them; `edited` says how Git differs."""

    def __init__(self, size: int, edited: Callable[[JobSettings, int], JobSettings]) -> None:
        self._live = tuple(
            LiveJob.pack(FIRST_ID + number, job_settings(number), ADMIN, ADMIN, complete=False)
            for number in range(size)
        )
        clusters = [NamedResource(f"d-{number}", f"etl-{number}") for number in range(5)]
        jobs = [NamedResource(str(job.job_id), job.name) for job in self._live]
        self._book = NameBook("1", {Kind.CLUSTER: clusters, Kind.JOB: jobs})
        self._contents = GitContents(
            _FOLDER,
            tuple(
                _file(make_exported(job, self._book).make_definition(), number, edited)
                for number, job in enumerate(self._live)
            ),
        )

    def find_wanted(self) -> None:
        """Find out which names must be listed."""
        find_wanted_names(
            (file.definition.unpack_settings() for file in self._contents.files),
            (job.unpack_settings() for job in self._live),
            Mappings(),
        )

    def plan(self) -> None:
        """Plan an import, and suggest names for those that are missing, as a validation does."""
        ports = cast(Ports, _Ports(self._live))
        me = CurrentPrincipal(ADMIN, ADMIN, is_admin=True, workspace_id="1")
        survey = Survey(me, self._contents, self._live, self._book, Mappings(), ())
        planner = Planner(ports, Settings(_FOLDER), Listener())
        empty = ImportedLedger()
        plan = planner.plan_import(survey, empty, Memory(empty, ExportedLedger()))
        gather_unmapped(plan.missing, self._book.names)


def _file(
    definition: Definition, number: int, edited: Callable[[JobSettings, int], JobSettings]
) -> DefinitionFile:
    settings = edited(definition.unpack_settings(), number)
    packed = Definition.pack(definition.job_name, definition.source_job_id, ADMIN, settings)
    return DefinitionFile(f"{number}.json", packed, b"")


class _Ports:
    """What a planner asks for: jobs in full, and who is active; answered at once."""

    def __init__(self, live: Iterable[LiveJob]) -> None:
        self._jobs = {job.job_id: job for job in live}
        self.jobs = cast(Jobs, self)
        self.principals = cast(Principals, self)

    def get_job(self, job_id: int) -> LiveJob:
        """Return the full form, which for these jobs is what the list holds."""
        listed = self._jobs[job_id]
        return LiveJob.pack(job_id, listed.unpack_settings(), ADMIN, ADMIN, complete=True)

    def find_active(self, principals: Iterable[Principal]) -> set[Principal]:
        """Say that everybody is active."""
        return set(principals)


if __name__ == "__main__":
    sys.exit(main())
