"""Numbers and names that look like Databricks' own and differ between workspaces."""

from __future__ import annotations

import hashlib
import uuid

_SMALLEST = 10**14
_RANGE = 10**16 - _SMALLEST


def number_for(*parts: object) -> int:
    """Return a stable int64 of 15 or 16 digits; some exceed 2**53, as real ids do."""
    return _SMALLEST + int.from_bytes(_digest(*parts), "big") % _RANGE


def uuid_for(*parts: object) -> str:
    """Return a stable UUID."""
    return str(uuid.UUID(bytes=_digest(*parts), version=4))


def secret_for(*parts: object) -> str:
    """Return a stable text for a token or secret.

    It only guards a local workspace, and being stable lets a demo's configuration survive restarts.
    """
    return _digest("secret", *parts).hex()


def _digest(*parts: object) -> bytes:
    text = "\0".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
