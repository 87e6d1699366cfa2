"""Why the removal of a job needs a confirmation of its own: nothing proves that it is ours."""

from datetime import UTC, datetime

from core.identity_names import fold_identity
from core.ports import LiveJob
from core.state.ledger import ImportedJob
from core.state.seals import Proof

_LEEWAY_S = 24 * 60 * 60
"""How long after its entry a job may have been created: an operation takes hours at most, and the
clocks of two machines differ by less."""

FORGED = (
    "An entry in the state folder says that this app imported this job, but this app did not write "
    "it. Find out who changed imported.json, or whether STATE_KEY lacks a former key. "
    "The job is left alone."
)
"""What to say of a job whose entry is forged."""


def find_removal_doubt(
    entry: ImportedJob, job: LiveJob, *, needs_proof: bool, principal: str
) -> str:
    """Return what speaks against an entry of the ledger; empty when nothing does.

    Whoever can write the state folder can enter any job there. With a key, the entry's seal proves
    that the app made it. Without one, the job itself must be of the app's making: `creator` and
    `created` are the workspace's own.

    Args:
        needs_proof: a key is configured.
        principal: the app's own user name or application id.
    """
    if entry.proof is Proof.PROVEN:
        return ""
    if needs_proof:
        return "Nothing proves that this app imported it: its entry has no seal."
    if not job.creator:
        return "Nothing proves that this app imported it: the workspace does not say who made it."
    if fold_identity(job.creator) != fold_identity(principal):
        return f"It was not created by this app but by {job.creator}."
    if entry.at and job.created > (entry.at + _LEEWAY_S) * 1000:
        return f"It was created after this app noted it as imported: {_day(job.created)}."
    return ""


def _day(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return "at an impossible time"
