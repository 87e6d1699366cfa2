"""What we wrote into each job last, by job id: the third side of every comparison.

The file holds a line for its version and then one for each job, compressed as a whole. Ten thousand
jobs are kept as text: only those that differ are ever parsed.
"""

import gzip
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from core.errors import InvalidJsonError, Issue
from core.inflating import gunzip
from core.json_fields import Fields
from core.json_text import JobSettings, Packed, is_deeper_than, parse_json

_VERSION = 1
_MOST_BYTES = 9 * 1024 * 1024  # one workspace file may hold 10 MB
_MOST_PLAIN_BYTES = 128 * 1024 * 1024  # 10 kB for each of 12,000 jobs
_MOST_LEVELS = 100  # as of a definition
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

    The settings have references by name and an explicit identity, as those of a plan's row.
    """

    job_name: str
    stamp: Stamp
    settings: Packed

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
    """What we wrote, by job id. `issues` say why nothing is known of it; then there are no jobs."""

    jobs: Mapping[int, WrittenJob] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def with_jobs(self, jobs: Mapping[int, WrittenJob]) -> "Written":
        """Return it with some jobs entered or replaced."""
        return replace(self, jobs={**self.jobs, **jobs}) if jobs else self

    def without_jobs(self, job_ids: Set[int]) -> "Written":
        """Return it without some jobs."""
        if job_ids.isdisjoint(self.jobs):
            return self
        kept = {job_id: job for job_id, job in self.jobs.items() if job_id not in job_ids}
        return replace(self, jobs=kept)


def written_bytes(written: Written) -> bytes:
    """Return the content of the file.

    Ten thousand jobs take about a megabyte. If they ever take too much, the largest are left out:
    of those nobody knows who changed them.
    """
    lines = sorted((_line(job_id, job) for job_id, job in written.jobs.items()), key=len)
    while True:
        plain = b"\n".join([b'{"version":%d}' % _VERSION, *lines])
        share = _MOST_PLAIN_BYTES / len(plain)
        if share >= 1:
            content = gzip.compress(plain, compresslevel=6, mtime=0)
            share = _MOST_BYTES / len(content)
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
    return Written(dict(map(_job, lines)))


def _line(job_id: int, job: WrittenJob) -> bytes:
    head = {
        "job_id": job_id,
        "job_name": job.job_name,
        "at": job.stamp.at,
        "by": job.stamp.by,
        "operation": job.stamp.operation,
    }
    written = json.dumps(head, separators=(",", ":"))
    return f"{written[:-1]}{_SETTINGS}{job.settings.text()}}}".encode()


def _job(line: str) -> tuple[int, WrittenJob]:
    """Read a line, save the settings in it."""
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
    return fields.id("job_id"), WrittenJob(fields.text("job_name"), stamp, packed)


def _smallest(lines: Iterable[bytes], most_bytes: int) -> Iterable[bytes]:
    """Yield lines, given with the smallest first, as long as they fit together."""
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > most_bytes:
            return
        yield line
