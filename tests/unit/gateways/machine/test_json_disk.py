"""What a diskcache of ours holds: JSON and bytes, and nothing that could be run."""

import pickle
import re
import shutil
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from core.gateways.machine.disk_cache import open_cache
from core.gateways.machine.json_disk import open_json_cache
from web.background.processes import OperationProcesses

ROOT = Path(__file__).resolve().parents[4]
BYTES, PICKLE, TEXT_FILE = 1, 4, 3  # diskcache's modes of a row


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.fixture
def cache(tmp_path):
    with open_json_cache(tmp_path / "cache", size_bytes=2**20) as cache:
        yield cache


@pytest.mark.parametrize(
    "value", [None, 1, "text", [1, 2], {"a": {"b": None}}, "bad \ud800", b"bytes \xff\0", b""]
)
def test_what_is_kept_comes_back(cache, value):
    cache.set("key", value)
    assert cache.get("key") == value


def test_large_values_stay_in_the_database(cache, tmp_path):
    cache.set("key", "é" * 200_000)
    assert cache.get("key") == "é" * 200_000
    assert {path.suffix for path in file_of(tmp_path / "cache").parent.iterdir()} <= {
        ".db",
        ".db-wal",
        ".db-shm",
    }


def test_a_component_is_kept_as_its_json(cache):
    from dash import html

    cache.set("key", {"response": html.Div(html.B("x"))})
    assert cache.get("key")["response"]["props"]["children"]["props"]["children"] == "x"


def test_what_is_no_json_is_refused(cache):
    with pytest.raises(TypeError):
        cache.set("key", object())


def plant(folder: Path, key: object, raw: int, mode: int, value: bytes | None, file: str = ""):
    """Write a row as somebody else could who may write the file."""
    connection = sqlite3.connect(file_of(folder))
    with connection:
        connection.execute("delete from Cache")
        connection.execute(
            "insert into Cache(key, raw, store_time, access_time, tag, mode, value, filename)"
            " values(?, ?, 0, 0, null, ?, ?, ?)",
            (key, raw, mode, value, file or None),
        )
    connection.close()


def content_cache(folder: Path) -> Any:
    cache = open_cache(folder, "https://dev.example")
    assert cache is not None
    cache.put("key", b"content")
    return cache._cache


def messages_of_callbacks(folder: Path) -> Any:
    handle = OperationProcesses(folder, lambda *_: None, lambda _id: True).handle
    handle.set("key", "message")
    return handle


def file_of(folder: Path) -> Path:
    """Return the present file of a cache."""
    return folder / (folder / "current").read_text() / "cache.db"


EVERY_CACHE = pytest.mark.parametrize("open_one", [content_cache, messages_of_callbacks])


@EVERY_CACHE
def test_a_planted_pickle_is_refused_before_it_is_read(open_one, tmp_path):
    made, folder = tmp_path / "made", tmp_path / "cache"
    cache = open_one(folder)
    [(key, raw)] = cache._sql("select key, raw from Cache").fetchall()
    [name] = list(cache)
    plant(folder, key, raw, PICKLE, pickle.dumps(Trap(str(made))))
    with pytest.raises(ValueError, match="pickled cache entry"):
        cache.get(name)
    assert not made.exists()


@EVERY_CACHE
def test_a_planted_pickle_in_a_file_is_refused_before_it_is_read(open_one, tmp_path):
    made, folder, trap = tmp_path / "made", tmp_path / "cache", tmp_path / "trap"
    trap.write_bytes(pickle.dumps(Trap(str(made))))
    cache = open_one(folder)
    [(key, raw)] = cache._sql("select key, raw from Cache").fetchall()
    [name] = list(cache)
    plant(folder, key, raw, PICKLE, None, str(trap))
    with pytest.raises(ValueError, match="pickled cache entry"):
        cache.get(name)
    assert not made.exists()


@EVERY_CACHE
def test_a_planted_pickled_key_is_refused_before_it_is_read(open_one, tmp_path):
    made, folder = tmp_path / "made", tmp_path / "cache"
    cache = open_one(folder)
    plant(folder, sqlite3.Binary(pickle.dumps(Trap(str(made)))), 0, 1, b"1")
    with pytest.raises(ValueError, match="pickled cache key"):
        list(cache)
    assert not made.exists()


