"""Finds secrets in one text, by the rules of detect-secrets and ours.

Its plugins are used as a library, value by value: no file is read, no setting, and nothing is ever
verified over the network, which only `analyze_line` and `verify` of a plugin would do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.high_entropy_strings import (
    Base64HighEntropyString,
    HexHighEntropyString,
)
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector as ListedPrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector as NumberedSlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector

from core.secrets.names import SECRET_WORDS, is_aws_secret, is_secret_name
from core.secrets.plugins import (
    AzureDetector,
    ConnectionDetector,
    DatabricksDetector,
    GitHubDetector,
    GitLabDetector,
    GoogleDetector,
    PrivateKeyDetector,
    SasDetector,
    SlackDetector,
    UrlPasswordDetector,
)

DATABRICKS = ("dapi", "dkea", "dskp", "dsapi", "dose", "doau")
GITHUB = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
GITLAB = (
    *("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "glcbt-", "glimt-", "glptt-", "glagent-"),
    *("gloas-", "glffct-", "glwt-", "gr1348941"),
)
HIGH_ENTROPY = "text that looks random"
NAMED = "value named as a secret"
AWS_KEY_HALF = "AWS secret key"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A detector; a text without one of the `keywords`, in lower case, needs no look by it."""

    kind: str
    detector: BasePlugin
    keywords: tuple[str, ...]
    certain: bool = True


_RULES: tuple[_Rule, ...] = (
    # Formats that nothing else has: a text that has one is a secret.
    _Rule("Databricks token", DatabricksDetector(), DATABRICKS),
    _Rule("AWS access key", AWSKeyDetector(), ("a3t", "abia", "acca", "akia", "asia", "aws")),
    _Rule("Azure key", AzureDetector(), ("q~", "==", "accesskey", "access_key", "secretkey")),
    _Rule("Azure key", AzureStorageKeyDetector(), ("accountkey",)),
    _Rule("shared access signature (SAS)", SasDetector(), ("sig=",)),
    _Rule("Google Cloud key", GoogleDetector(), ("aiza", "gocspx", "ya29")),
    _Rule("GitHub token", GitHubDetector(), ("github_pat_", *GITHUB)),
    _Rule("GitHub token", GitHubTokenDetector(), GITHUB),
    _Rule("GitLab token", GitLabDetector(), GITLAB),
    _Rule("GitLab token", GitLabTokenDetector(), GITLAB),
    _Rule("Slack token", SlackDetector(), ("xox", "xapp-")),
    _Rule("Slack token", NumberedSlackDetector(), ("xox", "hooks.slack.com")),
    _Rule("private key", PrivateKeyDetector(), ("private key", "putty-user-key")),
    _Rule("private key", ListedPrivateKeyDetector(), ("private key", "putty-user-key")),
    _Rule("password in an address", UrlPasswordDetector(), ("://", "jdbc:")),
    _Rule("password in a connection string", ConnectionDetector(), ("=",)),
    _Rule("JSON web token", JwtTokenDetector(), ("eyj",)),
    _Rule("npm token", NpmDetector(), ("_authtoken",)),
    _Rule("OpenAI key", OpenAIDetector(), ("t3blbkfj",)),
    _Rule("PyPI token", PypiTokenDetector(), ("pypi-",)),
    _Rule("SendGrid key", SendGridDetector(), ("sg.",)),
    _Rule("Square token", SquareOAuthDetector(), ("sq0csp",)),
    _Rule("Stripe key", StripeDetector(), ("k_live_",)),
    # Formats that ordinary words and ids can have as well.
    _Rule("Mailchimp key", MailchimpDetector(), ("-us",), certain=False),
)
_ANY_KEYWORD = re.compile("|".join(re.escape(word) for rule in _RULES for word in rule.keywords))
_MAY_HOLD = re.compile(r"[=~:]|[A-Za-z0-9_-]{18}|PRIVATE KEY")  # quicker than all the keywords
_BASE64, _HEX = Base64HighEntropyString(), HexHighEntropyString()
_MOST_CHARACTERS = 200_000  # of one text; what is longer is looked at to there

