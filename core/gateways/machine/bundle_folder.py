"""The folder that a bundle is written to: empty, or a bundle that we wrote and nobody changed."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import InvalidJsonError, SettingsError, SyncError
from core.json_text import parse_json, stable_bytes

LIST_FILE = ".job-sync-bundle.json"
_ELSEWHERE = "Choose an empty folder, or delete this bundle to have it written anew."
_UNFINISHED = ".job-sync-part"
# Whoever can write the list must not make us delete other files.
_OURS = re.compile(r"databricks\.yml|variables\.yml|resources/[a-z0-9_]+\.job\.yml")


class BundleFolder:
    """A folder whose files are all ours. `keys` are those of the jobs, by their names.

    What begins with a dot belongs to other tools (`.git`, `.databricks`, `.gitignore`) and is left
    alone where a bundle of ours is.
    """

    def __init__(self, path: Path) -> None:
        """Look at the folder. Nothing is written.

        Raises:
            SettingsError: something is in it that we did not write, or that somebody changed.
        """
        self._path = path
        self._hashes: dict[str, list[str]] = {}
        self.keys: dict[str, str] = {}
        try:
            if os.path.lexists(path):
                self._look()
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error

    def _look(self) -> None:
        if not self._path.is_dir():
            raise SettingsError(f"{self._path} is not a folder.", fix="Choose another one.")
        entries = sorted(entry.name for entry in self._path.iterdir())
        if LIST_FILE not in entries:
            if entries:
                raise SettingsError(
                    f"{self._path} is not empty: “{entries[0]}” is in it. Nothing was written.",
                    fix="Choose an empty folder, or one that does not exist yet.",
                )
            return
        self._read_list()
        for name in self._list_files():
            self._check(name)

    def _read_list(self) -> None:
        try:
            document = parse_json(self._content_of(LIST_FILE).decode())
        except (UnicodeDecodeError, InvalidJsonError) as error:
            raise SettingsError(
                f"{LIST_FILE} in {self._path} is damaged. Nothing was written.", fix=_ELSEWHERE
            ) from error
        known: dict[str, Any] = document if isinstance(document, dict) else {}
        files, jobs = known.get("files", ()), known.get("jobs", ())
        is_ours = _is_table(files, list) and all(map(_OURS.fullmatch, files))
        if not is_ours or not _is_table(jobs, str):
            raise SettingsError(
                f"{LIST_FILE} in {self._path} is damaged. Nothing was written.", fix=_ELSEWHERE
            )
        self._hashes, self.keys = files, jobs

    def _list_files(self) -> Iterator[str]:
        """Yield the paths of what is in the folder, without the entries of other tools."""
        for folder, folders, names in os.walk(self._path):
            here = Path(folder).relative_to(self._path)
            is_root = folder == str(self._path)
            folders[:] = [name for name in folders if not (is_root and name.startswith("."))]
            linked = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (*names, *linked):
                if not (is_root and name.startswith(".")) and not name.endswith(_UNFINISHED):
                    yield (here / name).as_posix()

    def _check(self, name: str) -> None:
        if name not in self._hashes:
            raise SettingsError(
                f"“{name}” in {self._path} is not part of the bundle. Nothing was written.",
                fix="Move it to another folder.",
            )
        if _hash(self._content_of(name)) not in self._hashes[name]:
            raise SettingsError(
                f"“{name}” in {self._path} was changed since the bundle was written. Nothing was "
                "written.",
                fix=_ELSEWHERE,
            )

    def _content_of(self, name: str) -> bytes:
        """Return a regular file's content; a link or a pipe is nothing that we wrote."""
        path = self._path / name
        if not stat.S_ISREG(path.lstat().st_mode):
            raise SettingsError(
                f"“{name}” in {self._path} is not a plain file. Nothing was written.",
                fix="Move it to another folder.",
            )
        return path.read_bytes()

    def write(self, files: Mapping[str, str], keys: Mapping[str, str]) -> None:
        """Write the files, and remove those of before that are no longer part of the bundle.

        Until the end the list has both: what is killed on the way can be written again.

        Args:
            files: their content by their paths in the folder.

        Raises:
            SyncError: not all is written; the list says what may be there.
        """
        contents = {name: text.encode() for name, text in files.items()}
        hashes = {name: [_hash(content)] for name, content in contents.items()}
        both = {
            name: sorted({*self._hashes.get(name, ()), *hashes.get(name, ())})
            for name in self._hashes.keys() | hashes.keys()
        }
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            self._put(LIST_FILE, _list(both, keys))
            for name, content in contents.items():
                self._put(name, content)
            for name in sorted(self._hashes.keys() - contents.keys()):
                (self._path / name).unlink(missing_ok=True)
            self._put(LIST_FILE, _list(hashes, keys))
        except OSError as error:
            raise SyncError(
                f"The bundle in {self._path} is incomplete: {error.strerror}.",
                fix="Solve that, and run the command again.",
            ) from error

    def _put(self, name: str, content: bytes) -> None:
        path = self._path / name
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(path.name + _UNFINISHED)
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)


def _list(files: Mapping[str, list[str]], keys: Mapping[str, str]) -> bytes:
    return stable_bytes({"files": dict(files), "jobs": dict(keys)})


def _is_table(value: Any, kind: type) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, kind) for inner in value.values())


def _hash(content: bytes) -> str:
    """Return what is equal for equal text: a clone on Windows may have other line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
