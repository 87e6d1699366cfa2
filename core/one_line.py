"""Texts of strangers for logs and terminals: one line stays one line, and steers nothing.

The name of a job may hold a line break that forges a line of the log, an escape sequence that a
terminal obeys, or a sign that turns the direction of what follows.
"""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INDENT = "    "  # no line of a log begins with it


def escape_controls(text: str, *, keep: str = "") -> str:
    """Return a text whose control, format and separator characters are written as escapes.

    Source: unicodedata: `isprintable` is false for the categories “Other” and “Separator”, save
    the space. All line breaks are among them: CR, LF, NEL, U+2028, U+2029 and their kin.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _escape(char) for char in text)


def one_line(text: str) -> str:
    """Return a text as one line."""
    return escape_controls(text)


def indent_rest(text: str) -> str:
    """Return a text of several lines, of which only the first can be taken for a line of ours."""
    return escape_controls(text, keep="\n").replace("\n", f"\n{_INDENT}")


def _escape(char: str) -> str:
    code = ord(char)
    return _SHORT.get(char) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
