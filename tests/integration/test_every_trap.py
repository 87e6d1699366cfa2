"""A job per trap, from DEV to PROD, with different ids everywhere."""

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

import pytest

from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from core.planning.review import Review
from emulator import WorkspaceOptions
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import (
    IMPORT_FILE,
    Emulated,
    issues_of,
    push_and_pull,
    row_of,
    statuses,
)
from tests.integration.conftest import Pair
from tests.kinds import SEEDED, name_in_git, settings_with
from tests.traps import (
    CASE_TWINS,
    FORM_TWINS,
    LONG_NAMES,
    SHADY_NAMES,
    resource_id,
    resource_names,
    resources,
    traps,
)

MAPPING = "/Workspace/Shared/config/mappings.json"
ADMINS = ("admin@dev.example", "admin@prod.example")
# Who a job runs as, in DEV and in PROD.
PEOPLE: dict[str, dict[str, str]] = {
    "dev": {
        "service_principal": "11111111-aaaa-4aaa-8aaa-111111111111",
        "user": "BW0042",
        "group": "__tills__ owners",
    },
    "prod": {
        "service_principal": "22222222-bbbb-4bbb-8bbb-222222222222",
        "user": "BW0099",
        "group": "__tills__ operators",
    },
}
PAGED = ("tasks", "job_clusters", "environments", "parameters")


def seed_people(workspace: Emulated, prefix: str) -> None:
    people = PEOPLE[prefix]
    workspace.seed(
        users=[
            *({"userName": name, "groups": ["admins"]} for name in ADMINS),
            {"userName": people["user"]},
        ],
        service_principals=[{"applicationId": people["service_principal"], "displayName": "tills"}],
        groups=[{"displayName": people["group"]}],
    )


def mapping_file() -> bytes:
    document: dict[str, Any] = {
        "run_as_mappings": {
            name: {"user_name" if field == "user" else f"{field}_name": PEOPLE["prod"][field]}
            for field, name in PEOPLE["dev"].items()
        }
    }
    for section, kind in ((kind.section, kind) for kind in Kind if kind.section):
        dev, prod = (name_in_git(kind, name) for name in ("tills__dev", "tills__prod"))
        document.setdefault(section.group, {})[section.key] = {dev: prod}
    return json.dumps(document).encode()


def add_callers(dev: Emulated) -> None:
    """A job that runs each job of a difficult name, and one that runs itself."""
    hard = (*CASE_TWINS, *FORM_TWINS, *LONG_NAMES, *SHADY_NAMES)
    ids = {one["settings"]["name"]: one["job_id"] for one in dev.stored_jobs()}
    tasks = [run_job_task(f"t{number}", ids[name]) for number, name in enumerate(hard)]
    dev.create_job(job("runs every difficult name", tasks=tasks))
    itself = dev.create_job(job("__JOB__runs itself__"))
    dev.reset_job(itself, job("__JOB__runs itself__", tasks=[run_job_task("again", itself)]))


@pytest.fixture
def trapped(pair: Pair) -> Pair:
    """DEV with every trap, created through the API as a client would."""
    dev, prod = pair
    for workspace, prefix in ((dev, "dev"), (prod, "prod")):
        seed_people(workspace, prefix)
        workspace.seed(**resources(prefix))
    for name, settings in traps("dev", PEOPLE["dev"]).items():
        dev.create_job({"name": name, **settings})
    add_callers(dev)
    prod.put(MAPPING, mapping_file())
    return dev, prod


# The comparison: what a client of either workspace reads, with its ids swapped for names.


def read_job(workspace: Emulated, job_id: int) -> tuple[JobSettings, str]:
    """Read all pages of one job."""
    query: dict[str, Any] = {"job_id": job_id}
    first = workspace.api("GET", "2.2/jobs/get", params=query).json()
    settings: JobSettings = first["settings"]
    token = first.get("next_page_token")
    while token:
        page = workspace.api("GET", "2.2/jobs/get", params={**query, "page_token": token}).json()
        for name in PAGED:
            settings.setdefault(name, []).extend(page["settings"].get(name, []))
        token = page.get("next_page_token")
    return settings, first["run_as_user_name"]


def labels(workspace: Emulated, prefix: str) -> dict[str, str]:
    """What each id of this workspace stands for; the same in both workspaces."""
    found = {
        resource_id(prefix, kind, number): f"<{kind} {name}>"
        for kind in SEEDED
        for number, name in enumerate(resource_names(kind))
    }
    for one in workspace.stored_jobs():
        found[str(one["job_id"])] = f"<JOB {one['settings']['name']}>"
    for field, name in PEOPLE[prefix].items():
        found[name] = f"<{field}>"
    return found


