"""A pattern of names in which `*` stands for any characters, none included."""

from dataclasses import dataclass

_ANY = "*"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern; everything but `*` stands for itself, upper and lower case differ."""

    text: str

    def matches(self, name: str) -> bool:
        """Whether the whole name fits.

        The texts between the stars are looked for from left to right, each once: no pattern takes
        more steps than the name has characters for each of its texts.
        """
        first, *others = self.text.split(_ANY)
        if not others:
            return name == first
        last = others.pop()
        end = len(name) - len(last)
        if end < len(first) or not name.startswith(first) or not name.endswith(last):
            return False
        at = len(first)
        for text in others:
            found = name.find(text, at, end)
            if found < 0:
                return False
            at = found + len(text)
        return True

    def meets(self, other: "NamePattern") -> bool:
        """Whether there is a name that fits both."""
        if _ANY not in other.text:
            return self.matches(other.text)
        if _ANY not in self.text:
            return other.matches(self.text)
        (first, *_, last), (others_first, *_, others_last) = (
            pattern.text.split(_ANY) for pattern in (self, other)
        )
        return _begins(first, others_first) and _begins(last[::-1], others_last[::-1])


def _begins(text: str, other: str) -> bool:
    return text.startswith(other) or other.startswith(text)
