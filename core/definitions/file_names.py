"""Job name → file name: injective, readable, and safe on every file system a clone may live on."""

import hashlib
import re
from collections.abc import Collection

SUFFIX = ".json"
MAX_STEM_LENGTH = 140  # Windows clones have about 260 characters for the whole path

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._- ()[]+,=@")
# Source: Win32 "Naming Files, Paths, and Namespaces": reserved with any extension; Windows
# overlooks spaces before it.
_WINDOWS_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d) *(\.|$)", re.IGNORECASE
)
# Source: docs.databricks.com/files/workspace.html: suffixes that the workspace types as assets.
_ASSET_SUFFIXES = (".lvdash", ".dbalert", ".dbquery")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")


def make_file_name(job_name: str) -> str:
    """Return the file name of a job, `<name>.json` for plain names.

    Anything outside a small set of characters becomes `%XX` (UTF-8). Names longer than the bound
    keep a readable start and end in `~` and a hash; `~` never occurs in an escaped name, so
    no two job names share a file name.
    """
    stem = _escape(job_name)
    if len(stem) > MAX_STEM_LENGTH:
        stem = f"{_cut(stem, MAX_STEM_LENGTH - 33)}~{_digest(job_name, 32)}"
    return stem + SUFFIX


def job_name_of(name: str) -> str | None:
    """Reverse `make_file_name`; None for a hashed or foreign file name."""
    stem = name.removesuffix(SUFFIX)
    if "~" in stem or stem == name:
        return None
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), stem)
    try:
        job_name = raw.encode("latin-1").decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
    return job_name if make_file_name(job_name) == name else None


def find_free_file_name(job_name: str, taken: Collection[str]) -> str:
    """Return a file name for a new definition that clashes with none in `taken`.

    Args:
        taken: casefolded names of the files in the folder.

    Names that differ only in case would be one file on Windows and macOS, so the later one
    gets a short hash behind `~`.
    """
    name, hashed = possible_file_names(job_name)
    return name if name.casefold() not in taken else hashed


def possible_file_names(job_name: str) -> tuple[str, str]:
    """Return the file name of a job, and the one that it gets where that is taken."""
    name = make_file_name(job_name)
    stem = _cut(name.removesuffix(SUFFIX), MAX_STEM_LENGTH - 33)
    return name, f"{stem}~{_digest(job_name, 8)}{SUFFIX}"


def _escape(job_name: str) -> str:
    stem = "".join(char if char in _PLAIN else _percent(char) for char in job_name)
    if stem[:1] in {".", " "} or _WINDOWS_RESERVED.match(stem):
        stem = _percent(stem[0]) + stem[1:]
    if stem.endswith(" "):
        stem = stem[:-1] + _percent(" ")
    if stem.casefold().endswith(_ASSET_SUFFIXES):
        start, _, end = stem.rpartition(".")
        stem = f"{start}{_percent('.')}{end}"
    return stem


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _cut(stem: str, length: int) -> str:
    """Shorten without leaving half an escape behind."""
    return re.sub(r"%[0-9A-F]?$", "", stem[:length])


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
