"""Which entries of `value_mappings` decide something, and in which definitions."""

from core.definitions.definition import Definition
from core.mapping.job_selection import JobPattern, JobSelection, PatternKind
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.use import EntryState, list_mapping_entries
from tests.builders import job

FILE = b"""{
  value_mappings: {
    paths: {"/Shared": "/Prod", "/Shared/main": "/Main", "/nowhere": "/x"},
    parameters: {api_token: {dev: "hush", qa: "hush"}},
    emails: {"a@x.org": null},
  },
  jobs: {include: ["*"], exclude: ["tmp*"]},
}"""


def test_entries_say_what_they_decide_and_hide_secrets():
    settings = job("load", parameters=[{"name": "api_token", "default": "dev"}])
    definitions = [Definition.pack("load", 1, "ana", settings)]
    found = {
        entry.name: entry
        for entry in list_mapping_entries(parse_mappings(FILE, "m.json"), definitions)
    }
    assert (found["/Shared/main"].state, found["/Shared/main"].job_names) == (
        EntryState.FINE,
        ("load",),
    )
    assert found["/Shared"].state is EntryState.SHADOWED
    assert found["/nowhere"].state is EntryState.UNUSED
    assert found["api_token"].jobs == 1
    assert "hush" not in found["api_token"].target
    assert (found["a@x.org"].target, found["a@x.org"].value) == ("(dropped)", None)
    assert found["/Shared"].line == 3


def test_without_value_mappings_nothing_is_walked():
    assert list_mapping_entries(parse_mappings(b"{}", ""), []) == ()


def test_patterns_say_which_jobs_they_fit_where_that_is_known():
    star = JobPattern("*", PatternKind.NAME, "*", 2)
    none = JobPattern("tmp*", PatternKind.NAME, "tmp*", 3)
    ana = JobPattern("creator:ana", PatternKind.CREATOR, "ana", 3)
    mappings = Mappings(selection=JobSelection((star,), (none, ana)))
    entries = list_mapping_entries(mappings, [], pattern_jobs={("jobs.include", "*"): ["b", "a"]})
    assert [(one.section, one.name, one.job_names, one.state, one.line) for one in entries] == [
        ("jobs.include", "*", ("a", "b"), EntryState.FINE, 2),
        ("jobs.exclude", "tmp*", (), EntryState.UNUSED, 3),
        ("jobs.exclude", "creator:ana", (), EntryState.FINE, 3),
    ]
    unknown = list_mapping_entries(mappings, [])
    assert {one.state for one in unknown} == {EntryState.FINE}
