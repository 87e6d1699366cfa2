"""When two spellings are the name of one user, service principal or group."""

from unicodedata import normalize


def fold_identity(name: str) -> str:
    """Return a name as it is compared: composed, in lower case.

    `casefold` would make one name of straße@ and strasse@, who are two people. Neither may a sign
    be taken for the letter that it resembles (U+212A, the Kelvin sign, for k): both its composed
    form and its lower case are that letter, so a name with such a sign is only equal to itself.

    Source: Unicode Standard Annex 15, singleton decompositions.
    """
    if any(normalize("NFC", char) != char for char in name):
        return name
    return normalize("NFC", normalize("NFC", name).lower())


def is_same_identity(one: str, other: str) -> bool:
    """Whether two names are spellings of one; a job's creator may be spelled unlike its user."""
    return fold_identity(one) == fold_identity(other)
