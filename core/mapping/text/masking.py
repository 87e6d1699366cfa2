"""The mapping file as a text in which secrets are masked: what others may look at."""

import json
from collections.abc import Iterator

from core.jobsettings.places import join_element, join_key
from core.jobsettings.secrets import MASK, is_hidden_entry, mask, mask_text
from core.mapping.text.source import Node, SourceError, parse_source

_Span = tuple[int, int, str]
"""Where a part of the text begins and ends, and what is shown in its place."""


def mask_source(text: str) -> str:
    """Return the text with secrets masked, in comments as well; its lines stay the same.

    A text that is not JSON5 has no places: secrets are known by their format there, and by the
    names before them.
    """
    try:
        root = parse_source(text).root
    except SourceError:
        return _by_lines(text)
    shown, at = [], 0
    for start, end, word in sorted(_hidden(root, "", is_named=False)):
        shown += [_by_lines(text[at:start]), word]
        at = end
    return "".join([*shown, _by_lines(text[at:])])


def _hidden(node: Node, path: str, *, is_named: bool) -> Iterator[_Span]:
    if node.entries is not None:
        for entry in node.entries:
            below = join_key(path, entry.key)
            is_old_value = is_named or mask_text(entry.key) != entry.key
            if is_old_value:
                yield entry.start, entry.key_end, _quoted()
            name = is_hidden_entry(path, entry.key)
            yield from _hidden(entry.node, below, is_named=is_named or name)
    elif node.items is not None:
        for number, item in enumerate(node.items):
            yield from _hidden(item, join_element(path, str(number)), is_named=is_named)
    elif node.value is not None and (is_named or mask(path, node.value) != node.value):
        yield node.start, node.end, _quoted()


def _by_lines(text: str) -> str:
    return "\n".join(mask_text(line) for line in text.split("\n"))


def _quoted() -> str:
    return json.dumps(MASK, ensure_ascii=False)
