"""How an operation ended."""

from core.operations.outcome import Outcome


def test_an_import_counts_what_it_did_and_not_what_was_left() -> None:
    outcome = Outcome(
        counts={"new": 4, "unchanged": 7, "error": 1},
        states={"planned": {"new": 1}, "done": {"new": 3}, "failed": {"error": 1}, "": {}},
    )
    assert outcome.carried_out("import") == {"new": 3, "error": 1}
    assert outcome.carried_out("validate") == outcome.counts
    assert Outcome().carried_out("remove") == {}
