"""Texts of strangers in Markdown of GitHub, GitLab and Azure DevOps: shown, never obeyed.

Whatever is not a plain word becomes a code span: in one, no provider looks for mentions, issues,
links, emoji, formulas or HTML. Some also read the raw text, for example when the text of a pull
request becomes the message of a commit: what would be taken for an order there is broken by a
zero-width space.

Source: GitHub Flavored Markdown 0.29, 6.3 (code spans), 4.10 (tables: a pipe is escaped in code,
too); docs.github.com, "Linking a pull request to an issue", "Skipping workflow runs";
docs.gitlab.com, "Default closing pattern"; learn.microsoft.com, "Skip CI for individual pushes".
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter

from core.jobsettings.secrets import mask_text
from core.one_line import escape_controls, one_line

_BREAK = "\u200b"  # zero-width space
_LEFT_TO_RIGHT = "\u200e"
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_ORDERS = re.compile(
    r"(?<![\w.+-])@(?=[\w<])"
    r"|#(?=\d|#(?:vso)?\[)"
    r"|\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)"
    r"(?=:?\s)"
    r"|\[(?=\s*(?:skip|no|ci|actions|az\w*)[\s-])"
    r"|\*\*\*(?=NO_CI)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"([“‘„\"'(]*)(.*?)([.,;:!?…”’\"')]*)", re.DOTALL)
_TOKEN = re.compile(r"“[^“”]*”\S*|\S+")
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*|\d+[.,:]\d+|[→·–—]|•+")
# An id of a commit, or of an issue as trackers write it.
_REFERENCE = re.compile(r"[0-9a-f]{7,}|[a-z][a-z0-9]*-\d+", re.IGNORECASE)
_PIPES = re.compile(r"(\\*)\|")
_BACKTICKS = re.compile("`+")


class _Kind(Enum):
    """How a part of a sentence is shown: NAME is one in quotes that is not plain."""

    PLAIN = auto()
    NAME = auto()
    CODE = auto()


def code(text: str, most: int = 120) -> str:
    """Return a text as a code span; empty where there is none.

    Args:
        most: how many characters of it are shown.
    """
    shown = _ORDERS.sub(rf"\g<0>{_BREAK}", _shortened(one_line(mask_text(text)), most))
    if not shown:
        return ""
    runs = set(map(len, _BACKTICKS.findall(shown)))
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    is_stripped = shown.strip(" ") and shown[0] == shown[-1] == " "
    if is_stripped or "`" in (shown[0], shown[-1]):
        shown = f" {shown} "
    return _in_its_place(f"{fence}{shown}{fence}")


def prose(text: str, most: int = 600) -> str:
    """Return sentences, in which whatever is not a plain word is a code span.

    Lines are joined by `<br>`, so that the text fits into a cell or an item of a list.

    Args:
        most: how many characters of the text are shown.
    """
    shown = _shortened(escape_controls(mask_text(text), keep="\n"), most)
    lines = [_line(line) for line in shown.split("\n") if line.strip()]
    return "<br>".join(lines)


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a table, of cells that are Markdown already."""
    return f"| {' | '.join(_PIPES.sub(_escape_pipe, cell) for cell in cells)} |\n"


def length(text: str) -> int:
    """Return the length as the providers count it at most: in units of UTF-16."""
    return len(text) + sum(char > "\uffff" for char in text)


def _line(line: str) -> str:
    if line.startswith(" "):  # a drawing, such as the place of a mistake
        return code(line, len(line))
    tokens = _TOKEN.findall(line)
    kinds = [_kind_of(token, is_first=index == 0) for index, token in enumerate(tokens)]
    runs = groupby(zip(kinds, tokens, strict=True), key=itemgetter(0))
    return " ".join(_run(kind, [token for _, token in run]) for kind, run in runs)


def _kind_of(token: str, *, is_first: bool) -> _Kind:
    _, text, after = _parts(token)
    starts_list = is_first and text.isdigit() and after[:1] in (".", ")")
    words = text.split(" ")
    if not starts_list and all(map(_WORD.fullmatch, words)) and not any(map(_is_reference, words)):
        return _Kind.PLAIN
    return _Kind.NAME if token.startswith("“") else _Kind.CODE


def _is_reference(word: str) -> bool:
    return bool(_REFERENCE.fullmatch(word))


def _run(kind: _Kind, tokens: Sequence[str]) -> str:
    match kind:
        case _Kind.PLAIN:
            return " ".join(map(_in_its_place, tokens))
        case _Kind.NAME:
            return " ".join(map(_code_between, tokens))
        case _:
            return _code_between(" ".join(tokens))


def _code_between(text: str) -> str:
    """Return a text as one code span between the punctuation around it."""
    before, inner, after = _parts(text)
    return f"{before}{code(inner, len(inner))}{after}" if inner else code(text, len(text))


def _parts(text: str) -> tuple[str, str, str]:
    match = _PARTS.fullmatch(text)
    assert match is not None
    return match[1], match[2], match[3]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _escape_pipe(match: re.Match[str]) -> str:
    """Escape a pipe: with an even number of backslashes before it, parsers disagree."""
    before = match[1]
    return f"{before}\\|" if len(before) % 2 == 0 else f"{before}\\\\|"


def _in_its_place(shown: str) -> str:
    """Return a text that does not turn the direction of what is around it."""
    turns = any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in shown)
    return f"{_LEFT_TO_RIGHT}{shown}{_LEFT_TO_RIGHT}" if turns else shown
