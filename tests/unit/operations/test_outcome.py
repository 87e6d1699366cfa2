"""How an operation ended."""

import pytest

from core.errors import InvalidJsonError
from core.operations.kinds import OperationKind
from core.operations.outcome import Outcome
from core.reporting.details import GitPlace, PlanFacts, PullFacts, WorkspaceInformation


def test_an_import_counts_what_it_did_and_not_what_was_left() -> None:
    outcome = Outcome(
        counts={"new": 4, "unchanged": 7, "error": 1},
        states={"planned": {"new": 1}, "done": {"new": 3}, "failed": {"error": 1}, "": {}},
    )
    assert outcome.count_carried_out(OperationKind.IMPORT) == {"new": 3, "error": 1}
    assert outcome.count_carried_out(OperationKind.VALIDATE) == outcome.counts
    assert Outcome().count_carried_out(OperationKind.REMOVE) == {}


def test_an_export_counts_what_it_left_as_well() -> None:
    outcome = Outcome(states={"": {"unchanged": 2}, "done": {"new": 1}, "planned": {"new": 5}})
    assert outcome.count_carried_out(OperationKind.EXPORT) == {"unchanged": 2, "new": 1}


def test_details_are_read_as_the_kind_of_operation_told_them() -> None:
    commit = {"git_folder": "/Repos/a", "git_folder_id": 7, "commit": "2", "old_commit": "1"}
    pull = Outcome.from_json({"details": commit}, OperationKind.PULL).pull
    assert pull == PullFacts(GitPlace("/Repos/a", 7, commit="2"), "1")
    plan = Outcome.from_json({"details": {"is_complete": False}}, OperationKind.VALIDATE).plan
    assert plan == PlanFacts(is_complete=False)
    assert Outcome.from_json({"details": {"jobs": 3}}, OperationKind.INFO).information.jobs == 3
    assert Outcome.from_json({"details": commit}, OperationKind.EXPORT).details is None


def test_what_was_not_told_is_empty() -> None:
    outcome = Outcome.from_json({}, OperationKind.VALIDATE)
    assert (outcome, outcome.plan, outcome.pull) == (Outcome(), PlanFacts(), PullFacts())
    assert outcome.information == WorkspaceInformation()


@pytest.mark.parametrize(
    ("kind", "damaged", "message"),
    [
        ("export", [], "An outcome should be a JSON object."),
        ("export", {"status": "x"}, "“status” of an outcome should be one of completed, "),
        (
            "export",
            {"counts": {"new": "1"}},
            "“counts” of an outcome should be an object of counts",
        ),
        ("export", {"states": {"done": 1}}, "“done” of the states of an outcome should be"),
        ("export", {"states": None}, "The states of an outcome should be a JSON object."),
        ("export", {"states": []}, "The states of an outcome should be a JSON object."),
        ("validate", {"details": None}, "The facts of a validation should be a JSON object."),
        ("export", {"issues": [1]}, "An issue should be a JSON object."),
        ("validate", {"details": {"adoptable": "3"}}, "“adoptable” of the facts of a validation"),
        ("info", {"details": {"jobs": None}}, "“jobs” of Workspace Information should be a whole"),
        ("info", {"details": {"mapping_entries": [{"jobs": ""}]}}, "“jobs” of an entry of the map"),
    ],
)
def test_a_damaged_outcome_is_refused_and_its_field_is_named(kind, damaged, message) -> None:
    with pytest.raises(InvalidJsonError) as refused:
        Outcome.from_json(damaged, OperationKind(kind))
    assert refused.value.message.startswith(message)


def test_an_outcome_without_details_has_empty_ones():
    outcome = Outcome()
    assert not outcome.mappings.exists
    assert (outcome.mapping_test.changes, outcome.saved.path) == ((), "")
