"""Which settings hold secrets, and how they are shown: not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from core.jobsettings.places import (
    KEYED_LISTS,
    Place,
    element_key,
    join_element,
    join_key,
    key_fields,
    list_name,
    steps_of,
    written,
)
from core.secrets.detector import (
    AWS_KEY_HALF,
    NAMED,
    Hit,
    find_assigned,
    find_formats,
    find_named,
    find_random,
    has_own_value,
)
from core.secrets.names import (
    is_aws_secret,
    is_credential_name,
    is_password_name,
    is_secret_name,
)

MASK = "•••••• (hidden)"
MASK_OF_OTHER = "•••••• (hidden, differs)"
"""In place of a secret that is another one on the other side of a comparison."""

_MASKS = (MASK, MASK_OF_OTHER)
_SECTIONS_BY_NAME = ("value_mappings.parameters", "value_mappings.tags")
# Texts of people and of the platform: a word for a secret in them says nothing about its neighbour.
_PLAIN_KEYS = frozenset(
    (
        *("name", "description", "task_key", "job_cluster_key", "environment_key"),
        *("notebook_path", "source", "git_branch", "git_tag", "git_commit", "git_provider"),
        *("single_user_name", "cluster_name", "instance_profile_arn", "path", "python_file"),
        *("jar_uri", "main_class_name", "package_name", "entry_point", "quartz_cron_expression"),
        *("schema", "catalog", "warehouse_id", "cluster_id", "existing_cluster_id", "pipeline_id"),
        *("policy_id", "query_id", "dashboard_id", "alert_id", "instance_pool_id"),
        *("driver_instance_pool_id", "spark_version", "node_type_id", "driver_node_type_id"),
        *("job_id", "id", "service_principal_name", "user_name", "budget_policy_id"),
        *("environment_variables_key", "timezone_id", "endpoint", "url"),
    )
)
# Below these, all keys and values are the author's own.
_FREE_KEYS = frozenset(
    (
        *("parameters", "base_parameters", "notebook_params", "notebook_base_parameters"),
        *("job_parameters", "named_parameters", "python_named_params", "python_params"),
        *("jar_params", "sql_params", "spark_submit_params", "params", "filters", "spark_conf"),
        *("spark_env_vars", "variables", "custom_tags", "tags", "inputs", "commands"),
        *("dbt_commands", "yaml_parameters", "pipeline_params"),
    )
)
_LONGEST_PLAIN_KEY = 15  # characters; no token is that short
_NAMES, _VALUES = ("name", "key"), ("default", "value")


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret in settings: where it is and what it looks like. It holds no part of it.

    `certain`: its format, or its field, is that of nothing else. Others may be harmless.
    """

    path: str
    kind: str
    certain: bool


class _Around(NamedTuple):
    """What is known of a value from where it is.

    `name` is the key or argument that it belongs to, `field` that key with the one around it.
    `is_named`: one of the names on the way is a secret's. `is_free`: below an author's own keys.
    """

    name: str = ""
    field: str = ""
    is_named: bool = False
    is_free: bool = False


@lru_cache(maxsize=32768)  # jobs are alike
def _below(around: _Around, key: str) -> _Around:
    """Return what is known of the value at a key."""
    return _Around(
        key,
        f"{around.name}.{key}" if around.name else key,
        around.is_named or is_secret_name(key),
        around.is_free or key in _FREE_KEYS,
    )


def _beside(around: _Around, name: str) -> _Around:
    """Return what is known of a value that has its name beside it, in a list or an object."""
    return around._replace(name=name, is_named=around.is_named or is_secret_name(name))


_NOWHERE = _Around()


def mask(path: str, value: Any) -> Any:
    """Return the value at `path` with everything secret in it replaced by a fixed text.

    A text with a secret anywhere in it is hidden as a whole. A reference such as
    `{{secrets/scope/key}}` is not a secret and stays readable.
    """
    return _Masker().mask(path, value, _around(path))


def mask_sides(path: str, current: Any, desired: Any) -> tuple[Any, Any]:
    """Mask both sides of a comparison: the second one shows which hidden values differ."""
    first = _Masker()
    masked = first.mask(path, current, _around(path))
    return masked, _Masker(first.hidden).mask(path, desired, _around(path))


def find_hidden_places(settings: Any) -> frozenset[str]:
    """Return the paths of all values that are masked in settings as a whole.

    A value alone may lack what says that it is secret: the argument before it.
    """
    masker = _Masker()
    masker.mask("", settings, _NOWHERE)
    return frozenset(masker.hidden)


def mask_entry(section: str, name: str, value: Any) -> Any:
    """Return what an entry of the mapping file holds without secrets: old values are keys."""
    is_whole = isinstance(value, dict) and is_hidden_entry(section, name)
    return MASK if is_whole else mask(f"{section}.{name}", value)


def is_hidden_entry(section: str, name: str) -> bool:
    """Whether whatever an entry for a parameter or a tag holds is hidden, by its name."""
    return section in _SECTIONS_BY_NAME and is_secret_name(name)


def mask_text(text: str) -> str:
    """Return a message, a path or a line of a log with each secret in it replaced."""
    hits = (*find_formats(text), *find_assigned(text))
    for hit in sorted(hits, key=lambda one: -len(one.secret)):
        text = text.replace(hit.secret, MASK)
    return text


