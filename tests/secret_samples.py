"""Secrets that are none: made when a test runs, so that no scanner finds one in this repository."""

from dataclasses import dataclass


def _digits(count: int) -> str:
    return ("0123456789abcdef" * 8)[3 : 3 + count]


def _letters(count: int) -> str:
    return ("aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY0zC" * 4)[1 : 1 + count]


def _upper(count: int) -> str:
    return ("QW7ER2TY5UI3OP6AS4DF" * 2)[:count]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with a secret in it. `secret` is the part that nobody may see."""

    name: str
    kind: str
    text: str
    secret: str


def _whole(name: str, kind: str, *parts: str) -> Sample:
    text = "".join(parts)
    return Sample(name, kind, text, text)


def _inside(name: str, kind: str, before: str, secret: str, after: str) -> Sample:
    return Sample(name, kind, before + secret + after, secret)


_SAS = "shared access signature (SAS)"
_STRING = "password in a connection string"

SAMPLES = (
    _whole("databricks", "Databricks token", "da", "pi", _digits(32)),
    _whole("databricks-2", "Databricks token", "da", "pi", _digits(32), "-2"),
    _whole("databricks-oauth", "Databricks token", "do", "se", _digits(32)),
    _whole("aws", "AWS access key", "AK", "IA", _upper(16)),
    _whole("azure-storage", "Azure key", _letters(86), "=", "="),
    _whole("azure-client", "Azure key", "abc", "8Q", "~", _letters(34)),
    _whole("gcp", "Google Cloud key", "AI", "za", _letters(35)),
    _whole("github", "GitHub token", "gh", "p_", _letters(36)),
    _whole("github-fine", "GitHub token", "github", "_pat_", _letters(22), "_", _letters(59)),
    _whole("gitlab", "GitLab token", "gl", "pat-", _letters(20)),
    _whole("slack", "Slack token", "xo", "xb-123456789012-", "1234567890123-", _letters(24)),
    _whole(
        "slack-hook",
        "Slack token",
        "https://hooks.",
        "slack.com/services/T01234567/B01234567/",
        _letters(24),
    ),
    _inside(
        "private-key",
        "private key",
        "-----BEGIN RSA PRIV" + "ATE KEY-----\n",
        _letters(64),
        "\n-----END RSA PRIV" + "ATE KEY-----\n",
    ),
    _inside(
        "private-key-in-one-line",
        "private key",
        '{"type": "service_account", "private_key": "-----BEGIN PRIV' + "ATE KEY-----\\n",
        _letters(64),
        "\\n-----END PRIV" + 'ATE KEY-----\\n"}',
    ),
    _inside("jdbc", _STRING, "jdbc:postgresql://h:5432/db?user=a&pass" + "word=", "hunter2", ""),
    _inside(
        "jdbc-sqlserver",
        _STRING,
        "jdbc:sqlserver://h:1433;database=x;user=a@b.example;pass" + "word=",
        "hunter2",
        ";encrypt=true",
    ),
    _inside(
        "connection-string",
        _STRING,
        "Server=tcp:h,1433;Initial Catalog=d;User ID=u;Pass" + "word=",
        "hunter2!",
        ";",
    ),
    _inside(
        "account-key",
        "Azure key",
        "DefaultEndpointsProtocol=https;AccountName=x;Account" + "Key=",
        _letters(86) + "==",
        ";EndpointSuffix=core.windows.net",
    ),
    _inside(
        "event-hub",
        "Azure key",
        "Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccess" + "Key=",
        _letters(43) + "=",
        "",
    ),
    _inside("sas", _SAS, "https://x.example/c?sv=2022-11-02&s" + "ig=", _letters(43) + "%3D", ""),
    _inside("address", "password in an address", "postgresql://u:", "hunter2", "@h/db"),
    _inside("oracle", "password in an address", "jdbc:oracle:thin:u/", "hunter2", "@//h:1521/x"),
    _inside("git", "password in an address", "https://oauth2:", "hunter2", "@git.example/x.git"),
)
"""At least one of each of the twelve formats, and of their variants."""

AWS_SECRET_KEY = _letters(40)
RANDOM = "Zx9" + _letters(32)[::-1] + "q7"