@EVERY_CACHE
def test_a_planted_bomb_does_not_go_off(open_one, tmp_path):
    folder = tmp_path / "cache"
    cache = open_one(folder)
    [(key, raw)] = cache._sql("select key, raw from Cache").fetchall()
    [name] = list(cache)
    plant(folder, key, raw, BYTES, zlib.compress(bytes(200_000_000), 1))
    with pytest.raises(ValueError, match="larger than it can be"):
        cache.get(name)


@EVERY_CACHE
def test_a_file_that_a_planted_row_names_is_neither_read_nor_removed(open_one, tmp_path):
    folder, victim = tmp_path / "cache", tmp_path / "victim"
    victim.write_text("secret", encoding="utf-8")
    cache = open_one(folder)
    [(key, raw)] = cache._sql("select key, raw from Cache").fetchall()
    [name] = list(cache)
    plant(folder, key, raw, TEXT_FILE, None, str(victim))
    with pytest.raises(ValueError, match="refers to a file"):
        cache.get(name)
    cache.delete(name)
    assert victim.read_text(encoding="utf-8") == "secret"


def test_a_planted_pickle_is_a_content_that_was_never_kept(tmp_path):
    made, folder = tmp_path / "made", tmp_path / "cache"
    cache = open_cache(folder, "https://dev.example")
    assert cache is not None
    cache.put("key", b"content")
    [(key, raw)] = cache._cache._sql("select key, raw from Cache").fetchall()
    plant(folder, key, raw, PICKLE, pickle.dumps(Trap(str(made))))
    assert cache.get("key") is None
    assert not made.exists()


def test_no_other_module_opens_a_diskcache():
    opening = re.compile(r"diskcache\.(Cache|FanoutCache|Deque|Index|JSONDisk|Disk)\b")
    folders = ("core", "web", "callbacks", "components")
    files = [
        *ROOT.glob("*.py"),
        *(path for name in folders for path in (ROOT / name).rglob("*.py")),
    ]
    found = [path.name for path in files if opening.search(path.read_text(encoding="utf-8"))]
    assert found == ["json_disk.py"]


def delete_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def delete_database(folder: Path) -> None:
    file_of(folder).unlink()


def replace_database(folder: Path) -> None:
    (folder / "new").write_bytes(b"something else" * 1000)
    (folder / "new").replace(file_of(folder))


def empty_database(folder: Path) -> None:
    (folder / "new").write_bytes(b"")
    (folder / "new").replace(file_of(folder))


def overwrite_in_place(folder: Path) -> None:
    for path in file_of(folder).parent.iterdir():
        with path.open("r+b") as file:
            file.write(b"garbage!" * (path.stat().st_size // 8))


def replace_pointer(folder: Path) -> None:
    """Let the pointer lead to a folder whose file is damaged."""
    (folder / ("a" * 16)).mkdir()
    (folder / ("a" * 16) / "cache.db").write_bytes(b"something else" * 1000)
    (folder / "current").write_text("a" * 16)


@pytest.mark.parametrize(
    "damage",
    [
        delete_folder,
        delete_database,
        replace_database,
        empty_database,
        overwrite_in_place,
        replace_pointer,
    ],
)
def test_a_cache_that_is_lost_while_it_is_open_is_made_anew(tmp_path, damage):
    folder = tmp_path / "cache"
    caches = [open_json_cache(folder, size_bytes=2**20) for _ in range(2)]
    caches[0].set("key", 1)
    assert caches[1].get("key") == 1
    damage(folder)
    for cache in caches:
        assert cache.get("key") is None
    caches[0].set("key", 2)
    assert [cache.get("key") for cache in caches] == [2, 2]
    assert pickle.loads(pickle.dumps(caches[0])).get("key") == 2


def test_a_cache_is_handed_to_another_process_that_cannot_open_it(tmp_path):
    folder = tmp_path / "cache"
    kept = pickle.dumps(open_json_cache(folder, size_bytes=2**20))
    shutil.rmtree(folder)
    folder.mkdir()
    folder.chmod(0o777)  # nobody uses it so
    cache = pickle.loads(kept)
    with pytest.raises(OSError, match="others can open it"):
        cache.set("key", 1)
    folder.chmod(0o700)
    cache.set("key", 1)
    assert cache.get("key") == 1
