"""Which entries differ between two texts of a mapping file."""

import pytest

from core.mapping.entry_changes import ABSENT, EntryChange, find_entry_changes, is_readable

OLD = """{
  compute_name_mappings: {cluster_name_mappings: {a: "1", b: "2"}, odd: 3},
  run_as_mappings: {ana: {user_name: "x"}},
  value_mappings: {parameters: {env: {dev: "prod"}}, emails: {"a@x": null}},
  jobs: {include: ["a*"], exclude: []},
  pause_status: "from_git",
  unknown: 7,
}"""


def test_comments_and_formatting_are_no_changes():
    assert find_entry_changes(OLD, OLD.replace("\n", " /* x */\n")) == ()


def test_every_section_has_its_entries():
    new = (
        OLD.replace('a: "1", ', "")
        .replace("odd: 3", "odd: 4")
        .replace('user_name: "x"', 'group_name: "y"')
        .replace('dev: "prod"', 'dev: "live"')
        .replace('{"a@x": null}', '{"a@x": null, "b@x": null}')
        .replace('["a*"]', '["b*"]')
        .replace("from_git", "new_paused")
        .replace("7", "NaN")
    )
    assert find_entry_changes(OLD, new) == (
        EntryChange("compute_name_mappings", "odd", 3, 4),
        EntryChange("run_as_mappings", "ana", {"user_name": "x"}, {"group_name": "y"}),
        EntryChange("value_mappings.parameters", "env", {"dev": "prod"}, {"dev": "live"}),
        EntryChange("value_mappings.emails", "b@x", ABSENT, None),
        EntryChange("jobs.include", "b*", ABSENT, True),
        EntryChange("pause_status", "", "from_git", "new_paused"),
        EntryChange("unknown", "", 7, "NaN"),
        EntryChange("compute_name_mappings.cluster_name_mappings", "a", "1", ABSENT),
        EntryChange("jobs.include", "a*", True, ABSENT),
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_what_cannot_be_read_has_no_entries(text: str):
    assert not is_readable(text)
    assert all(change.before is ABSENT for change in find_entry_changes(text, OLD))
    assert is_readable(OLD)
    assert repr(ABSENT) == "ABSENT"
