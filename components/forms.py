"""Texts with a number in them."""

from collections.abc import Mapping

Forms = Mapping[str, str]


def forms(one: str, other: str = "") -> Forms:
    """Return a text with `{n}` in it, for one and for any other number."""
    return {"one": one, "other": other or one}


def fill(text: Forms, number: int) -> str:
    """Put a number into a text, as `assets/logic/words.js` does."""
    return text["one" if number == 1 else "other"].replace("{n}", f"{number:,}")
