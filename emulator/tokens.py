"""Signed tokens. They carry owner, purpose and expiry, so they outlive a restart."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Literal

from emulator.json_values import parse_json

Purpose = Literal["access", "refresh"]
REFRESH_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says; only `is_genuine` shows whether to believe it."""

    purpose: str
    owner: str
    expires: int
    signature: str

    def is_genuine(self, purpose: Purpose, secret: str, now: float) -> bool:
        """Return whether it was signed with a secret for this purpose and has not expired.

        Args:
            now: the workspace's time, in seconds since the epoch.
        """
        expected = _signature(self.purpose, self.owner, self.expires, secret)
        genuine = hmac.compare_digest(self.signature.encode(), expected.encode())
        return genuine and self.purpose == purpose and self.expires > now


def issue(purpose: Purpose, owner: str, secret: str, expires: int) -> str:
    """Return a new token of an owner, valid until some seconds after the epoch."""
    parts = [purpose, owner, expires, _signature(purpose, owner, expires, secret)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def read(token: str) -> Claim | None:
    """Return what a token says, or None when it is none of ours."""
    try:
        purpose, owner, expires, signature = parse_json(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        return None
    if not isinstance(expires, int):
        return None
    return Claim(str(purpose), str(owner), expires, str(signature))


def _signature(purpose: str, owner: str, expires: int, secret: str) -> str:
    claim = json.dumps([purpose, owner, expires]).encode()
    return hmac.new(secret.encode(), claim, hashlib.sha256).hexdigest()
