"""Scripted faults: which call fails, how, and before or after it took effect."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from emulator.json_values import JsonDict

FaultKind = Literal["status", "delay", "cut"]
Moment = Literal["before", "after"]
ANY_ENDPOINT = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault.

    Attributes:
        endpoint: method and route template, `*` for every call, or `POST *` for all of a method.
        call: the first matching call that fails, counted from now; 1 is the next one.
        times: how many calls fail; 0 is all from then on.
        kind: `status` answers with `status`, `body` and `headers`; `delay` only waits;
            `cut` drops the connection after `cut_after_bytes` bytes of the answer's body.
        when: before or after the request took effect.
        body: an object is sent as JSON, a string as `content_type`.
        delay_s: waits this long before the fault, in every kind.
        probability: of each call that may fail; `seed` makes it repeatable.
    """

    endpoint: str = ANY_ENDPOINT
    call: int = 1
    times: int = 1
    kind: FaultKind = "status"
    when: Moment = "before"
    status: int = 503
    body: JsonDict | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html"
    delay_s: float = 0.0
    cut_after_bytes: int = 0
    probability: float = 1.0
    seed: int = 0


@dataclass(slots=True)
class _Script:
    """A fault with the count of calls that matched it."""

    fault: Fault
    dice: random.Random
    calls: int = 0
    done: int = 0

    def strikes(self, endpoint: str) -> bool:
        method = endpoint.partition(" ")[0]
        if self.fault.endpoint not in (ANY_ENDPOINT, f"{method} {ANY_ENDPOINT}", endpoint):
            return False
        self.calls += 1
        if self.calls < self.fault.call or (self.fault.times and self.done >= self.fault.times):
            return False
        if self.dice.random() >= self.fault.probability:
            return False
        self.done += 1
        return True


class FaultInjector:
    """Holds the scripted faults; the first that strikes a call decides."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: tuple[_Script, ...] = ()

    def add(self, fault: Fault) -> None:
        dice = random.Random(fault.seed)  # noqa: S311 - repeatable, not secret
        with self._lock:
            self._scripts = (*self._scripts, _Script(fault, dice))

    def strike(self, endpoint: str) -> Fault | None:
        """Count a call; return the fault that it suffers, if any."""
        if not self._scripts:
            return None
        with self._lock:
            struck = [script for script in self._scripts if script.strikes(endpoint)]
        return struck[0].fault if struck else None

    def as_json(self) -> list[JsonDict]:
        with self._lock:
            return [
                {**asdict(script.fault), "calls": script.calls, "done": script.done}
                for script in self._scripts
            ]

    def clear(self) -> None:
        with self._lock:
            self._scripts = ()