def with_labels(node: Any, found: Mapping[str, str]) -> Any:
    """Swap ids for names, sort what the service shuffles, drop what a pool decides."""
    if isinstance(node, dict):
        labelled = {key: with_labels(value, found) for key, value in node.items()}
        if "instance_pool_id" in node:  # a write may hold none of it: databricks-sdk-py#771
            labelled.pop("aws_attributes", None)
        return {
            key: in_one_order(value) if key in ("depends_on", "webhook_notifications") else value
            for key, value in labelled.items()
        }
    if isinstance(node, list):
        return [with_labels(item, found) for item in node]
    if isinstance(node, str) or type(node) is int:
        label = found.get(str(node))
        return f"{type(node).__name__} {label}" if label else node
    return node


def in_one_order(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: in_one_order(value) for key, value in node.items()}
    return sorted(node, key=json.dumps) if isinstance(node, list) else node


def seen(workspace: Emulated, prefix: str) -> dict[str, str]:
    """Each job by name as text: true is no 1 and 1 no 1.0, and the order of keys is none."""
    found = labels(workspace, prefix)
    result = {}
    for one in workspace.stored_jobs():
        settings, identity = read_job(workspace, one["job_id"])
        if settings.pop("run_as", None) is None:
            assert identity in ADMINS
            identity = "<admin>"
        elif identity in ADMINS:
            identity = "<admin>"
        whole = {"runs as": found.get(identity, identity), **with_labels(settings, found)}
        result[settings["name"]] = json.dumps(whole, sort_keys=True, indent=1)
    assert len(result) == len(workspace.stored_jobs())
    return result


def assert_equal(prod: dict[str, str], dev: dict[str, str]) -> None:
    assert prod.keys() == dev.keys()
    for name, text in dev.items():
        different = difflib.unified_diff(text.splitlines(), prod[name].splitlines(), lineterm="")
        assert not (lines := list(different)), f"{name[:40]}: {lines}"


@pytest.mark.slow
def test_every_trap_arrives_as_it_was(trapped: Pair) -> None:
    dev, prod = trapped
    exported = dev.service().export()
    assert exported.counts() == {"new": len(dev.stored_jobs())}, issues_of(exported)
    push_and_pull(dev, prod)
    service = prod.service(mapping_path=MAPPING)
    report = service.import_jobs()
    assert report.counts() == {"new": len(dev.stored_jobs())}, issues_of(report)
    assert_equal(seen(prod, "prod"), seen(dev, "dev"))

    assert set(statuses(service.validate()[1]).values()) == {"unchanged"}
    files = dev.files()
    dev.clear_calls()
    assert set(statuses(dev.service().export()).values()) == {"unchanged"}
    assert dev.calls()[IMPORT_FILE] == 2  # the lock is taken and given back
    assert dev.files() == files
    assert dev.commit() is None
    assert set(statuses(service.export()).values()) == {"unchanged"}


@pytest.mark.slow
def test_every_trap_can_be_changed(trapped: Pair) -> None:
    """What a reset leaves behind differs from what a create makes."""
    dev, prod = trapped
    dev.service().export()
    push_and_pull(dev, prod)
    service = prod.service(mapping_path=MAPPING)
    service.import_jobs()
    ids = {one["settings"]["name"]: one["job_id"] for one in prod.stored_jobs()}
    for one in prod.stored_jobs():
        prod.reset_job(one["job_id"], job(one["settings"]["name"], tags={"by": "hand"}))
    report = service.import_jobs(Review(ids))
    assert report.counts() == {"changed": len(ids)}, issues_of(report)
    assert_equal(seen(prod, "prod"), seen(dev, "dev"))
    assert {one["settings"]["name"]: one["job_id"] for one in prod.stored_jobs()} == ids


# Names on other people's disks

WINDOWS_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE
)


@pytest.mark.slow
def test_no_two_files_are_one_on_another_disk(trapped: Pair) -> None:
    dev, _ = trapped
    dev.service().export()
    files = [path for path in dev.files() if path.endswith(".json")]
    assert len(files) == len(dev.stored_jobs())
    for form in ("NFC", "NFD"):
        assert len({unicodedata.normalize(form, path).casefold() for path in files}) == len(files)
    assert len({path.upper() for path in files}) == len(files)
    for path in files:
        assert path.isprintable()
        assert len(path) <= 150
        assert not set(path) & set('<>:"/\\|?*')
        assert not WINDOWS_RESERVED.fullmatch(path)
        assert path[0] not in " ."
        assert not path.endswith((".lvdash.json", ".dbalert.json", ".dbquery.json"))


FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")


# References to what is not there


