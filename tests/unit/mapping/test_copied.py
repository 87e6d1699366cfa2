"""Which values are copied unchanged, once others are mapped."""

from typing import Any

from core.jobsettings.kinds import Kind
from core.jobsettings.known_ids import KnownId, KnownIds
from core.mapping.copied import find_copied
from core.mapping.mapped_value import MISSING, MappedValue

SETTINGS = {
    "tags": {"env": "dev", "team": "data"},
    "email_notifications": {"on_failure": ["a@x", "b@x", "c@x"]},
}
MAILS = "email_notifications.on_failure"


def value(path: str, source: Any, target: Any) -> MappedValue:
    return MappedValue(path, source, target, "value_mappings.tags", "env")


def paths(*mapped: MappedValue) -> list[str]:
    return [item.path for item in find_copied(SETTINGS, mapped)]


def test_what_nothing_maps_is_copied():
    assert paths() == ["tags.env", "tags.team", f"{MAILS}[0]", f"{MAILS}[1]", f"{MAILS}[2]"]


def test_a_mapped_value_is_not_copied():
    assert "tags.env" not in paths(value("tags.env", "dev", "prod"))
    assert "tags.env" not in paths(value("tags.env", "dev", MISSING))
    assert "tags.team" in paths(value("tags.env", "dev", "prod"))


def test_of_a_mapped_list_only_what_is_on_both_sides_is_copied():
    whole = value(MAILS, ["a@x", "b@x", "c@x"], ["ops@x", "c@x"])
    assert paths(whole) == ["tags.env", "tags.team", f"{MAILS}[2]"]


def test_of_a_mapped_object_nothing_is_copied():
    assert paths(value("tags", {"env": "dev"}, {"env": "prod"}))[0] == f"{MAILS}[0]"


def test_a_mapped_id_is_not_an_id_of_the_source():
    known = KnownIds([KnownId(Kind.JOB, "987654321", "load")])
    settings = {"tags": {"env": "987654321"}}
    assert find_copied(settings, (), known)[0].ids
    assert find_copied(settings, [value("tags.env", "987654321", "1")], known) == ()
