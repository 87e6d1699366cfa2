"""Reads a bundle as the vendor's client does, written down independently of what writes it.

Source: databricks/cli libs/dyn/yamlloader, libs/dyn/dynvar/ref.go, bundle/config/root.go.
"""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_SEGMENT = r"_*[a-zA-Z]+([-_]*[a-zA-Z0-9]+)*"
_REFERENCE = re.compile(rf"(?<!\$)\$\{{({_SEGMENT}(\.{_SEGMENT}(\[[0-9]+\])*)*(\[[0-9]+\])*)\}}")
_KEY = re.compile(_SEGMENT)
_OVERRIDES = ({"default"}, {"lookup"}, {"default", "type"})
_KEYED = {"tasks": "task_key", "job_clusters": "job_cluster_key", "environments": "environment_key"}


@dataclass(frozen=True)
class Found:
    """The id of an object that the bundle looks up by its name."""

    word: str
    name: str


@dataclass(frozen=True)
class Created:
    """The id of a job of the bundle itself."""

    key: str


@dataclass(frozen=True)
class Missing:
    """A variable without a value."""

    variable: str


class _StrictLoader(yaml.CSafeLoader):
    """Knows YAML 1.1, and takes no key twice and none that is not a text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert all(isinstance(key, str) for key in keys), keys
        assert len(set(keys)) == len(keys), keys
        return super().construct_mapping(node, deep)


def load(text: str) -> Any:
    return yaml.load(text, _StrictLoader)


class Bundle:
    """The files of a bundle, for one target."""

    def __init__(self, files: Mapping[str, str], target: str) -> None:
        root = load(files["databricks.yml"])
        assert set(root) == {"bundle", "include", "targets"}
        self.root = root
        self.whole: dict[str, Any] = {"resources": {"jobs": {}}, "variables": {}}
        included = []
        for pattern in root["include"]:
            names = sorted(fnmatch.filter(files, pattern))
            assert names or "*" in pattern, pattern
            included += names
        assert set(included) | {"databricks.yml"} == set(files)
        documents = [load(files[name]) for name in included]
        for document in documents:
            part = {key: value for key, value in document.items() if key != "targets"}
            for key in part.get("resources", {}).get("jobs", {}):
                assert key not in self.whole["resources"]["jobs"]
            self.whole = _merge(self.whole, part)
        for document in documents:
            override = document.get("targets", {}).get(target, {})
            assert set(document.get("targets", {})) <= {"dev", "prod"}
            for name, value in override.get("variables", {}).items():
                assert set(value) in _OVERRIDES, value
                known = self.whole["variables"][name]
                kept = {k: known[k] for k in known if k not in {"default", "lookup"}}
                self.whole["variables"][name] = {**kept, **value}
            self.whole = _merge(self.whole, {"resources": override.get("resources", {})})
        self.variables = {name: self._variable(name) for name in self.whole["variables"]}
        self.jobs = {key: self.resolve(job) for key, job in self.whole["resources"]["jobs"].items()}

    def _variable(self, name: str) -> Any:
        assert _KEY.fullmatch(name), name
        definition = self.whole["variables"][name]
        assert not _REFERENCE.search(definition.get("description", ""))
        if "lookup" in definition:
            [(word, found)] = definition["lookup"].items()
            assert isinstance(found, str) and "${" not in found
            return Found(word, found)
        value = definition.get("default")
        assert (definition.get("type") == "complex") == isinstance(value, dict | list), name
        return Missing(name) if value is None else value

    def resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.resolve(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._at(whole[1])
        parts, at = [], 0
        for match in _REFERENCE.finditer(value):
            inner = self._at(match[1])
            assert isinstance(inner, str), match[0]
            parts += [_unescape(value[at : match.start()]), inner]
            at = match.end()
        return "".join([*parts, _unescape(value[at:])])

    def _at(self, path: str) -> Any:
        first, *rest = path.split(".")
        if first == "var":
            [name] = rest
            return self.resolve(self.variables[name])
        assert [first, rest[0], rest[2]] == ["resources", "jobs", "id"], path
        assert rest[1] in self.whole["resources"]["jobs"], path
        return Created(rest[1])


def _unescape(text: str) -> str:
    return re.sub(r"\$\$\{", "${", text)


def _merge(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        merged = dict(one)
        for key, value in other.items():
            merged[key] = _merge(one[key], value) if key in one else value
        return merged
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *other]
    return other
