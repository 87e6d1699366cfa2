"""Objects that share a name: a note on the way out, an id in the mapping file on the way in."""

import json
from typing import Any

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.references import find_references
from core.mapping.mapping_file import section_of
from tests.builders import definition_text, job, notebook_task
from tests.emulated import Emulated, issues_of, push_and_pull, row_of, statuses
from tests.integration.conftest import Pair
from tests.kinds import SEEDED, seed_entry, settings_with

MAPPING = "/Workspace/Shared/map.json"
# A dashboard's name is its path, which only one can have.
SHARED = [kind for kind in SEEDED if kind is not Kind.DASHBOARD]


def map_to(workspace: Emulated, kind: Kind, target: Any) -> None:
    group, key = section_of(kind).split(".")
    document = {
        group: {key: {"adhoc": target}},
        "run_as_mappings": {"default": admin_of(workspace)},
    }
    workspace.put(MAPPING, json.dumps(document).encode())


def admin_of(workspace: Emulated) -> dict[str, str]:
    name = workspace.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    return {"user_name": name}


def referred(workspace: Emulated, kind: Kind) -> set[str]:
    references = find_references(workspace.settings_of("a"))
    return {str(found.value) for found in references if found.kind is kind}


@pytest.mark.parametrize("kind", SHARED)
def test_a_shared_name_travels_with_a_note_and_is_told_apart_by_id(pair: Pair, kind: Kind) -> None:
    dev, prod = pair
    for workspace in pair:
        twins = [seed_entry(kind, f"{number}-{kind}".lower(), "adhoc") for number in (1, 2)]
        workspace.seed(**{SEEDED[kind].seed_key: twins})
    first, second = (f"{number}-{kind}".lower() for number in (1, 2))
    dev.create_job({"name": "a", **settings_with(kind, {"t": first})})
    exported = dev.service().export()
    assert statuses(exported) == {"a": "new"}, issues_of(exported)
    assert f"{first}, {second}" in row_of(exported, "a").message_with_risks
    assert dev.service().export().counts() == {"unchanged": 1}
    push_and_pull(dev, prod)
    map_to(prod, kind, "adhoc")
    service = prod.service(mapping_path=MAPPING)
    refused = service.validate()[1]
    assert statuses(refused) == {"a": "error"}
    assert f'{{"id": "{first}"}}' in issues_of(refused)
    [missing] = [name for name in refused.unmapped if name.name == "adhoc"]
    assert missing.candidates == (first, second)
    assert json.loads("{" + missing.line + "}") == {"adhoc": {"id": first}}
    map_to(prod, kind, {"id": second})
    assert service.import_jobs().counts() == {"new": 1}
    assert referred(prod, kind) == {second}
    assert service.validate()[1].counts() == {"unchanged": 1}
    map_to(prod, kind, {"id": first})
    assert service.import_jobs().counts() == {"changed": 1}
    assert referred(prod, kind) == {first}
    assert service.validate()[1].counts() == {"unchanged": 1}
    assert prod.service(mapping_path=MAPPING).export().counts() == {"unchanged": 1}
    map_to(prod, kind, {"id": "nowhere"})
    assert "with the id nowhere" in issues_of(service.validate()[1])


def test_a_cluster_that_the_list_omits_can_be_named_by_its_id(prod: Emulated) -> None:
    prod.seed(clusters=[{"cluster_id": "old-1", "cluster_name": "x", "cluster_source": "JOB"}])
    listed = prod.connect().ports.resources.list_resources(Kind.CLUSTER, ())
    assert [one.name for one in listed] == []
    me = admin_of(prod)["user_name"]
    task = notebook_task("main", existing_cluster_id="__CLUSTER__adhoc__")
    prod.put("a.json", definition_text(job("a", tasks=[task]), run_as=me))
    map_to(prod, Kind.CLUSTER, {"id": "old-1"})
    validated = prod.service(mapping_path=MAPPING).validate()[1]
    assert statuses(validated) == {"a": "new"}, issues_of(validated)


def test_a_deleted_destination_can_be_dropped_and_two_of_one_target_are_one(prod: Emulated) -> None:
    kind = Kind.NOTIFICATION_DESTINATION
    prod.seed(notification_destinations=[seed_entry(kind, "n-1", "ops")])
    names = [f"__{kind.value}__{name}__" for name in ("unknown", "a", "b")]
    webhooks = {"on_failure": [{"id": name} for name in names], "on_start": [{"id": names[0]}]}
    me = admin_of(prod)
    prod.put(
        "a.json", definition_text(job("a", webhook_notifications=webhooks), run_as=me["user_name"])
    )
    section = {"notification_destinations": {"unknown": None, "a": "ops", "b": "ops"}}
    prod.put(MAPPING, json.dumps({"resource_name_mappings": section}).encode())
    service = prod.service(mapping_path=MAPPING)
    assert service.import_jobs().counts() == {"new": 1}
    assert prod.settings_of("a")["webhook_notifications"]["on_failure"] == [{"id": "n-1"}]
    assert service.validate()[1].counts() == {"unchanged": 1}
    assert service.export().counts() == {"unchanged": 1}
