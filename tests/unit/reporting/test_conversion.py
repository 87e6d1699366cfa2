"""A conversion as rows of a report."""

from core.definitions.definition import Definition
from core.errors import Issue
from core.jobsettings.secrets import MASK
from core.planning.conversion import AlreadyDefinition, NewDefinition, Unconverted
from core.reporting.conversion import conversion_row
from core.reporting.details import NewDefinitions
from tests.builders import job

DEFINITION = Definition.pack("a", 1, "ana", job("a"), left_out=("permissions",))


def words(row) -> tuple[str, str, str, str]:
    shown = conversion_row(row)
    issues = " ".join(map(str, shown.issues))
    return shown.file_name, shown.status, shown.message, issues


def test_each_row_says_where_and_what():
    left_out = "permissions is not part of a definition: it was left out."
    new = NewDefinition("a", "x", "a.json", DEFINITION, ("Look.",))
    assert words(new) == ("x/a.json", "new", f"Look. {left_out}", "")
    known = AlreadyDefinition("a", "a.json")
    assert words(known) == ("a.json", "unchanged", "Is a definition already.", "")
    refused = Unconverted("a", "b.json", Issue("No.", "jobs[0]"))
    assert words(refused) == ("b.json", "error", "", "No. (jobs[0])")


def test_secrets_of_a_new_definition_are_masked():
    settings = job("a", parameters=[{"name": "api_token", "default": "hush"}])
    shown = NewDefinitions((("a.json", Definition.pack("a", 1, "ana", settings)),)).as_json()
    assert shown["files"]["a.json"]["settings"]["parameters"] == [
        {"name": "api_token", "default": MASK}
    ]
    assert shown["files"]["a.json"]["job_id"] == 1
