"""JSON values as YAML that readers of YAML 1.1 and 1.2 take for the same values.

A text is plain only where no reader could take it for something else. Texts of several lines, such
as SQL, are literal blocks; all others are quoted, and what people cannot see in them is escaped.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
# Source: yaml.org/type/bool.html and null.html, and what JavaScript's readers take for numbers.
_NOT_TEXTS = frozenset(
    ["y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"]
)
_LONGEST_PLAIN = 120  # characters
_LONGEST_KEY = 1000  # characters; readers take no more than 1024 for a key that is not marked
_STEP = "  "


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as text, its keys in their order.

    The document must hold no lone surrogates: no text in UTF-8 can, see `has_surrogates`.
    """
    return "\n".join(_object(document, "")) + "\n"


def has_surrogates(value: Any) -> bool:
    """Whether a text in the value, or a key, holds half of a surrogate pair."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _object(value: dict[str, Any], indent: str) -> Iterable[str]:
    for key, inner in value.items():
        text = _scalar(key)
        head, below = _node(inner, indent + _STEP)
        if len(text) > _LONGEST_KEY:
            yield f"{indent}? {text}"
            yield f"{indent}:{head}"
        else:
            yield f"{indent}{text}:{head}"
        yield from below


def _list(items: list[Any], indent: str) -> Iterable[str]:
    for item in items:
        inner = indent + _STEP
        head, below = _node(item, inner)
        if head or not below:
            yield f"{indent}-{head}"
            yield from below
        else:
            yield f"{indent}- {below[0][len(inner) :]}"
            yield from below[1:]


def _node(value: Any, indent: str) -> tuple[str, list[str]]:
    """Return what is behind the key, and the lines below it."""
    if isinstance(value, dict):
        return ("", list(_object(value, indent))) if value else (" {}", [])
    if isinstance(value, list):
        return ("", list(_list(value, indent))) if value else (" []", [])
    if isinstance(value, str) and _may_be_a_block(value):
        lines = value.split("\n")
        keep = lines[-1] == ""
        shown = lines[:-1] if keep else lines
        return (" |" if keep else " |-"), [f"{indent}{line}" if line else "" for line in shown]
    return f" {_scalar(value)}", []


def _may_be_a_block(text: str) -> bool:
    """Whether a literal block gives back the text, and shows all of it.

    It would lose a line break at the end where there are several, and takes the spaces before the
    first line for its own.
    """
    lines = text.split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0] == " " or text.endswith("\n\n"):
        return False
    return all(line.isprintable() and line == line.rstrip() for line in lines)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        text = json.dumps(value)
        # YAML 1.1 takes 1e+20 for a text.
        return text if "." in text else text.replace("e", ".0e")
    return json.dumps(value)


def _text(text: str) -> str:
    is_plain = len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text)
    if is_plain and text.casefold() not in _NOT_TEXTS:
        return text
    return "".join(
        char if char.isprintable() else _escaped(char)
        for char in json.dumps(text, ensure_ascii=False)
    )


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
