"""What we wrote into each job last, by job id: the third side of every comparison.

The file holds a line for its version and then one for each job, compressed as a whole. Ten thousand
jobs are kept as text: only those that differ are ever parsed.
"""

import gzip
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InvalidDefinitionError, InvalidJsonError, Issue
from core.inflating import gunzip
from core.jobsettings.permissions import (
    PERMISSIONS,
    Permission,
    parse_permissions,
    permissions_as_json,
)
from core.json_fields import Fields
from core.json_text import JobSettings, Packed, fingerprint, is_deeper_than, parse_json

_VERSION = 1
_RESTORE = "restore"  # sets permissions back as well, and says nothing of them here
_MOST_BYTES = 9 * 1024 * 1024  # one workspace file may hold 10 MB
_MOST_PLAIN_BYTES = 128 * 1024 * 1024  # 10 kB for each of 12,000 jobs
_MOST_LEVELS = 100  # as of a definition
_PRINT_LENGTH = 16
_LATEST_S = 253_402_300_800  # the end of the year 9999
_SETTINGS = ',"settings":'  # inside a text of JSON the first quote would have a backslash


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who wrote a job when, in seconds since the epoch, and by which operation.

    `operation` is import, adopt, restore or take, or the word of another version.
    """

    at: float
    by: str
    operation: str


@dataclass(frozen=True, slots=True)
class WrittenJob:
    """What we wrote into one job, or found equal to its definition.

    The settings are as the Jobs API takes them: references by id, since a name may change hands, or
    by name where there was no id; `run_as` is who the job runs as, absent where that is unknown.
    `desired` is a print of what a plan called for, empty where no plan did. `permissions` are the
    direct entries that the job had then, None where they are unknown.
    """

    job_name: str
    stamp: Stamp
    settings: Packed
    desired: str = ""
    permissions: tuple[Permission, ...] | None = None

    def find_settings(self) -> JobSettings | None:
        """Return a copy of the settings, parsed anew; None where the file has no such thing."""
        try:
            settings = parse_json(self.settings.text())
        except InvalidJsonError:
            return None
        is_usable = isinstance(settings, dict) and not is_deeper_than(settings, _MOST_LEVELS)
        return settings if is_usable else None


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote, by job id. `issues` say why nothing is known of it; then there are no jobs.

    `announced` is what an operation was about to write into jobs: it was killed before it noted
    what it did, so that each of them is as one of the two says.
    """

    jobs: Mapping[int, WrittenJob] = field(default_factory=dict)
    announced: Mapping[int, WrittenJob] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def with_jobs(self, jobs: Mapping[int, WrittenJob]) -> "Written":
        """Return it with some jobs entered or replaced; of these nothing is announced then.

        Whoever writes settings alone leaves the permissions as they were.
        """
        if not jobs:
            return self
        entered = replace(self, announced=_without(self.announced, jobs.keys()))
        kept = {job_id: self._with_permissions(job_id, job) for job_id, job in jobs.items()}
        return replace(entered, jobs={**self.jobs, **kept})

    def _with_permissions(self, job_id: int, job: WrittenJob) -> WrittenJob:
        known = self.jobs.get(job_id)
        if known is None or job.permissions is not None or job.stamp.operation == _RESTORE:
            return job
        return replace(job, permissions=known.permissions)

    def without_jobs(self, job_ids: Set[int]) -> "Written":
        """Return it without some jobs."""
        if job_ids.isdisjoint(self.jobs) and job_ids.isdisjoint(self.announced):
            return self
        left = _without(self.jobs, job_ids), _without(self.announced, job_ids)
        return replace(self, jobs=left[0], announced=left[1])

    def find_candidates(self, job_id: int) -> list[WrittenJob]:
        """Return what a job may be as it was written, the newest first."""
        found = self.announced.get(job_id), self.jobs.get(job_id)
        return [one for one in found if one is not None]


