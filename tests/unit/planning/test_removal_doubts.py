"""Why the removal of a job needs a confirmation of its own."""

import pytest

from core.planning.removal_doubts import find_removal_doubt
from core.ports import LiveJob
from core.state.ledger import ImportedJob
from core.state.seals import Proof
from tests.builders import job

ME = "Sync@prod.example"
NOTED = 1_700_000_000


def live(creator: str, created: int = 0) -> LiveJob:
    return LiveJob.pack(1, job("a"), creator, creator, complete=False, created=created)


def doubt(of: LiveJob, proof: Proof = Proof.UNPROVEN, at: int = 0, *, key: bool = False) -> str:
    entry = ImportedJob("a", 1, "a.json", at, proof)
    return find_removal_doubt(entry, of, needs_proof=key, principal=ME)


def test_a_proven_entry_needs_no_more_whoever_made_the_job():
    assert doubt(live("ana@prod.example"), Proof.PROVEN, key=True) == ""


@pytest.mark.parametrize("creator", [ME, "ana@prod.example"])
def test_with_a_key_an_entry_without_a_seal_is_doubted(creator):
    assert "has no seal" in doubt(live(creator), key=True)


def test_without_a_key_the_job_must_be_of_our_making():
    assert doubt(live(ME)) == doubt(live(ME.lower())) == ""
    assert "but by ana@prod.example" in doubt(live("ana@prod.example"))
    assert "does not say who made it" in doubt(live(""))


def test_a_job_that_is_younger_than_its_entry_is_doubted():
    day_ms = 24 * 60 * 60 * 1000
    assert doubt(live(ME, NOTED * 1000), at=NOTED) == ""
    assert doubt(live(ME, NOTED * 1000 + day_ms), at=NOTED) == ""
    assert "after this app noted it as imported: 2023-11-1" in doubt(
        live(ME, NOTED * 1000 + day_ms + 1), at=NOTED
    )
    assert "impossible time" in doubt(live(ME, 10**30), at=NOTED)


def test_a_time_that_is_unknown_speaks_against_nothing():
    assert doubt(live(ME, NOTED * 1000), at=0) == ""
    assert doubt(live(ME, 0), at=NOTED) == ""
