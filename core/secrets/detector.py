"""Finds secrets in one text: by its format, by the names in it, and by how random it looks."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.secrets import gates
from core.secrets.names import SECRET_WORDS, is_aws_secret, is_secret_name

HIGH_ENTROPY = "text that looks random"
NAMED = "value named as a secret"
AWS_KEY_HALF = "AWS secret key"


_GATE = re.compile(gates.ALL)
_MAY_HOLD = re.compile(r"[=~:]|[A-Za-z0-9_-]{18}|PRIVATE KEY")  # quicker than all the keywords
_MOST_KEPT = 2_000  # characters of a text that is remembered
_PART, _OVERLAP = 20_000, 4_000  # characters
_LEAST_RANDOM = 24

# References that a run fills in: `{{secrets/scope/key}}`, `{{job.id}}`, `${var.x}`, `$(x)`, `$X`.
_REFERENCE = re.compile(
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%\w+%|%\(\w+\)s|\{\w*\}"
)
_PLACEHOLDER = re.compile(
    r"(?:(.)\1{2,}|[*•.x_-]+|\[[^\]]*\]|your[\w-]*|<.*>?|null|none|true|false|yes|no|redacted|hidden"
    r"|\(hidden\)|•+ \(hidden.*)",
    re.IGNORECASE,
)
_ASSIGNMENT = re.compile(
    r"(?<![\w.-])(?P<name>-{0,2}[A-Za-z_][\w.-]*)\\?[\"']?"
    r"(?P<by>\s*(?:=>?|:)\s*|\s+)\\?[\"']?(?P<value>[^\s\"'`,;&{}\x00\\]+)"
)
_SCHEME = re.compile(r"\s*(?:bearer|basic|token)?[\s\x00]*", re.IGNORECASE)
_RANDOM = re.compile(r"(?<![\w+/=.:-])[A-Za-z0-9+/_-]{24,120}={0,2}(?![\w+/=.-])")
_HEX_TEXT = re.compile(r"[0-9a-f]{32,128}|[0-9A-F]{32,128}")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/]{18}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret in a text. `secret` is the part that is one, never to be shown.

    `certain`: its format is that of nothing else. Otherwise it may be something harmless.
    `by_colon`: it is known by the name before it and a colon.
    """

    kind: str
    secret: str
    certain: bool
    by_colon: bool = False

    def __repr__(self) -> str:
        return f"Hit({self.kind!r}, certain={self.certain})"


def find_formats(text: str) -> tuple[Hit, ...]:
    """Return what has the format of a secret, certain or likely; references are none."""
    if not _MAY_HOLD.search(text):
        return ()
    return _formats(text) if len(text) <= _MOST_KEPT else _in_parts(_formats.__wrapped__, text)


def find_named(text: str) -> tuple[Hit, ...]:
    """Return what a text assigns to a name of a secret: `--password x`, `token=x`, `pwd: x`."""
    return _named(text) if len(text) <= _MOST_KEPT else _in_parts(_named.__wrapped__, text)


def find_assigned(text: str) -> tuple[Hit, ...]:
    """Return the same of a sentence, in which a colon after a word assigns nothing."""
    return tuple(hit for hit in find_named(text) if not hit.by_colon)


def find_random(text: str) -> tuple[Hit, ...]:
    """Return what looks random, by the entropy of its characters."""
    if len(text) < _LEAST_RANDOM:
        return ()
    return _random(text) if len(text) <= _MOST_KEPT else _in_parts(_random.__wrapped__, text)


@lru_cache(maxsize=32768)  # the jobs of a workspace share most of their texts
def _formats(text: str) -> tuple[Hit, ...]:
    lower = text.lower()
    if not _GATE.search(lower):
        return ()
    from core.secrets.rules import RULES  # noqa: PLC0415 - most processes meet no such text

    plain = without_references(text)
    found = [
        Hit(rule.kind, secret, rule.certain)
        for rule in RULES
        if rule.gate.search(lower)
        for secret in rule.detector.analyze_string(plain)
        if _counts(rule.kind, secret, plain)
    ]
    return _distinct(found)


@lru_cache(maxsize=32768)
def _named(text: str) -> tuple[Hit, ...]:
    lower = text.lower()
    if not any(word in lower for word in SECRET_WORDS):
        return ()
    return _distinct(_assigned(without_references(text)))


@lru_cache(maxsize=32768)
def _random(text: str) -> tuple[Hit, ...]:
    words = (match.group() for match in _RANDOM.finditer(text))
    return _distinct(Hit(HIGH_ENTROPY, word, False) for word in words if _is_random(word))


def _in_parts(find: Callable[[str], tuple[Hit, ...]], text: str) -> tuple[Hit, ...]:
    """Look at a long text in parts that overlap: some rules take long for long texts."""
    parts = (text[at : at + _PART + _OVERLAP] for at in range(0, len(text), _PART))
    return _distinct(hit for part in parts for hit in find(part))


def has_own_value(text: str) -> bool:
    """Whether a text holds more than references and placeholders."""
    plain = without_references(text)
    if _SCHEME.fullmatch(plain):
        return False
    return not _PLACEHOLDER.fullmatch(plain.replace("\x00", "").strip())


def without_references(text: str) -> str:
    """Return a text with NUL in place of everything that a run fills in."""
    if "{" not in text and "$" not in text and "%" not in text:
        return text
    plain = _REFERENCE.sub("\x00", text)
    for _ in range(3):  # one inside another
        text, plain = plain, _REFERENCE.sub("\x00", plain)
        if plain == text:
            break
    return plain


def _assigned(text: str) -> Iterator[Hit]:
    at = 0
    while match := _ASSIGNMENT.search(text, at):
        name, by, value = match["name"], match["by"].strip(), match["value"]
        is_pair = by or (name.startswith("-") and not value.startswith("-"))
        if not is_pair or not is_secret_name(name) or not has_own_value(value):
            at = match.end("name")
            continue
        at = match.end()
        if is_aws_secret(name, value):
            yield Hit(AWS_KEY_HALF, value, True)
        else:
            yield Hit(NAMED, value, False, by_colon=by == ":")


def _counts(kind: str, secret: str, text: str) -> bool:
    """Whether what a rule found is one: ordinary words fit the shorter formats."""
    if kind == "AWS access key" and len(secret) == 20:
        at = text.find(secret)
        around = text[max(0, at - 1) : at] + text[at + 20 : at + 21]
        return not around.isalnum() and (secret[:4] == "AKIA" or any(map(str.isdigit, secret)))
    if kind in ("password in an address", "password in a connection string"):
        return not _PLACEHOLDER.fullmatch(secret)
    return True


def _is_random(word: str) -> bool:
    from core.secrets.rules import is_random_base64, is_random_hex  # noqa: PLC0415 - as above

    if _HEX_TEXT.fullmatch(word):
        return is_random_hex(word.lower())
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(map(kind, word)) for kind in kinds) or word.count("/") > 2:
        return False
    if not _LONG_RUN.search(word):  # words with hyphens between them
        return False
    return is_random_base64(word)


def _distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return each secret once: one that is certain, and a kind of ours, come first."""
    found: dict[str, Hit] = {}
    for hit in hits:
        if hit.secret and hit.secret not in found:
            found[hit.secret] = hit
    return tuple(found.values())
