"""What a validation keeps for whoever carries its plan out."""

import pytest

from core.errors import PlanGoneError, SyncError
from core.operations.plan_documents import (
    plan_document,
    read_adoptable,
    read_draft,
    read_fingerprints,
)


def test_what_is_kept_is_what_is_read():
    assert read_fingerprints(plan_document({"größe \ud800": "00ff"})) == {"größe \ud800": "00ff"}
    assert read_adoptable(plan_document(["a", "b"])) == ("a", "b")
    assert read_fingerprints(plan_document({})) == {}
    assert read_adoptable(plan_document([])) == ()


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff", b"null", b"0", b"true", b'""', b"[]"]
)
def test_damaged_fingerprints_are_a_plan_that_is_gone(content):
    with pytest.raises(PlanGoneError):
        read_fingerprints(content)


@pytest.mark.parametrize("content", [b'{"a": 1}', b'{"a": null}', b'{"a": "x", "b": true}'])
def test_a_fingerprint_is_a_text(content):
    with pytest.raises(PlanGoneError):
        read_fingerprints(content)


@pytest.mark.parametrize("content", [None, b"", b"null", b"{}", b"0", b'"ab"', b"[1]", b"[null]"])
def test_a_damaged_list_of_jobs_is_a_plan_that_is_gone(content):
    with pytest.raises(PlanGoneError):
        read_adoptable(content)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_text_that_is_missing_or_damaged_is_not_an_empty_one(content):
    with pytest.raises(SyncError, match="nothing was saved"):
        read_draft(content)
    assert read_draft("ü".encode()) == "ü"
