"""Authorization codes between a browser's consent and a client's request for a token.

Source: RFC 6749 section 4.1; RFC 7636, method S256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass

LIFETIME_S = 60.0


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to what; `challenge` is the hash of a verifier that only the client knows."""

    principal: str
    client_id: str
    redirect_uri: str
    challenge: str
    scope: str

    def is_for(self, client_id: str, redirect_uri: str, verifier: str) -> bool:
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        proven = hmac.compare_digest(challenge.encode(), self.challenge.encode())
        return proven and client_id == self.client_id and redirect_uri == self.redirect_uri


class AuthorizationCodes:
    """Codes that can be used once, and soon."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[float, Consent]] = {}

    def issue(self, consent: Consent) -> str:
        code, now = secrets.token_urlsafe(24), time.monotonic()
        with self._lock:
            self._waiting = {
                known: entry for known, entry in self._waiting.items() if entry[0] > now
            }
            self._waiting[code] = (now + LIFETIME_S, consent)
        return code

    def redeem(self, code: str) -> Consent | None:
        """Return what a code stands for; it is used up whatever becomes of it."""
        with self._lock:
            expires, consent = self._waiting.pop(code, (0.0, None))
        return consent if expires > time.monotonic() else None
