"""Job name → file name: injective, readable, and safe on every file system a clone may live on."""

import hashlib
import re
from collections.abc import Callable, Collection
from unicodedata import category, is_normalized, normalize

SUFFIX = ".json"
MAX_STEM_UNITS = 140  # of UTF-16: Windows clones have about 260 for the whole path
MAX_STEM_BYTES = 240  # of UTF-8: Linux, the workspace and APFS allow 255 for a name

# `%` begins an escape and `~` a hash. Source of the rest: Win32 "Naming Files, Paths, and
# Namespaces", reserved characters.
_RESERVED = frozenset('%~<>:"/\\|?*')
# Cc, Cf: control and format characters, zero-width and bidirectional ones included. Co: Git Bash
# and macOS write reserved characters as private ones. Cn: what a later Unicode makes of it is
# unknown. Cs: no UTF-8. Zl, Zp, Zs: spaces that look like the plain one.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
# Letters, marks and symbols that show nothing. Source: DerivedCoreProperties.txt,
# Default_Ignorable_Code_Point, without variation selectors; and the blank of Braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATION_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FORMERLY_PLAIN = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._- ()[]+,=@"
)
# Source: Win32 "Naming Files, Paths, and Namespaces": reserved with any extension, superscript
# digits included; Windows overlooks spaces before it.
_WINDOWS_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|\Z)", re.IGNORECASE
)
# Source: docs.databricks.com/files/workspace.html: suffixes that the workspace types as assets.
_ASSET_SUFFIXES = (".lvdash", ".dbalert", ".dbquery")
_ESCAPES = re.compile(r"(?:%[0-9A-F]{2})+")


def make_file_name(job_name: str) -> str:
    """Return the file name of a job, `<name>.json` for nearly all names.

    What is not safe in every clone becomes `%XX` (UTF-8), and so does what is not in Unicode's
    composed form (NFC), because a file system may compose it. Names longer than the bounds keep a
    readable start and end in `~` and a hash; `~` never occurs in an escaped name, so no two job
    names share a file name.
    """
    return _bounded(_escape(job_name, _is_safe), job_name)


def make_former_file_name(job_name: str) -> str:
    """Return the file name that versions gave which escaped everything outside of ASCII."""
    return _bounded(_escape(job_name, _FORMERLY_PLAIN.__contains__), job_name)


def job_name_of(name: str) -> str | None:
    """Reverse `make_file_name`; None for a hashed or foreign file name."""
    stem = name.removesuffix(SUFFIX)
    if "~" in stem or stem == name:
        return None
    try:
        job_name = _ESCAPES.sub(_unescape, stem)
    except UnicodeError:
        return None
    return job_name if make_file_name(job_name) == name else None


def find_free_file_name(job_name: str, taken: Collection[str]) -> str:
    """Return a file name for a new definition that clashes with none in `taken`.

    Args:
        taken: names of the files in the folder, as `fold_file_name` gives them.

    Of two names that are one file on Windows or macOS, the later gets a short hash behind `~`. So
    does a job whose file name another job has kept, as often as it takes.
    """
    name = free = make_file_name(job_name)
    tries = 0
    while fold_file_name(free) in taken:
        free = _hashed(name, f"{job_name}{tries or ''}")
        tries += 1
    return free


def possible_file_names(job_name: str) -> tuple[str, ...]:
    """Return the file names that a job's definition may have been given, the likeliest first.

    These are its own name, the one that it gets where that is taken, and what former versions
    made of both.
    """
    names = dict.fromkeys((make_file_name(job_name), make_former_file_name(job_name)))
    return (*names, *(_hashed(name, job_name) for name in names))


def fold_file_name(name: str) -> str:
    """Return what all names have in common that some file system takes for the same.

    Windows and macOS ignore case, macOS ignores whether letters are composed, and Linux, where it
    is set to ignore case, variation selectors as well. A path is folded like a name.

    Source: Unicode 3.13, D145 (canonical caseless match); Linux, Documentation/filesystems/ext4,
    casefold.
    """
    if name.isascii():
        return name.lower()
    visible = _VARIATION_SELECTORS.sub("", name)
    return normalize("NFD", normalize("NFD", visible).casefold())


def _is_safe(char: str) -> bool:
    return char == " " or (
        char not in _RESERVED and char not in _BLANK and category(char) not in _UNSAFE_CATEGORIES
    )


def _escape(job_name: str, is_plain: Callable[[str], bool]) -> str:
    risky = _risky_places(job_name)
    stem = ""
    for place, char in enumerate(job_name):
        plain = is_plain(char) and place not in risky
        if plain and (char.isascii() or is_normalized("NFC", stem + char)):
            stem += char
        else:
            stem += _percent(char)
    return stem


def _risky_places(job_name: str) -> set[int]:
    """Return where a character is only unsafe because of its place in the name."""
    places = set()
    if job_name[:1] in {".", " "} or _WINDOWS_RESERVED.match(job_name):
        places.add(0)
    if job_name.endswith(" "):
        places.add(len(job_name) - 1)
    if job_name.casefold().endswith(_ASSET_SUFFIXES):
        places.add(job_name.rindex("."))
    return places


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _unescape(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes[0].replace("%", "")).decode("utf-8", "surrogatepass")


def _bounded(stem: str, job_name: str) -> str:
    if _cut(stem, 0) != stem:
        stem = f"{_cut(stem, 33)}~{_digest(job_name, 32)}"
    return stem + SUFFIX


def _hashed(name: str, job_name: str) -> str:
    return f"{_cut(name.removesuffix(SUFFIX), 33)}~{_digest(job_name, 8)}{SUFFIX}"


def _cut(stem: str, spared: int) -> str:
    """Shorten to the bounds less `spared`, without leaving half an escape behind."""
    units = size = 0
    for end, char in enumerate(stem):
        units += 1 if char <= "\uffff" else 2
        size += len(char.encode())
        if units > MAX_STEM_UNITS - spared or size > MAX_STEM_BYTES - spared:
            return re.sub(r"%[0-9A-F]?\Z", "", stem[:end])
    return stem


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