# References that a run fills in: `{{secrets/scope/key}}`, `{{job.id}}`, `${var.x}`, `$(x)`, `$X`.
_REFERENCE = re.compile(
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%\w+%|%\(\w+\)s|\{\w*\}"
)
_PLACEHOLDER = re.compile(
    r"(?:(.)\1{2,}|[*•.x_-]+|\[[^\]]*\]|your[\w-]*|<.*>?|null|none|true|false|yes|no|redacted|hidden"
    r"|\(hidden\)|•+ \(hidden.*)",
    re.IGNORECASE,
)
_NAMED = re.compile(
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
    """

    kind: str
    secret: str
    certain: bool

    def __repr__(self) -> str:
        return f"Hit({self.kind!r}, certain={self.certain})"


@lru_cache(maxsize=32768)  # the jobs of a workspace share most of their texts
def find_formats(text: str) -> tuple[Hit, ...]:
    """Return what has the format of a secret, certain or likely; references are none."""
    text = text[:_MOST_CHARACTERS]
    if not _MAY_HOLD.search(text):
        return ()
    lower = text.lower()
    if not _ANY_KEYWORD.search(lower):
        return ()
    rules = [rule for rule in _RULES if any(word in lower for word in rule.keywords)]
    if not rules:
        return ()
    plain = without_references(text)
    found = [
        Hit(rule.kind, secret, rule.certain)
        for rule in rules
        for secret in rule.detector.analyze_string(plain)
        if _counts(rule.kind, secret, plain)
    ]
    return _distinct(found)


@lru_cache(maxsize=32768)
def find_named(text: str) -> tuple[Hit, ...]:
    """Return what a text assigns to a name of a secret: `--password x`, `token=x`, `pwd: x`."""
    text = text[:_MOST_CHARACTERS]
    lower = text.lower()
    if len(text) < 5 or not any(word in lower for word in SECRET_WORDS):
        return ()
    return _distinct(list(_named(without_references(text))))


@lru_cache(maxsize=32768)
def find_assigned(text: str) -> tuple[Hit, ...]:
    """Return the same of a sentence, in which a colon after a word assigns nothing."""
    lower = text.lower()
    if not any(word in lower for word in SECRET_WORDS):
        return ()
    plain = without_references(text[:_MOST_CHARACTERS])
    return _distinct(list(_named(plain, takes_colons=False)))


@lru_cache(maxsize=32768)
def find_random(text: str) -> tuple[Hit, ...]:
    """Return what looks random, by the entropy of its characters."""
    if len(text) < 24:
        return ()
    words = (match.group() for match in _RANDOM.finditer(text[:_MOST_CHARACTERS]))
    return _distinct([Hit(HIGH_ENTROPY, word, False) for word in words if _is_random(word)])


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


def _named(text: str, *, takes_colons: bool = True) -> Iterator[Hit]:
    at = 0
    while match := _NAMED.search(text, at):
        name, value = match["name"], match["value"]
        is_pair = match["by"].strip() or (name.startswith("-") and not value.startswith("-"))
        at = match.end("name") if not is_pair else match.end()
        is_pair = is_pair and (takes_colons or match["by"].strip() != ":")
        if not is_pair or not is_secret_name(name) or not has_own_value(value):
            at = match.end("name")
        elif is_aws_secret(name, value):
            yield Hit(AWS_KEY_HALF, value, True)
        else:
            yield Hit(NAMED, value, False)


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
    if _HEX_TEXT.fullmatch(word):
        return _HEX.calculate_shannon_entropy(word.lower()) > _HEX.entropy_limit
    kinds = (str.islower, str.isupper, str.isdigit)
    if not all(any(map(kind, word)) for kind in kinds) or word.count("/") > 2:
        return False
    if not _LONG_RUN.search(word):  # words with hyphens between them
        return False
    return _BASE64.calculate_shannon_entropy(word) > _BASE64.entropy_limit


def _distinct(hits: list[Hit]) -> tuple[Hit, ...]:
    """Return each secret once: one that is certain, and a kind of ours, come first."""
    found: dict[str, Hit] = {}
    for hit in hits:
        if hit.secret and hit.secret not in found:
            found[hit.secret] = hit
    return tuple(found.values())
