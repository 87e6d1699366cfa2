"""Definitions that other people wrote, in a workspace that maps their values, there and back again.

They are no part of this repository; the tests are skipped where their folder is missing.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.comparing.canonical import drop_unsendable
from core.jobsettings.kinds import Kind, placeholder
from core.jobsettings.references import Reference, find_references, replace_references
from core.json_text import JobSettings
from core.mapping.values.mapper import values_at
from core.mapping.values.rules import ValueSection
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.fakes import FakeWorkspace

JOBS = Path(__file__).resolve().parents[2].parent / "shared" / "jobs"
PATH = "/Workspace/mappings.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not JOBS.is_dir(), reason="the folder ../shared/jobs is not there"),
]


def read_definitions() -> dict[str, JobSettings]:
    """Return the settings by file: each has a name of its own, and refers to objects by name."""
    definitions: dict[str, JobSettings] = {}
    taken: Counter[str] = Counter()
    for path in sorted(JOBS.glob("*/*.json")):
        settings = json.loads(path.read_text("utf-8"))["settings"]
        name = settings.get("name") if isinstance(settings.get("name"), str) else path.stem
        taken[name] += 1
        settings["name"] = name if taken[name] == 1 else f"{name} ({taken[name]})"
        settings.pop("run_as", None)
        definitions[path.name] = replace_references(settings, by_name)
    return definitions


def by_name(reference: Reference) -> Any:
    if reference.kind is Kind.WORKSPACE or reference.owner is not None:
        return reference.value
    name = "another job" if reference.kind is Kind.JOB else f"dev {reference.value}"
    return placeholder(reference.kind, name)


def make_mapping(definitions: dict[str, JobSettings], share: int) -> dict[str, Any]:
    """Map one of `share` values of every section, and all names that are referred to.

    Which values they are is drawn by their text, so that each run tries the same.
    """
    values: dict[str, dict[str, Any]] = {}
    document: dict[str, Any] = {"value_mappings": values}
    for settings in definitions.values():
        for section in ValueSection:
            if section is ValueSection.FIELDS:
                continue
            for found in values_at(settings, section):
                if draw(found.name, share):
                    enter(values.setdefault(section, {}), section, found.name, found.value)
        for reference in find_references(settings):
            if reference.kind.section and reference.kind is not Kind.JOB:
                name = str(reference.value)[len(f"__{reference.kind}__") : -2]
                names = document.setdefault(reference.kind.section.group, {})
                names.setdefault(reference.kind.section.key, {})[name] = f"{name} here"
    values["fields"] = {
        "max_concurrent_runs": 7,
        "tasks[*].timeout_seconds": {"from": 0, "to": 60},
        "tasks[*].max_retries": {"from": 1, "to": None},
    }
    return document


def enter(rules: dict[str, Any], section: ValueSection, name: str, value: str) -> None:
    match section:
        case ValueSection.PARAMETERS | ValueSection.TAGS:
            rules.setdefault(name, {})[value] = f"{value} here"
        case ValueSection.EMAILS if draw(name, 3):
            rules[name] = None
        case ValueSection.PATHS:
            rules[name.rstrip("/") or "/"] = f"{name.rstrip('/')}-here"
        case _:
            rules[name] = f"{name}_here"


def draw(text: str, share: int) -> bool:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % share == 0


def workspace_with(definitions: dict[str, JobSettings], mapping: dict[str, Any]) -> FakeWorkspace:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("another job"))
    seen = set()
    for settings in definitions.values():
        for reference in find_references(settings):
            if reference.kind.section and reference.kind is not Kind.JOB:
                name = f"{str(reference.value)[len(f'__{reference.kind}__') : -2]} here"
                if (reference.kind, name) not in seen:
                    workspace.add_resource(reference.kind, f"{len(seen)}-id", name)
                    seen.add((reference.kind, name))
    for file, settings in definitions.items():
        workspace.put_file(
            file, definition_text(settings, job_id=len(workspace.files.files) + 1, run_as="ana")
        )
    workspace.files.files[PATH] = json.dumps(mapping, indent=1).encode()
    return workspace


def run(workspace: FakeWorkspace, operation: str) -> Report:
    service = workspace.service(mapping_path=PATH)
    return getattr(service, operation)()  # type: ignore[no-any-return]


def test_an_export_writes_only_what_was_changed_since_the_import() -> None:
    """Every second value is mapped: the others are beside them in the same lists and objects."""
    definitions = read_definitions()
    workspace = workspace_with(definitions, make_mapping(definitions, 2))
    before = workspace.definition_files()
    imported = run(workspace, "import_jobs")
    done = {row.file_name: row for row in imported.rows if row.result == "created"}
    assert len(done) > 500
    assert sum(row.mapped_places for row in imported.rows) > 1000

    exported = {row.file_name: row for row in run(workspace, "export").rows}
    assert {exported[path].status for path in done} == {"unchanged"}
    assert {path: before[path] for path in done} == {
        path: content for path, content in workspace.definition_files().items() if path in done
    }

    changed = {"timeout_seconds": 4321}
    for row in done.values():
        live = workspace.jobs.named(row.job_name)
        workspace.jobs.reset_job(live.job_id, {**live.unpack_settings(), **changed})
    exported = {row.file_name: row for row in run(workspace, "export").rows}
    problems = {path: exported[path].issues for path in done if exported[path].issues}
    assert problems == {}
    for path in done:
        assert [change.path for change in exported[path].changes] == ["timeout_seconds"]
        was, now = (json.loads(files[path]) for files in (before, workspace.definition_files()))
        assert now == {**was, "settings": {**drop_unsendable(was["settings"]), **changed}}
    assert {row.status for row in run(workspace, "export").rows if row.file_name in done} == {
        "unchanged"
    }
