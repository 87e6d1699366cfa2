"""Seals: what proves that this app wrote a document."""

import pytest

from core.state.seals import Proof, Seals

KEY, OTHER = "k" * 32, "o" * 32
DOCUMENT = {"job_id": 1, "name": "größe", "list": [1, None]}


def test_a_sealed_document_is_proven() -> None:
    seals = Seals((KEY,))
    assert seals.check("entry", DOCUMENT, seals.seal("entry", DOCUMENT)) is Proof.PROVEN


def test_the_order_of_its_keys_does_not_matter() -> None:
    seals = Seals((KEY,))
    turned = dict(reversed(DOCUMENT.items()))
    assert seals.seal("entry", DOCUMENT) == seals.seal("entry", turned)


@pytest.mark.parametrize("changed", [{**DOCUMENT, "job_id": 2}, {**DOCUMENT, "job_id": "1"}, {}])
def test_a_changed_document_is_forged(changed: dict[str, object]) -> None:
    seals = Seals((KEY,))
    assert seals.check("entry", changed, seals.seal("entry", DOCUMENT)) is Proof.FORGED


@pytest.mark.parametrize("seal", ["0" * 64, "x", "ü", "\ud800", "0" * 100_000])
def test_an_invented_seal_is_forged(seal: str) -> None:
    assert Seals((KEY,)).check("entry", DOCUMENT, seal) is Proof.FORGED


def test_a_seal_for_another_purpose_is_forged() -> None:
    seals = Seals((KEY,))
    assert seals.check("entry", DOCUMENT, seals.seal("snapshot", DOCUMENT)) is Proof.FORGED


def test_without_a_key_or_a_seal_nothing_is_proven() -> None:
    assert Seals().seal("entry", DOCUMENT) == ""
    assert Seals().check("entry", DOCUMENT, Seals((KEY,)).seal("entry", DOCUMENT)) is Proof.UNPROVEN
    assert Seals((KEY,)).check("entry", DOCUMENT, "") is Proof.UNPROVEN
    assert not Seals().has_key


def test_a_new_key_seals_while_the_old_one_still_proves() -> None:
    old = Seals((OTHER,)).seal("entry", DOCUMENT)
    both = Seals((KEY, OTHER))
    assert both.check("entry", DOCUMENT, old) is Proof.PROVEN
    assert both.seal("entry", DOCUMENT) == Seals((KEY,)).seal("entry", DOCUMENT)
    assert Seals((KEY,)).check("entry", DOCUMENT, old) is Proof.FORGED
