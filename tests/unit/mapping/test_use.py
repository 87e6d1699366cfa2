"""Which entries of the mapping file are used, and by how many jobs."""

from core.definitions.definition import Definition
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.use import MappingEntry, list_mapping_entries
from tests.builders import job, notebook_task, run_job_task

TEXT = b"""{
  compute_name_mappings: {
    cluster_name_mappings: {etl: "etl-prod", unused: "x"},
    warehouse_name_mappings: {etl: "warehouse"},
  },
  run_as_mappings: {
    "ana@dev.example": {service_principal_name: "app"},
    default: {user_name: "bo@prod.example"},
  },
}"""


def definition(name: str, run_as_user_name: str = "", **settings) -> Definition:
    return Definition.pack(name, 1, run_as_user_name, job(name, **settings))


def on_cluster(key: str, cluster: str) -> dict:
    return notebook_task(key, existing_cluster_id=f"__CLUSTER__{cluster}__")


def uses(*definitions: Definition) -> dict[tuple[str, str], int]:
    entries = list_mapping_entries(parse_mappings(TEXT, "/map.json"), definitions)
    return {(entry.section.rpartition(".")[2], entry.name): entry.jobs for entry in entries}


def test_every_entry_is_told_in_the_order_of_the_sections():
    entries = list_mapping_entries(parse_mappings(TEXT, "/map.json"), [])
    assert [(entry.section, entry.name) for entry in entries] == [
        ("compute_name_mappings.cluster_name_mappings", "etl"),
        ("compute_name_mappings.cluster_name_mappings", "unused"),
        ("compute_name_mappings.warehouse_name_mappings", "etl"),
        ("run_as_mappings", "ana@dev.example"),
        ("run_as_mappings", "default"),
    ]
    assert entries[0].target == "etl-prod"
    assert "app" in entries[3].target


def test_no_file_has_no_entries():
    assert list_mapping_entries(Mappings(), [definition("a")]) == ()


def test_a_job_counts_once_however_many_tasks_use_a_name():
    tasks = [on_cluster("a", "etl"), on_cluster("b", "etl"), on_cluster("c", "other")]
    found = uses(definition("one", tasks=tasks), definition("two", tasks=tasks[:1]))
    assert found["cluster_name_mappings", "etl"] == 2
    assert found["cluster_name_mappings", "unused"] == 0


def test_equal_names_of_other_kinds_are_other_names():
    found = uses(definition("one", tasks=[on_cluster("a", "etl")]))
    assert found["warehouse_name_mappings", "etl"] == 0


def test_raw_ids_and_jobs_are_no_entries():
    tasks = [notebook_task("a", existing_cluster_id="0123-etl"), run_job_task("b", "__JOB__etl__")]
    assert uses(definition("one", tasks=tasks))["cluster_name_mappings", "etl"] == 0


def test_an_identity_has_its_own_entry_or_the_default():
    found = uses(
        definition("one", "ana@dev.example"),
        definition("two", "cy@dev.example"),
        definition("three", "cy@dev.example", run_as={"user_name": "ana@dev.example"}),
        definition("four"),
    )
    assert found["run_as_mappings", "ana@dev.example"] == 2
    assert found["run_as_mappings", "default"] == 2


def test_without_a_default_other_identities_use_no_entry():
    mappings = parse_mappings(b'{run_as_mappings: {ana: {user_name: "x"}}}', "/map.json")
    [entry] = list_mapping_entries(mappings, [definition("one", "bo@dev.example")])
    assert entry.jobs == 0


def test_an_identity_that_cannot_be_understood_uses_no_entry():
    assert uses(definition("one", run_as={"robot": "x"}))["run_as_mappings", "default"] == 0


def test_an_entry_as_json_has_all_of_it():
    entry = MappingEntry("section", "<b>name</b>", "target", 3)
    assert entry.as_json() == {
        "section": "section",
        "name": "<b>name</b>",
        "target": "target",
        "jobs": 3,
        "value": None,
        "job_names": [],
        "state": "fine",
        "line": 0,
    }
