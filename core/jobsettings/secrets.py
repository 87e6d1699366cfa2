"""Which settings hold secrets, and how they are shown: not at all."""

import re
from typing import Any

from core.jobsettings.places import element_key, join_element, join_key, key_fields, list_name

MASK = "•••••• (hidden)"

# Source: databricks-sdk service/compute.py: values that the API returns in the clear.
_SECRET_PATHS = re.compile(r"(log_analytics_primary_key|basic_auth\.(password|username))$")
# Free-form maps: only the key says what a value is.
_SECRET_KEYS = re.compile(
    r"(spark_conf|spark_env_vars|variables|parameters|params|filters)[.\[].*"
    r"(secret|passw|pwd|token|credential|connection.?string"
    r"|(access|account|api|private|primary|shared).?key)",
    re.IGNORECASE,
)
_SECTIONS_BY_NAME = ("value_mappings.parameters", "value_mappings.tags")
_SECRET_REFERENCE = re.compile(r"\{\{secrets/[^{}]*\}\}")


def mask(path: str, value: Any) -> Any:
    """Return the value at `path` with everything secret in it replaced by a fixed text.

    A reference such as `{{secrets/scope/key}}` is not a secret and stays readable.
    """
    if isinstance(value, dict):
        return {key: mask(join_key(path, key), inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked_element(path, inner, index) for index, inner in enumerate(value)]
    return MASK if value is not None and _is_secret(path, value) else value


def mask_entry(section: str, name: str, value: Any) -> Any:
    """Return what an entry of the mapping file holds without secrets: old values are keys."""
    path = f"{section}.{name}"
    is_by_name = section in _SECTIONS_BY_NAME and isinstance(value, dict)
    return MASK if is_by_name and _is_secret(path, "") else mask(path, value)


def _masked_element(path: str, element: Any, index: int) -> Any:
    """Mask an element, but not the key that identifies it, which is not a secret."""
    masked = mask(join_element(path, element_key(path, element, index)), element)
    if not isinstance(element, dict):
        return masked
    names = key_fields(list_name(path))
    return {**masked, **{name: element[name] for name in names if name in element}}


def _is_secret(path: str, value: Any) -> bool:
    if isinstance(value, str) and _SECRET_REFERENCE.fullmatch(value):
        return False
    return bool(_SECRET_PATHS.search(path) or _SECRET_KEYS.search(path))