def dangling_jobs() -> dict[Kind, JobSettings]:
    """A job per kind that refers to an object which no workspace has."""
    gone: dict[Kind, str | int] = {kind: f"dev-gone-{kind}" for kind in SEEDED}
    gone[Kind.JOB] = 77
    return {
        kind: job(f"dangling {kind}", **settings_with(kind, {"t": identifier}))
        for kind, identifier in gone.items()
    }


@pytest.mark.slow
def test_what_dangles_in_dev_is_unknown_in_git_and_stops_nothing_else(trapped: Pair) -> None:
    """The file says that the object was deleted; its id would mean nothing in PROD."""
    dev, prod = trapped
    dangling = dangling_jobs()
    dev.seed(jobs=[{"settings": settings} for settings in dangling.values()])
    exported = dev.service().export()
    assert exported.counts() == {"new": len(dev.stored_jobs())}, issues_of(exported)
    push_and_pull(dev, prod)
    report = prod.service(mapping_path=MAPPING).import_jobs()
    for kind in dangling:
        assert f"__{kind}__unknown__".encode() in dev.read(f"dangling {kind}.json")
        issues = row_of(report, f"dangling {kind}").issues
        assert len(issues) == 1 + (kind is Kind.INSTANCE_POOL)  # the driver's pool is the same
        for issue in issues:
            assert f"The {kind.noun} was deleted in the source workspace." in issue.message
            assert issue.path.startswith(("tasks[t].", kind.paths[0].pattern))
    rest = len(dev.stored_jobs()) - len(dangling)
    assert report.counts() == {"error": len(dangling), "new": rest}, issues_of(report)
    assert not [name for name in prod.names() if name.startswith("dangling ")]


def test_an_id_that_is_not_there_is_named_with_its_kind_and_stops_nothing_else(
    prod: Emulated,
) -> None:
    prod.seed(**resources("prod"))
    admin = prod.connect().ports.principals.current().name
    dangling = dangling_jobs()
    for kind, settings in dangling.items():
        prod.put(f"{kind}.json", definition_text(settings, run_as=admin))
    prod.put("fine.json", definition_text(job("fine"), run_as=admin))
    report = prod.service().import_jobs()
    for kind in dangling:
        [issue] = row_of(report, f"dangling {kind}").issues
        gone = "77" if kind is Kind.JOB else f"dev-gone-{kind}"
        assert f"The {kind.noun} {gone} was not found" in issue.message
        assert issue.path.startswith(("tasks[t].", kind.paths[0].pattern))
    assert report.counts() == {"error": len(dangling), "new": 1}
    assert prod.names() == ["fine"]


# What the API does not take


def test_what_the_api_refuses_is_an_error_of_its_row(prod: Emulated) -> None:
    """Limits of the Jobs API: 1,000 tasks, 25 tags, names of 4,096 bytes."""
    admin = prod.connect().ports.principals.current().name
    refused = {
        "tasks": job("1,001 tasks", tasks=[notebook_task(f"t{n}") for n in range(1001)]),
        "tags": job("26 tags", tags={f"t{n}": "" for n in range(26)}),
        "name": job("é" * 2049),
    }
    for name, settings in {**refused, "fine": job("fine", tags={"t": ""})}.items():
        prod.put(f"{name}.json", definition_text(settings, run_as=admin))
    report = prod.service().import_jobs()
    assert "1001 tasks" in issues_of(report)
    assert "26 tags" in issues_of(report)
    assert "longer than 4096 bytes" in issues_of(report)
    assert report.counts() == {"error": 3, "new": 1}
    assert prod.names() == ["fine"]


def test_a_group_that_the_workspace_does_not_call_a_group_is_no_user(
    start: Callable[..., Pair],
) -> None:
    """Unconfirmed whether jobs/get tells a group; without that its name looks like a user's."""
    options = WorkspaceOptions(get_returns_group_run_as=False)
    dev, prod = start(options=options)
    for workspace, prefix in ((dev, "dev"), (prod, "prod")):
        seed_people(workspace, prefix)
    group = PEOPLE["dev"]["group"]
    dev.create_job(job("load", run_as={"group_name": group}))
    dev.service().export()
    push_and_pull(dev, prod)
    refused = prod.service().import_jobs()
    assert f"“{group}”" in issues_of(refused)
    assert refused.counts() == {"error": 1}
    prod.put(MAPPING, mapping_file())
    service = prod.service(mapping_path=MAPPING)
    assert service.import_jobs().counts() == {"new": 1}
    assert prod.settings_of("load")["run_as"] == {"group_name": PEOPLE["prod"]["group"]}
    assert service.validate()[1].counts() == {"unchanged": 1}
