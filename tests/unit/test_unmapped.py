"""Every name that is missing here, with a way out."""

import json

import json5

from core.placeholders import Kind
from core.unmapped import MissingName, unmapped_names

SECTION = "compute_name_mappings.cluster_name_mappings"


def cluster(name: str) -> MissingName:
    return MissingName("cluster", name, SECTION, Kind.CLUSTER)


def names_of(_kind: Kind) -> list[str]:
    return ["etl-prod", "etl-prod-large", "etl-prod-small", "etl-prod-tiny", "bi-users"]


def test_a_name_has_one_row_with_all_its_jobs():
    (row,) = unmapped_names(
        [("b", cluster("etl")), ("a", cluster("etl")), ("a", cluster("etl"))], names_of
    )
    assert (row.name, row.jobs, row.section) == ("etl", ("a", "b"), SECTION)


def test_rows_come_in_the_order_of_kind_and_name():
    missing = [MissingName("job", "z", "", Kind.JOB), cluster("b"), cluster("a")]
    rows = unmapped_names([("x", name) for name in missing], names_of)
    assert [(row.noun, row.name) for row in rows] == [
        ("cluster", "a"),
        ("cluster", "b"),
        ("job", "z"),
    ]


def test_similar_names_are_offered_best_first_and_never_too_many():
    (row,) = unmapped_names([("x", cluster("etl-dev"))], names_of)
    assert len(row.candidates) == 3
    assert row.candidates[0] == "etl-prod"
    assert row.line == '"etl-dev": "etl-prod"'


def test_a_name_without_a_similar_one_leaves_a_gap_to_fill_in():
    (row,) = unmapped_names([("x", cluster("QQQ"))], names_of)
    assert (row.candidates, row.line) == ((), '"QQQ": "…"')


def test_the_line_can_be_pasted_whatever_the_name_holds():
    (row,) = unmapped_names([("x", cluster('say "größe"'))], names_of)
    assert list(json5.loads(f"{{{row.line}}}")) == ['say "größe"']


def test_an_identity_is_mapped_to_a_principal():
    missing = MissingName("run as", "ana", "run_as_mappings", None)
    (row,) = unmapped_names([("x", missing)], names_of)
    assert json.loads(f"{{{row.line}}}") == {"ana": {"service_principal_name": "…"}}


def test_a_job_has_no_line_because_jobs_are_not_mapped():
    (row,) = unmapped_names([("x", MissingName("job", "load", "", Kind.JOB))], lambda _kind: [])
    assert row.line == ""
    assert row.as_json() == {
        "kind": "job",
        "name": "load",
        "jobs": ["x"],
        "candidates": [],
        "section": "",
        "line": "",
    }
