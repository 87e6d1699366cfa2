"""One report of all the names that a workspace lacks, with what they may be here."""

import pytest

from core.jobsettings.kinds import Kind
from core.mapping.suggestions import gather_unmapped
from core.mapping.unmapped import MissingName

SECTION = "compute_name_mappings.cluster_name_mappings"


def cluster(name: str) -> MissingName:
    return MissingName("cluster", name, SECTION, Kind.CLUSTER)


def test_one_row_per_name_with_all_jobs_and_the_likely_target() -> None:
    missing = [("b", cluster("etl-dev")), ("a", cluster("etl-dev")), ("a", cluster("zzz"))]
    first, second = gather_unmapped(missing, lambda _kind: ["etl-prod", "bi-prod"])
    assert (first.name, first.jobs, first.candidates[0]) == ("etl-dev", ("a", "b"), "etl-prod")
    assert (first.section, first.line) == (SECTION, '"etl-dev": "etl-prod"')
    assert (second.candidates, second.line) == ((), '"zzz": "…"')
    assert first.as_json()["jobs"] == ["a", "b"]


def test_an_identity_has_no_candidates_but_a_line() -> None:
    missing = MissingName("run as", "ana@dev.example", "run_as_mappings", None)
    [row] = gather_unmapped([("load", missing)], lambda _kind: ["never asked"])
    assert row.line == '"ana@dev.example": {"service_principal_name": "…"}'


def test_a_job_has_no_section_and_no_line() -> None:
    missing = MissingName("job", "load", "", Kind.JOB)
    [row] = gather_unmapped([("caller", missing)], lambda _kind: ["loads"])
    assert (row.section, row.line, row.candidates) == ("", "", ("loads",))


def test_quotes_in_names_stay_in_the_quotes_of_the_line() -> None:
    [row] = gather_unmapped([("a", cluster('x"y'))], lambda _kind: [])
    assert row.line == '"x\\"y": "…"'


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("etl-dev", "etl-prod"),
        ("sales-dev", "sales"),
        ("dev_analytics_cluster", "analytics-prod"),
        ("dbx-d-shared-01", "dbx-p-shared-01"),
        ("Nightly Load (DEV)", "nightly load"),
        ("BI WAREHOUSE", "bi warehouse"),
        ("東京-dev", "東京-prod"),
    ],
)
def test_the_twin_of_the_other_environment_comes_first(name: str, twin: str) -> None:
    others = ["reporting-2024", "Ingest · hourly", "x" * 40, "ml-serving"]
    [row] = gather_unmapped([("a", cluster(name))], lambda _kind: [*others, twin])
    assert row.candidates[:1] == (twin,)


def test_at_most_three_candidates_the_best_first() -> None:
    names = [f"etl-{number}" for number in range(100)]
    [row] = gather_unmapped([("a", cluster("etl-42-dev"))], lambda _kind: names)
    assert len(row.candidates) == 3
    assert row.candidates[0] == "etl-42"


def test_the_names_of_a_kind_are_asked_for_once_however_many_are_missing() -> None:
    asked: list[Kind] = []

    def names_of(kind: Kind) -> list[str]:
        asked.append(kind)
        return ["etl-prod"]

    missing = [(f"job {number}", cluster(f"etl-{number}")) for number in range(50)]
    assert len(gather_unmapped(missing, names_of)) == 50
    assert asked == [Kind.CLUSTER]


def test_long_names_are_compared_by_their_ends() -> None:
    head, tail = "sales of all regions " * 5, " every night, for the dashboard" * 5
    twin, other = f"{head}{'x' * 4000}{tail} (prod)", "y" * 4096
    missing = [("a", cluster(f"{head}{'z' * 4000}{tail} (dev)"))]
    [row] = gather_unmapped(missing, lambda _kind: [other, twin])
    assert row.candidates == (twin,)