def print_of(desired: JobSettings) -> str:
    """Return a print of what a plan calls for, by which it is recognised."""
    return fingerprint(desired)[:_PRINT_LENGTH]


def written_bytes(
    written: Written, *, most_bytes: int = _MOST_BYTES, most_plain_bytes: int = _MOST_PLAIN_BYTES
) -> bytes:
    """Return the content of the file.

    Ten thousand jobs take about a megabyte. If they ever take too much, the largest are left out:
    of those nobody knows who changed them.
    """
    lines = [_line(job_id, job, is_announced=False) for job_id, job in written.jobs.items()]
    lines += [_line(job_id, job, is_announced=True) for job_id, job in written.announced.items()]
    lines.sort(key=len)
    while True:
        plain = b"\n".join([b'{"version":%d}' % _VERSION, *lines])
        share = most_plain_bytes / len(plain)
        if share >= 1:
            content = gzip.compress(plain, compresslevel=6, mtime=0)
            share = most_bytes / len(content)
            if share >= 1:
                return content
        lines = list(_smallest(lines, int(len(plain) * share * 0.9)))


def parse_written(content: bytes) -> Written:
    """Read the file.

    Raises:
        InvalidJsonError: it is damaged, or has another shape.
    """
    try:
        first, *lines = gunzip(content, _MOST_PLAIN_BYTES).decode("ascii").split("\n")
    except ValueError as error:
        raise InvalidJsonError("What was written is damaged.") from error
    Fields(parse_json(first), "what was written").require_version(_VERSION)
    jobs: dict[int, WrittenJob] = {}
    announced: dict[int, WrittenJob] = {}
    for job_id, job, is_announced in map(_job, lines):
        (announced if is_announced else jobs)[job_id] = job
    return Written(jobs, announced)


def _without(jobs: Mapping[int, WrittenJob], job_ids: Set[int]) -> Mapping[int, WrittenJob]:
    if job_ids.isdisjoint(jobs):
        return jobs
    return {job_id: job for job_id, job in jobs.items() if job_id not in job_ids}


def _line(job_id: int, job: WrittenJob, *, is_announced: bool) -> bytes:
    head = {
        "job_id": job_id,
        "job_name": job.job_name,
        "at": job.stamp.at,
        "by": job.stamp.by,
        "operation": job.stamp.operation,
        **({"desired": job.desired} if job.desired else {}),
        **({"announced": True} if is_announced else {}),
        **({} if job.permissions is None else {PERMISSIONS: permissions_as_json(job.permissions)}),
    }
    written = json.dumps(head, separators=(",", ":"))
    return f"{written[:-1]}{_SETTINGS}{job.settings.text()}}}".encode()


def _job(line: str) -> tuple[int, WrittenJob, bool]:
    """Read a line, save the settings in it. Also returns whether it is an announcement."""
    head, found, settings = line.partition(_SETTINGS)
    if not found or not settings.endswith("}"):
        raise InvalidJsonError("A job that was written has no settings.")
    fields = Fields(parse_json(head + "}"), "a job that was written")
    fields.require("job_name", "at", "by", "operation")
    at = fields.number("at")
    if not 0 <= at < _LATEST_S:
        raise InvalidJsonError("“at” of a job that was written is not a time.")
    stamp = Stamp(at, fields.text("by"), fields.text("operation"))
    packed = Packed.from_text(settings[:-1])
    permissions = _permissions(fields.value(PERMISSIONS))
    desired = fields.text("desired")
    job = WrittenJob(fields.text("job_name"), stamp, packed, desired, permissions)
    return fields.id("job_id"), job, fields.flag("announced")


def _permissions(value: Any) -> tuple[Permission, ...] | None:
    """Return entries that were written; None where there are none that can be used."""
    try:
        return None if value is None else parse_permissions(value)
    except InvalidDefinitionError:
        return None


def _smallest(lines: Iterable[bytes], most_bytes: int) -> Iterable[bytes]:
    """Yield lines, given with the smallest first, as long as they fit together."""
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > most_bytes:
            return
        yield line
