"""Which version of the mapping file a text was made from."""

import hashlib

MOST_TEXT_BYTES = 2_000_000


def file_version(content: bytes) -> str:
    """Return a short text that is another one for other bytes."""
    return hashlib.sha256(content).hexdigest()[:32]
