"""Whatever the patterns are: what does not belong here is never written."""

import fnmatch
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.json_text import JobSettings
from tests.builders import job, run_job_task
from tests.fakes import FOLDER, FakeWorkspace

PATH = "/Workspace/Shared/map.json"

NAMES = ("a", "ab", "b", "ba", "c")
CREATORS = ("ana@x.org", "bob@x.org")
FOLDERS = ("", "s", "s/t", "u")
TAGS = st.sampled_from([{}, {"env": "dev"}, {"env": "prod"}, {"team": "1"}])
PATTERNS = st.sampled_from(
    [
        *("a", "a*", "*b", "*", "zz", "tag:env", "tag:env=dev", "tag:env=*", "tag:team=1"),
        *(
            "creator:ana@x.org",
            "creator:*@X.org",
            "folder:s",
            "folder:s/t",
            "folder:.",
            "folder:*u",
        ),
    ]
)
SELECTIONS = st.fixed_dictionaries(
    {}, optional={"include": st.lists(PATTERNS, max_size=2), "exclude": st.lists(PATTERNS)}
)
FIELDS = st.fixed_dictionaries({"tags": TAGS, "timeout_seconds": st.integers(0, 2)})
JOBS = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(FIELDS, st.sampled_from(CREATORS), st.sampled_from(FOLDERS)),
    min_size=1,
)
# What becomes of a job or its file before the patterns are written: by its name.
CHANGES = st.dictionaries(
    st.sampled_from(NAMES),
    st.sampled_from(["edit job", "drop job", "edit file", "drop file", "rename job"]),
)


def may_match(pattern: str, name: str, tags: dict[str, Any], creator: str, folder: str) -> bool:
    """An independent reading of one pattern, written for these patterns alone."""
    if pattern.startswith("tag:"):
        key, _, value = pattern[4:].partition("=")
        return key in tags and fnmatch.fnmatchcase(tags[key], value or "*")
    if pattern.startswith("creator:"):
        return fnmatch.fnmatchcase(creator, pattern[8:].lower())
    if pattern.startswith("folder:"):
        wanted = pattern[7:]
        if wanted == ".":
            return folder == ""
        parts = folder.split("/")
        parents = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(parent and fnmatch.fnmatchcase(parent, wanted) for parent in parents)
    return fnmatch.fnmatchcase(name, pattern)


class World:
    """A workspace whose jobs have their files in folders, as after an export and a pull."""

    def __init__(self, jobs: dict[str, tuple[JobSettings, str, str]]) -> None:
        self.workspace = FakeWorkspace()
        self.jobs = jobs
        for name, (fields, creator, _) in jobs.items():
            self.workspace.jobs.add(job(name, **fields), creator=creator)
        self.workspace.service().export()
        for name, (_, _, folder) in jobs.items():
            if folder:
                content = self.workspace.files.files.pop(f"{FOLDER}/{name}.json")
                self.workspace.put_file(f"{folder}/{name}.json", content)
        self.workspace.service().export()
        self.workspace.service().adopt()
        self.ids = {job.name: job.job_id for job in self.workspace.jobs.jobs.values()}

    def path_of(self, name: str) -> str:
        folder = self.jobs[name][2]
        return f"{FOLDER}/{folder}/{name}.json" if folder else f"{FOLDER}/{name}.json"

    def change(self, name: str, what: str) -> None:
        fields, creator, _ = self.jobs[name]
        jobs, files, job_id = self.workspace.jobs, self.workspace.files, self.ids[name]
        match what:
            case "edit job":
                jobs.add(job(name, **fields, description="x"), creator=creator, job_id=job_id)
            case "rename job":
                jobs.add(job(f"{name} new", **fields), creator=creator, job_id=job_id)
            case "drop job":
                jobs.delete_job(job_id)
            case "edit file":
                document = json.loads(files.files[self.path_of(name)])
                document["settings"]["description"] = "y"
                files.files[self.path_of(name)] = json.dumps(document).encode()
            case "drop file":
                files.delete(self.path_of(name))

    def outside(self, selection: dict[str, list[str]]) -> set[str]:
        """Return the jobs, by their first name, that do not belong here."""

        def matches(name: str, patterns: list[str]) -> bool:
            fields, creator, folder = self.jobs[name]
            return any(may_match(one, name, fields["tags"], creator, folder) for one in patterns)

        include, exclude = selection.get("include", []), selection.get("exclude", [])
        return {
            name
            for name in self.jobs
            if matches(name, exclude) or (include and not matches(name, include))
        }

    def state(self, names: set[str]) -> dict[str, object]:
        """Return what is there of some jobs: the settings of each, and its file."""
        jobs, files = self.workspace.jobs.jobs, self.workspace.files.files
        return {name: (jobs.get(self.ids[name]), files.get(self.path_of(name))) for name in names}


@pytest.mark.slow
@settings(max_examples=60)
@given(JOBS, CHANGES, SELECTIONS)
def test_no_operation_touches_a_job_or_a_file_that_is_excluded(jobs, changes, selection):
    world = World(jobs)
    for name, what in changes.items():
        if name in jobs:
            world.change(name, what)
    world.workspace.files.files[PATH] = json.dumps({"jobs": selection}).encode()
    outside = world.outside(selection)
    before = world.state(outside)
    service = world.workspace.service(mapping_path=PATH, max_removal_share=1.0)
    inside = jobs.keys() - outside - changes.keys()
    assert not inside & {
        name for plan in _plans(service) for name, _, what in plan if what == "excluded"
    }
    paths = set(world.workspace.definition_files())
    for operation in (service.export, service.import_jobs, service.remove, service.adopt):
        operation()
        assert world.state(outside) == before
    names = [json.loads(text)["settings"]["name"] for text in _new_files(world, paths)]
    assert not outside & set(names)


def _new_files(world: World, before: set[str]) -> list[bytes]:
    return [
        content
        for path, content in world.workspace.definition_files().items()
        if path not in before
    ]


@pytest.mark.slow
@settings(max_examples=25)
@given(JOBS, CHANGES, SELECTIONS)
def test_what_was_excluded_for_a_while_continues_as_before(jobs, changes, selection):
    """Operations under `exclude: ["*"]` leave both plans as they were."""
    world = World(jobs)
    for name, what in changes.items():
        if name in jobs:
            world.change(name, what)
    world.workspace.files.files[PATH] = json.dumps({"jobs": selection}).encode()
    service = world.workspace.service(mapping_path=PATH)
    expected = _plans(service)
    world.workspace.files.files[PATH] = json.dumps({"jobs": {"exclude": ["*"]}}).encode()
    for operation in (service.export, service.import_jobs, service.adopt, service.remove):
        assert set(operation().counts()) <= {"excluded"}
    world.workspace.files.files[PATH] = json.dumps({"jobs": selection}).encode()
    assert _plans(service) == expected


def _plans(service: Any) -> list[list[tuple[str, str, str]]]:
    reports = (service.export(dry_run=True), service.validate()[1])
    return [
        [(row.job_name, row.file_name, str(row.status)) for row in report.rows]
        for report in reports
    ]


def test_a_job_that_runs_itself_and_is_excluded_is_no_harm():
    workspace = FakeWorkspace()
    own = workspace.jobs.add(job("a"))
    workspace.jobs.reset_job(own, job("a", tasks=[run_job_task("again", own)]))
    workspace.files.files[PATH] = b'{jobs: {exclude: ["a"]}}'
    assert workspace.service(mapping_path=PATH).export().counts() == {"excluded": 1}
