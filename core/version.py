"""The version, which a test holds equal to that of pyproject.toml."""

VERSION = "0.2.0"
