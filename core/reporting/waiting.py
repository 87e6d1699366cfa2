"""What users read while a call to the workspace waits."""

from collections.abc import Mapping

from core.calls import WaitReason

_SENTENCES: Mapping[WaitReason, str] = {
    WaitReason.NOTHING: "",
    WaitReason.RATE_LIMIT: "Waiting {:.0f} s: the workspace is rate-limiting requests",
    WaitReason.FAILED: "Waiting {:.0f} s: the workspace answered with an error, and is asked again",
    WaitReason.NO_ANSWER: "Waiting {:.0f} s: the workspace did not answer, and is asked again",
    WaitReason.SLOW: "No answer from the workspace for {:.0f} s",
}


def describe_wait(reason: WaitReason, seconds: float) -> str:
    """Say why a call waits, and for how long; empty when none does."""
    return _SENTENCES[reason].format(seconds)
