"""What Git keeps in place of a file: a pointer of Git LFS, a symbolic link written as text."""

import re
from dataclasses import dataclass

# Source: git-lfs docs/spec.md: `version` is the first line; the other two are older names of it.
_POINTERS = (
    "version https://git-lfs.github.com/spec/",
    "version https://hawser.github.com/spec/",
    "version http://git-media.io/v/",
)
# Source: git-config, core.symlinks: where it is false, a link is a text file that holds its target.
_PATH = re.compile(r'([A-Za-z]:[/\\])?[^\x00-\x1f:"<>|*?]+')
_STARTS_LIKE_A_PATH = re.compile(r"\.{0,2}[/\\]|~/|[A-Za-z]:")
_MOST_OF_A_PATH = 4096  # characters; Linux has no longer ones


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a file is in place of its content, as the end of “The file is …”, and what to do."""

    words: str
    fix: str


_POINTER = StandIn(
    "a Git LFS pointer, not the content that it points to",
    fix="Fetch the real content with Git LFS (`git lfs pull` in a clone), stop tracking this file "
    "with LFS, commit and push it, and pull again.",
)


def find_stand_in(text: str) -> StandIn | None:
    """Say what a text that is no JSON is instead, when Git put it there in place of the file."""
    if text.lstrip().startswith(_POINTERS):
        return _POINTER
    path = text.removesuffix("\n").removesuffix("\r")
    if not _is_path(path):
        return None
    return StandIn(
        f"a symbolic link to “{path}” that was checked out as a text file",
        fix="Put the file itself there in place of the link, commit, push and pull again.",
    )


def _is_path(text: str) -> bool:
    """Whether a text is one path and nothing else. Other words are paths when they look it."""
    if len(text) > _MOST_OF_A_PATH or not _PATH.fullmatch(text) or text != text.strip():
        return False
    if text.casefold().endswith(".json") or _STARTS_LIKE_A_PATH.match(text):
        return True
    return "/" in text and " " not in text
