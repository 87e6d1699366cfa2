"""A page as scripts use it over HTTP: what a browser would send, without one."""

import time
from dataclasses import dataclass, field
from typing import Any

import requests

from components import ids

_TIMEOUT_S = 60.0


@dataclass
class Browserless:
    """One client of a running page, which sends `headers` with what it starts.

    `polls` are the seconds that each poll of the feed took.
    """

    url: str
    tab: str = "import"
    polls: list[float] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def load(self) -> float:
        """Load the page as a browser does; return the seconds it took."""
        begun = time.monotonic()
        for path in ("/", "/_dash-layout", "/_dash-dependencies"):
            requests.get(self.url + path, timeout=_TIMEOUT_S).raise_for_status()
        self.poll()
        return time.monotonic() - begun

    def poll(self) -> dict[str, Any]:
        """Ask the feed for all rows, as a page that was just loaded."""
        begun = time.monotonic()
        answer = requests.get(f"{self.url}/feed/{self.tab}?ask=1", timeout=_TIMEOUT_S)
        self.polls.append(time.monotonic() - begun)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def health(self) -> requests.Response:
        """Ask what a health check asks."""
        return requests.get(f"{self.url}/healthz", timeout=_TIMEOUT_S)

    def start(self, kind: str, **request: Any) -> str:
        """Start an operation and return its id.

        Raises:
            AssertionError: the page refused; the message is what it showed.
        """
        started = self._dispatch(ids.START_REQUEST, {"kind": kind, "number": 1, **request})
        response = started.get("response", {})
        assert ids.STARTED in response, response
        operation = str(response[ids.STARTED]["data"])
        self._dispatch(ids.STARTED, operation)
        return operation

    def cancel(self, operation: str) -> None:
        self._dispatch(ids.CANCEL_REQUEST, {"operation": operation, "number": 1})

    def wait(self, operation: str, timeout_s: float = 120.0) -> str:
        """Poll until an operation has ended; return what the page says of it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            finished = self.poll()["finished"]
            if finished["operation"] == operation:
                return str(finished["text"])
            time.sleep(0.2)
        raise AssertionError(f"it has not ended: {texts(self.poll()['props'])}")

    def run(self, kind: str, **request: Any) -> str:
        """Carry out an operation and return what the page says of it."""
        return self.wait(self.start(kind, **request))

    def _dispatch(self, asked: str, value: Any) -> dict[str, Any]:
        known = requests.get(f"{self.url}/_dash-dependencies", timeout=_TIMEOUT_S).json()
        [wired] = [
            callback
            for callback in known
            if [each["id"] for each in callback["inputs"]] == [asked]
            and not callback["clientside_function"]
        ]
        names = wired["output"].strip(".").split("...")
        parts = [name.rsplit(".", 1) for name in names]
        outputs = [{"id": name, "property": prop} for name, prop in parts]
        body = {
            "output": wired["output"],
            "outputs": outputs if wired["output"].startswith("..") else outputs[0],
            "inputs": [{"id": asked, "property": "data", "value": value}],
            "state": [],
            "changedPropIds": [f"{asked}.data"],
        }
        answer = requests.post(
            f"{self.url}/_dash-update-component",
            json=body,
            headers=self.headers,
            timeout=_TIMEOUT_S,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def texts(node: Any) -> str:
    """Return all text in the properties that the page was sent."""
    if isinstance(node, dict):
        is_component = "namespace" in node
        return texts(node["props"].get("children") if is_component else list(node.values()))
    if isinstance(node, list):
        return " ".join(filter(None, map(texts, node)))
    return node if isinstance(node, str) else ""
