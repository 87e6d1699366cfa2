"""How jobs/update merges new settings into old ones. Source: databricks-sdk `jobs.update`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emulator.json_values import JobSettings, JsonDict, dicts_in

# Elements of these lists are merged by key; all other fields are replaced.
LIST_KEYS: Mapping[str, str] = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
}


def merge_settings(old: JobSettings, new: JobSettings, removed: Iterable[str]) -> JobSettings:
    """Return the old settings with the removed fields gone and the new ones laid over."""
    merged = dict(old)
    for path in removed:
        _remove(merged, path)
    for name, value in new.items():
        key = LIST_KEYS.get(name)
        merged[name] = _merge_list(merged.get(name), value, key) if key else value
    return merged


def _remove(settings: JobSettings, path: str) -> None:
    """Remove `field`, or the element of a keyed list for `field/key`."""
    name, slash, wanted = path.partition("/")
    if not slash:
        settings.pop(name, None)
    elif name in LIST_KEYS:
        key = LIST_KEYS[name]
        settings[name] = [one for one in dicts_in(settings.get(name)) if one.get(key) != wanted]


def _merge_list(old: object, new: object, key: str) -> list[JsonDict]:
    elements = {one.get(key): one for one in dicts_in(old)}
    return list((elements | {one.get(key): one for one in dicts_in(new)}).values())
