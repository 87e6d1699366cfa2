"""Names that bundles take: the keys of resources, and the names of variables."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

_LONGEST = 60  # characters
# Windows opens a device in place of a file of this name, whatever its ending.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
# What a reference can name. Source: databricks/cli libs/dyn/dynvar/ref.go.
_LEGAL = re.compile(r"[a-z]+(_*[a-z0-9]+)*")


def make_slug(text: str, prefix: str = "") -> str:
    """Return lower-case letters, digits and underscores that remind of a text.

    Args:
        prefix: put before it, and in place of it where nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    joined = "_".join(filter(None, (prefix, slug))) or f"job_{_digest(text)}"
    if not joined[0].isalpha() or _DEVICES.fullmatch(joined):
        joined = f"job_{joined}"
    return joined[:_LONGEST].strip("_")


def make_keys(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a key for each of the names, which are distinct.

    A key decides which resource a deployment updates, so a name keeps the key that it had.

    Args:
        known: the keys that were given before, by name.
    """
    names = sorted(set(names))
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        key = known.get(name, "")
        if _LEGAL.fullmatch(key) and len(key) <= _LONGEST and key not in taken:
            keys[name] = key
            taken.add(key)
    for name in names:
        if name not in keys:
            keys[name] = find_free(make_slug(name), _digest(name), taken)
            taken.add(keys[name])
    return keys


def find_free(wanted: str, digest: str, taken: Collection[str]) -> str:
    """Return the name, or one with the digest or a number behind it, that is not taken."""
    if wanted not in taken:
        return wanted
    longer = f"{wanted[: _LONGEST - len(digest) - 1].strip('_')}_{digest}"
    if longer not in taken:
        return longer
    number = 2
    while f"{longer}_{number}" in taken:
        number += 1
    return f"{longer}_{number}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
