"""The rules: detectors of detect-secrets and ours, each with the gate that a text must pass.

Loading this loads the library. Its plugins are used value by value: no file is read, no setting,
and nothing is ever verified over the network, which `analyze_line` and `verify` alone would do.
"""

import re
from dataclasses import dataclass

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

from core.secrets import gates
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


@dataclass(frozen=True, slots=True)
class Rule:
    """A detector for one kind of secret; a text in lower case that lacks the `gate` has none.

    `certain`: nothing but a secret has the format. Otherwise ordinary words and ids may have it.
    """

    kind: str
    gate: re.Pattern[str]
    detector: BasePlugin
    certain: bool = True


def _rules(kind: str, gate: str, *detectors: BasePlugin, certain: bool = True) -> tuple[Rule, ...]:
    pattern = re.compile(gate)
    return tuple(Rule(kind, pattern, detector, certain) for detector in detectors)


RULES: tuple[Rule, ...] = (
    *_rules("Databricks token", gates.DATABRICKS, DatabricksDetector()),
    *_rules("AWS access key", gates.AWS, AWSKeyDetector()),
    *_rules("Azure key", gates.AZURE, AzureDetector(), AzureStorageKeyDetector()),
    *_rules("shared access signature (SAS)", gates.SAS, SasDetector()),
    *_rules("Google Cloud key", gates.GOOGLE, GoogleDetector()),
    *_rules("GitHub token", gates.GITHUB, GitHubDetector(), GitHubTokenDetector()),
    *_rules("GitLab token", gates.GITLAB, GitLabDetector(), GitLabTokenDetector()),
    *_rules("Slack token", gates.SLACK, SlackDetector(), NumberedSlackDetector()),
    *_rules("private key", gates.PRIVATE_KEY, PrivateKeyDetector(), ListedPrivateKeyDetector()),
    *_rules("password in an address", gates.ADDRESS, UrlPasswordDetector()),
    *_rules("password in a connection string", gates.CONNECTION, ConnectionDetector()),
    *_rules("JSON web token", gates.JWT, JwtTokenDetector()),
    *_rules("npm token", gates.NPM, NpmDetector()),
    *_rules("OpenAI key", gates.OPENAI, OpenAIDetector()),
    *_rules("PyPI token", gates.PYPI, PypiTokenDetector()),
    *_rules("SendGrid key", gates.SENDGRID, SendGridDetector()),
    *_rules("Square token", gates.SQUARE, SquareOAuthDetector()),
    *_rules("Stripe key", gates.STRIPE, StripeDetector()),
    *_rules("Mailchimp key", gates.MAILCHIMP, MailchimpDetector(), certain=False),
)
_BASE64, _HEX = Base64HighEntropyString(), HexHighEntropyString()


def is_random_base64(word: str) -> bool:
    """Whether the characters of a word are as uneven as those of a key in Base64."""
    return _BASE64.calculate_shannon_entropy(word) > _BASE64.entropy_limit


def is_random_hex(word: str) -> bool:
    """The same of hexadecimal digits in lower case."""
    return _HEX.calculate_shannon_entropy(word) > _HEX.entropy_limit
