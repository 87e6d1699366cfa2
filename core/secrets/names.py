"""What the name of a key, an argument or a variable says about its value."""

import re
from functools import lru_cache

SECRET_WORDS = (
    *("pass", "pwd", "secret", "token", "key", "auth", "sas", "cred", "bearer", "jwt", "dsn"),
    *("otp", "cookie", "conn"),
)
"""One of these is in every name of a secret, in lower case."""

_REFERENCE = re.compile(r"\{\{[^{}]*\}\}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET = re.compile(
    r"secret|passw|pwd|passphrase|token|credential|conn(?:ection)?[^a-z]?str"
    r"|(?:access|account|api|private|primary|secondary|shared|encryption|encrypt|signing|client"
    r"|master|storage|service|auth|ssh|sas|license|webhook|session|hmac|decryption)[^a-z]?key"
    r"|(?<![a-z])(?:pass|auth|authorization|sas|bearer|jwt|dsn|otp|cookies?)(?![a-z])",
)
# What is said *about* a secret is none: `fs.azure.account.auth.type`, `max_tokens`, `token_url`.
_ABOUT = re.compile(
    r"(?:^|[^a-z])(?:type|types|provider|class|enabled|endpoint|ttl|limit|count|scope|scopes|expiry"
    r"|timeout|algorithm|mode|column|columns|location|method|version)$"
    r"|(?:max|min|num|n|total|budget|new)[^a-z]?tokens?|tokeni[sz]|primary[^a-z]?keys$|(?:auth|provider)\.type(?![a-z])|tokens?[^a-z](?:per|budget)"
)
_PASSWORD = re.compile(r"passw|pwd|passphrase|(?<![a-z])pass(?![a-z])|secret|api[^a-z]?key|token$")
_AWS_SECRET = re.compile(r"(?:aws|s3[an]?)\W?.*secret|secret[^a-z]?access[^a-z]?key")
_AWS_VALUE = re.compile(r"[A-Za-z0-9/+]{40}")
# Fields of Spark, Hadoop and Hive that hold nothing but a credential.
# Source: hadoop.apache.org, “hadoop-azure: ABFS”, “hadoop-aws: S3A”; Hive's ConnectionPassword.
_CREDENTIAL = re.compile(
    r"fs\.azure\.account\.key\.|fs\.azure\.(?:account\.)?oauth2\.client\.secret|fs\.azure\.sas\."
    r"|fs\.s3[an]?\.(?:bucket\..*)?(?:awssecretaccesskey|secret\.key|session\.token)"
    r"|javax\.jdo\.option\.connectionpassword|log_analytics_primary_key"
    r"|basic_auth\.password$|fs\.gs\.auth\.service\.account\.private\.key$"
)


@lru_cache(maxsize=16384)  # jobs share the names of their keys
def is_secret_name(name: str) -> bool:
    """Whether a value of this name is hidden from people."""
    plain = _CAMEL.sub("_", _REFERENCE.sub("", name[:300])).lower()
    return bool(_SECRET.search(plain)) and not _ABOUT.search(plain)


@lru_cache(maxsize=16384)
def is_password_name(name: str) -> bool:
    """Whether a value of this name is likely to be a secret itself."""
    return bool(_PASSWORD.search(_CAMEL.sub("_", name[:300]).lower())) and is_secret_name(name)


@lru_cache(maxsize=16384)
def is_credential_name(name: str) -> bool:
    """Whether a field of this name holds a credential and nothing else."""
    plain = name[:300].lower()
    return bool(_CREDENTIAL.search(plain)) and not _ABOUT.search(plain)


def is_aws_secret(name: str, value: str) -> bool:
    """Whether name and form say that a value is the secret half of an access key of AWS."""
    return bool(_AWS_VALUE.fullmatch(value) and _AWS_SECRET.search(name[:300].lower()))
