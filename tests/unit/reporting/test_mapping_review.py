"""What the command `mappings` makes of the mapping file."""

from core.mapping.check import MappingProblem
from core.mapping.text.source import parse_source
from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState, MappingEntry
from core.reporting.mapping_details import Choice, MappingsInformation, MappingsReview
from core.reporting.mapping_review import find_faults, suggest_lines

CLUSTERS = "compute_name_mappings.cluster_name_mappings"
RUN_AS = "run_as_mappings"


def unmapped(name: str, *candidates: str, section: str = CLUSTERS, jobs: int = 1) -> UnmappedName:
    line = f'"{name}": "{candidates[0] if candidates else "…"}"'
    names = tuple(f"job {number}" for number in range(jobs))
    return UnmappedName("cluster", name, names, candidates, section, line)


def test_lines_are_sorted_by_section_and_can_be_pasted():
    names = [
        unmapped("ana", "ops", section=RUN_AS),
        unmapped("etl", "etl-prod", "etl 2", jobs=5),
        unmapped("odd"),
        unmapped("a job", section=""),
    ]
    assert [*suggest_lines(names)] == [
        f"// {CLUSTERS}",
        '"etl": "etl-prod", // needed by "job 0", "job 1", "job 2" and 2 more; or "etl 2"',
        '// "odd": "…", // needed by "job 0"',
        f"// {RUN_AS}",
        '"ana": "ops", // needed by "job 0"',
    ]
    pasted = "{" + "\n".join(suggest_lines(names)) + "\n}"
    assert parse_source(pasted).root.value == {"etl": "etl-prod", "ana": "ops"}


def test_what_is_missing_or_could_not_be_checked_is_a_fault():
    entries = (
        MappingEntry(CLUSTERS, "etl", "gone", 1, state=EntryState.MISSING, line=3),
        MappingEntry("resource_name_mappings.pipelines", "p", "p", 1),
        MappingEntry(CLUSTERS, "fine", "here", 1),
    )
    details = MappingsInformation(entries=entries, choices={CLUSTERS: (Choice("a", "a"),)})
    faults = [str(fault) for fault in find_faults(details)]
    assert faults == [
        f"{CLUSTERS} “etl” maps to gone, which does not exist here or is there more than once "
        "(line 3).",
        "resource_name_mappings.pipelines could not be checked: pipelines cannot be listed here.",
    ]
    assert find_faults(MappingsInformation()) == ()


def test_a_broken_file_is_the_only_fault():
    details = MappingsInformation(problem=MappingProblem("Line 1: no.", 1, 1))
    assert [str(fault) for fault in find_faults(details)] == ["Line 1: no."]


def test_a_review_has_neither_text_nor_choices():
    review = MappingsReview(MappingsInformation(text="{}", choices={"a": ()}), is_fine=False)
    assert not {"text", "choices"} & review.as_json().keys()
    assert review.as_json()["is_fine"] is False
