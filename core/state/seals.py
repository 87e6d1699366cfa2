"""Seals on what the state folder holds: whether this app wrote it, where it has a key.

Whoever can write the state folder can write anything into it, but cannot make a seal without the
key, which only the app's environment has.
"""

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum

from core.json_text import JsonDict, stable_bytes


class Proof(StrEnum):
    """What a seal says. UNPROVEN: there is no key, or no seal. FORGED: no key of ours made it."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    FORGED = "forged"


class Seals:
    """Makes and checks seals. The first key seals; all of them are tried when checking."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._keys = tuple(key.encode() for key in keys)

    @property
    def has_key(self) -> bool:
        """Whether anything can be proven."""
        return bool(self._keys)

    def seal(self, purpose: str, document: JsonDict) -> str:
        """Return the seal of a document: 64 hex digits, or nothing without a key.

        Args:
            purpose: what the document is. A seal for one purpose proves nothing for another.
        """
        return _digest(self._keys[0], purpose, document) if self._keys else ""

    def check(self, purpose: str, document: JsonDict, seal: str) -> Proof:
        """Return what a seal says about a document.

        Args:
            document: without its seal.
        """
        if not self._keys or not seal:
            return Proof.UNPROVEN
        given = seal.encode(errors="replace")
        matches = [
            hmac.compare_digest(_digest(key, purpose, document).encode(), given)
            for key in self._keys
        ]
        return Proof.PROVEN if any(matches) else Proof.FORGED


NO_SEALS = Seals()
"""Where no key is configured."""


def _digest(key: bytes, purpose: str, document: JsonDict) -> str:
    """HMAC-SHA256 over the purpose and the document; the zero byte parts them for certain."""
    message = purpose.encode() + b"\0" + stable_bytes(document)
    return hmac.new(key, message, hashlib.sha256).hexdigest()
