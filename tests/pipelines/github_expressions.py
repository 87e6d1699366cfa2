"""GitHub's expressions, as far as the workflows use them; anything else is an error.

Source: docs.github.com/actions/reference/workflows-and-actions/expressions.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:(\|\||&&|==|!=|!|\(|\))|'((?:[^']|'')*)'|([A-Za-z_][\w.-]*)|(\d+))")
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = ("success", "failure", "always", "cancelled")


def fill(text: Any, contexts: Mapping[str, Any]) -> str:
    """Replace `${{ … }}` in a value of a workflow."""
    return _INSERTED.sub(lambda found: as_text(evaluate(found[1], contexts)), as_text(text))


def holds(condition: str, contexts: Mapping[str, Any], *, has_failed: bool) -> bool:
    """Whether what has this `if` runs. Without a status function it does only after success."""
    condition = str(condition).strip()
    inserted = _INSERTED.fullmatch(condition)
    text = inserted[1] if inserted else condition
    functions = {
        "success": lambda: not has_failed,
        "failure": lambda: has_failed,
        "always": lambda: True,
        "cancelled": lambda: False,
    }
    implied = not any(f"{name}(" in text for name in STATUS)
    if implied and has_failed:
        return False
    return bool(evaluate(text, {**contexts, **functions}))


def evaluate(text: str, contexts: Mapping[str, Any]) -> Any:
    tokens = _Tokens(text)
    value = _either(tokens, contexts)
    assert tokens.is_done, f"not understood: {text}"
    return value


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


class _Tokens:
    def __init__(self, text: str) -> None:
        self._found: list[tuple[str, str]] = []
        end = 0
        text = text.strip()
        while end < len(text):
            token = _TOKEN.match(text, end)
            assert token, f"not understood: {text[end:]}"
            kinds = ("sign", "text", "name", "number")
            [(kind, value)] = [
                (kind, value)
                for kind, value in zip(kinds, token.groups(), strict=True)
                if value is not None
            ]
            self._found.append((kind, value))
            end = token.end()

    @property
    def is_done(self) -> bool:
        return not self._found

    def take(self, *signs: str) -> str:
        """Remove one of these signs from the front, if it is there."""
        if self._found and self._found[0][0] == "sign" and self._found[0][1] in signs:
            return self._found.pop(0)[1]
        return ""

    def pop(self) -> tuple[str, str]:
        return self._found.pop(0)


def _either(tokens: _Tokens, contexts: Mapping[str, Any]) -> Any:
    value = _both(tokens, contexts)
    while tokens.take("||"):
        other = _both(tokens, contexts)
        value = value or other
    return value


def _both(tokens: _Tokens, contexts: Mapping[str, Any]) -> Any:
    value = _compared(tokens, contexts)
    while tokens.take("&&"):
        other = _compared(tokens, contexts)
        value = value and other
    return value


def _compared(tokens: _Tokens, contexts: Mapping[str, Any]) -> Any:
    value = _single(tokens, contexts)
    sign = tokens.take("==", "!=")
    if not sign:
        return value
    is_equal = as_text(value).casefold() == as_text(_single(tokens, contexts)).casefold()
    return is_equal if sign == "==" else not is_equal


def _single(tokens: _Tokens, contexts: Mapping[str, Any]) -> Any:
    if tokens.take("!"):
        return not _single(tokens, contexts)
    if tokens.take("("):
        value = _either(tokens, contexts)
        assert tokens.take(")")
        return value
    kind, text = tokens.pop()
    if kind == "text":
        return text.replace("''", "'")
    if kind == "number":
        return int(text)
    assert kind == "name", text
    if tokens.take("("):
        assert tokens.take(")"), f"{text} with arguments"
        function: Callable[[], Any] = contexts[text]
        return function()
    return _look_up(text, contexts)


def _look_up(name: str, contexts: Mapping[str, Any]) -> Any:
    """Return what a path has; a missing part is nothing, a missing context an error."""
    first, *rest = name.split(".")
    value: Any = contexts[first]
    for part in rest:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
