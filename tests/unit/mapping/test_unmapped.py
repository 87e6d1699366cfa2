"""One report of all the names that a workspace lacks."""

from core.jobsettings.kinds import Kind
from core.mapping.unmapped import MissingName, gather_unmapped

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
