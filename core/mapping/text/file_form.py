"""A text that a browser had in its hands, as the bytes of the file that it came from."""

from collections import Counter

from core.mapping.text.line_diff import matching_blocks, split_lines

_BOM = "\ufeff"


def keep_form(old: bytes | None, text: str) -> bytes:
    """Return the text with the byte order mark and the line ends of the file that it replaces.

    A browser's text field turns every line end into a line feed.
    """
    if old is None:
        return text.encode()
    before = old.decode("utf-8", "replace")
    body = text.removeprefix(_BOM)
    if "\r" in before and "\r" not in body:
        body = _with_line_ends(before.removeprefix(_BOM), body)
    has_mark = before.startswith(_BOM) or text.startswith(_BOM)
    return f"{_BOM if has_mark else ''}{body}".encode()


def _with_line_ends(old: str, new: str) -> str:
    """Give each line that is still there its own end, and the others that of most lines."""
    old_lines, new_lines = split_lines(old), split_lines(new)
    ends = [_end(line) for line in old_lines]
    usual = Counter(filter(None, ends)).most_common(1)[0][0]
    found = [usual] * len(new_lines)
    blocks = matching_blocks([*map(_plain, old_lines)], [*map(_plain, new_lines)])
    for start_old, start_new, size in blocks:
        for step in range(size):
            found[start_new + step] = ends[start_old + step] or usual
    lines = zip(new_lines, found, strict=True)
    return "".join(_plain(line) + (end if _end(line) else "") for line, end in lines)


def _plain(line: str) -> str:
    return line.rstrip("\r\n")


def _end(line: str) -> str:
    return line[len(_plain(line)) :]
