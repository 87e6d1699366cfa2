"""Formats that detect-secrets lacks, as detectors of its own kind.

Where a rule has a group, the group is the secret and the rest is the text around it. NUL is what
the detector puts where a reference was, so it is part of no value.
"""

import re
from collections.abc import Generator

from detect_secrets.plugins.base import RegexBasedDetector

_START = r"(?<![A-Za-z0-9])"
_VALUE = r"[^\s;&\"'`,<>{}\x00\\]+"
_FIELDS = (
    r"(?:[\w.]*(?:password|passwd|pwd|passphrase)|account_?key|shared_?access_?key"
    r"|shared_?secret_?key|(?:access|auth|api)_?(?:token|key)|secret_?(?:access_?)?key"
    r"|client_?secret)"
)


class DatabricksDetector(RegexBasedDetector):
    """Tokens of Databricks: personal (dapi), OAuth secrets (dose) and refresh tokens (doau).

    Source: docs.databricks.com, “Databricks personal access tokens”; the public rules of gitleaks
    for `dapi` (with its letters a to h) and of semgrep for `dose` and `doau`.
    """

    secret_type = "Databricks token"
    denylist = (re.compile(_START + r"(?:dapi|dkea|dskp|dsapi|dose|doau)[a-h0-9]{32}(?:-\d+)?"),)


class AzureDetector(RegexBasedDetector):
    """Client secrets of Entra ID; keys of storage, Cosmos DB, Service Bus and Event Hubs.

    Source: learn.microsoft.com, definitions of the sensitive information types of Purview.
    """

    secret_type = "Azure key"
    denylist = (
        re.compile(r"(?<![\w~.-])[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~-])"),
        re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="),
        re.compile(r"(?i)shared_?(?:access|secret)_?key\s*=\s*([A-Za-z0-9+/]{43}=)"),
    )


class SasDetector(RegexBasedDetector):
    """Shared access signatures of Azure: 32 bytes in Base64, as an address has them."""

    secret_type = "shared access signature (SAS)"
    denylist = (re.compile(r"(?i)" + _START + r"sig=([A-Za-z0-9+/%_-]{40,}(?:=|%3D)?)"),)


class GoogleDetector(RegexBasedDetector):
    """Keys and tokens of Google Cloud. A service account's key is a private key besides.

    Source: cloud.google.com, “Manage API keys”; the public rules of gitleaks.
    """

    secret_type = "Google Cloud key"
    denylist = (
        re.compile(_START + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        re.compile(_START + r"GOCSPX-[A-Za-z0-9_-]{28}"),
        re.compile(_START + r"ya29\.[A-Za-z0-9_-]{20,}"),
    )


class GitHubDetector(RegexBasedDetector):
    """Tokens of GitHub; detect-secrets lacks the fine-grained ones.

    Source: github.blog, “Introducing fine-grained personal access tokens for GitHub”.
    """

    secret_type = "GitHub token"
    denylist = (
        re.compile(_START + r"github_pat_[A-Za-z0-9_]{60,}"),
        re.compile(_START + r"gh[pousr]_[A-Za-z0-9]{36,}"),
    )


class GitLabDetector(RegexBasedDetector):
    """Tokens of GitLab that are younger than the rules of detect-secrets.

    Source: docs.gitlab.com, “GitLab token overview”, prefixes.
    """

    secret_type = "GitLab token"
    denylist = (re.compile(_START + r"gl(?:pat|ffct|wt|dt|rt)-[A-Za-z0-9_.-]{20,}"),)


class SlackDetector(RegexBasedDetector):
    """Tokens of Slack that have no number in them, and those of apps.

    Source: api.slack.com, “Token types”.
    """

    secret_type = "Slack token"
    denylist = (
        re.compile(_START + r"xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,}"),
        re.compile(_START + r"xapp-\d-[A-Za-z0-9-]{20,}"),
    )


class PrivateKeyDetector(RegexBasedDetector):
    """Private keys of kinds that detect-secrets does not list, with or without real line breaks."""

    secret_type = "private key"
    denylist = (
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY[A-Z ]{0,10}-----"
            r"(?:[\sA-Za-z0-9+/=\\:,.-]{0,8000}?"
            r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY[A-Z ]{0,10}-----"
            r"|[\sA-Za-z0-9+/=\\]*)"
        ),
        re.compile(r"PuTTY-User-Key-File-\d"),
    )


class UrlPasswordDetector(RegexBasedDetector):
    """`user:password@` in any address, also with characters that should have been escaped."""

    secret_type = "password in an address"
    denylist = (
        re.compile(
            r"://[^\s/:@?#\"'<>\x00]{0,200}:(?!\d+[;,])"
            r"([^\s/@?#\"'<>\x00]{1,500})@"
        ),
        re.compile(r"(?i)jdbc:oracle:\w+:[\w.$#]+/([^\s/@\x00]{1,200})@"),
    )


class ConnectionDetector(RegexBasedDetector):
    """Passwords and keys in JDBC addresses and in connection strings of other kinds.

    `password=x` alone is neither: it says its own name, no more.
    """

    secret_type = "password in a connection string"
    denylist = (
        re.compile(r"(?i)(?:^|[;?&,(\s\"'])" + _FIELDS + r"\s*=\s*[\"'{\\]{0,2}(" + _VALUE + ")"),
    )
    _is_connection = re.compile(
        r"(?i)jdbc:|(?:^|[;\s\"'])(?:server|data source|host|hostname|endpoint|driver|uid|user id"
        r"|user|username|database|dbname|initial catalog|account_?name|authmech|port"
        r"|defaultendpointsprotocol|accountendpoint|sharedaccesskeyname)\s*=[^;\s]*[;\s]"
        r"|;\s*(?:server|host|endpoint|driver|uid|user id|user|username|database|initial catalog"
        r"|accountname|accountendpoint|endpointsuffix|sharedaccesskeyname|entitypath)\s*="
    )

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Yield the secrets, where the text around them is a connection's."""
        if self._is_connection.search(string):
            yield from super().analyze_string(string)