def find_secrets(settings: Any) -> tuple[Finding, ...]:
    """Return the secrets in settings, by their places in order; each place and kind once."""
    found = {
        Finding(_without_secrets(written(place)) if place else "", hit.kind, hit.certain)
        for place, hit in _hits(settings)
    }
    return tuple(sorted(found, key=lambda one: (one.path, not one.certain, one.kind)))


def _without_secrets(path: str) -> str:
    """Return a written path without the secrets by which elements of a list are known."""
    for hit in find_formats(path):
        if hit.certain:
            path = path.replace(hit.secret, MASK)
    return path


class _Masker:
    """Masks one side. `hidden` are the values that were replaced, by path."""

    def __init__(self, others: Mapping[str, Any] | None = None) -> None:
        """Take what is hidden on the other side."""
        self.hidden: dict[str, Any] = {}
        self._others = others or {}

    def mask(self, path: str, value: Any, around: _Around) -> Any:
        if isinstance(value, dict):
            return self._masked_object(path, value, around)
        if isinstance(value, list):
            return self._masked_list(path, value, around)
        if value is None or value in _MASKS or not _is_hidden(value, around):
            return value
        self.hidden[path] = value
        return MASK_OF_OTHER if self._others.get(path, value) != value else MASK

    def _masked_object(self, path: str, value: dict[str, Any], around: _Around) -> dict[str, Any]:
        masked: dict[str, Any] = {}
        for key, inner in value.items():
            shown = key
            while _is_secret_key(key) and (shown == key or shown in masked):
                shown = f"{MASK} {len(masked) + 1}"
            masked[shown] = self.mask(join_key(path, key), inner, _around_key(around, value, key))
        return masked

    def _masked_list(self, path: str, items: list[Any], around: _Around) -> list[Any]:
        masked = []
        names = key_fields(list_name(path))
        for index, item in enumerate(items):
            place = join_element(path, element_key(path, item, index))
            shown = self.mask(place, item, _around_element(around, items, index))
            if isinstance(item, dict):  # what identifies an element is hardly ever a secret
                known = {name: item[name] for name in names if name in item}
                shown = {**shown, **{k: v for k, v in known.items() if not _is_secret_name(v)}}
            masked.append(shown)
        return masked


def _hits(settings: Any) -> list[tuple[Place | None, Hit]]:
    """Return what is secret with its place, in no order; not recursive, however deep it is."""
    found: list[tuple[Place | None, Hit]] = []
    waiting: list[tuple[Any, Place | None, _Around]] = [(settings, None, _NOWHERE)]
    while waiting:
        value, place, around = waiting.pop()
        if isinstance(value, str):
            found += [(place, hit) for hit in _judge(value, around)]
        elif isinstance(value, dict):
            for key, inner in value.items():
                is_secret = _is_secret_key(key)
                at = (place, MASK if is_secret else key, inner)
                if isinstance(inner, str | dict | list):
                    waiting.append((inner, at, _around_key(around, value, key)))
                if is_secret:
                    found += [(at, hit) for hit in find_formats(key) if hit.certain]
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, str | dict | list):
                    at = (place, index, item)
                    waiting.append((item, at, _around_element(around, value, index)))
    return found


def _judge(text: str, around: _Around) -> tuple[Hit, ...]:
    """Return what is secret in a text, judging by the text and where it is."""
    formats = find_formats(text)
    if any(hit.certain for hit in formats):
        return formats
    name = around.name
    if around.is_named and has_own_value(text):
        if is_aws_secret(name, text):
            return (Hit(AWS_KEY_HALF, text, True),)
        if is_credential_name(around.field):
            return (Hit(NAMED, text, True),)
        if is_password_name(name):
            return (*formats, Hit(NAMED, text, False))
    if _is_plain(around):
        return formats
    return (*formats, *find_named(text), *find_random(text))


def _is_hidden(value: Any, around: _Around) -> bool:
    """Whether a value is shown to nobody: more is hidden than is found."""
    if not isinstance(value, str):
        return around.is_named
    if around.is_named and not _is_only_references(value):
        return True
    return bool(_judge(value, around))


def _is_only_references(text: str) -> bool:
    return ("{{" in text or "${" in text) and not has_own_value(text)


def _is_plain(around: _Around) -> bool:
    return not around.is_free and around.name in _PLAIN_KEYS


def _is_secret_name(value: Any) -> bool:
    return isinstance(value, str) and _is_secret_key(value)


def _is_secret_key(key: str) -> bool:
    return len(key) > _LONGEST_PLAIN_KEY and any(hit.certain for hit in find_formats(key))


def _around_key(around: _Around, value: Mapping[str, Any], key: str) -> _Around:
    below = _below(around, key)
    if key in _VALUES:
        for one in _NAMES:
            name = value.get(one)
            if isinstance(name, str):
                return _beside(below, name)
    return below


def _around_element(around: _Around, items: list[Any], index: int) -> _Around:
    """Return what is known of an element; after `--password`, it is the password."""
    before = items[index - 1] if index else None
    if isinstance(before, str) and before.startswith("-") and "=" not in before:
        item = items[index]
        if not (isinstance(item, str) and item.startswith("--")):
            return _beside(around, before)
    return around


def _around(path: str) -> _Around:
    """Return what a written path says of the value there."""
    around, inside = _NOWHERE, ""
    for step, is_bracket in steps_of(path):
        if not is_bracket:
            around, inside = _below(around, step), step
        elif inside == "parameters":  # the name of a parameter, as a key or as an element's
            around = _beside(around, step)
        elif inside not in KEYED_LISTS and not step.isdecimal():  # a key that needs quotes
            around = _below(around, step)
    return around
