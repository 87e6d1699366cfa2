"""What is read of the mapping file, for those who may only look."""

import json

from core.jobsettings.secrets import MASK
from core.mapping.check import MappingProblem
from core.mapping.use import MappingEntry
from core.reporting.mapping_details import MappingsInformation
from tests.secret_samples import SAMPLES

TOKEN = SAMPLES[0].text
ENTRY = MappingEntry("value_mappings.parameters", "url", "x", 1, {TOKEN: "new", "a": TOKEN})


def test_text_entries_and_problem_are_masked():
    information = MappingsInformation(
        "/m.json",
        f'{{"a": "{TOKEN}"}}',
        problem=MappingProblem(f"There is no “{TOKEN}”."),
        entries=(ENTRY,),
    )
    shown = information.masked()
    assert TOKEN not in json.dumps(shown.as_json())
    assert shown.entries[0].value["a"] == MASK
    assert shown.masked() == shown


def test_what_holds_no_secret_stays_as_it_is():
    entry = MappingEntry("compute_name_mappings", "a", "b", 1, "b")
    information = MappingsInformation("/m.json", '{"a": "b"}', entries=(entry,))
    assert information.masked() == information
