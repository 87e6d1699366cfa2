"""The version; a test keeps it equal to that of pyproject.toml."""

VERSION = "0.2.0"
