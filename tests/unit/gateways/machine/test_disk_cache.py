"""Contents kept between operations: losable, and nobody else's."""

import sqlite3

from core.gateways.machine.disk_cache import open_cache

HOST = "https://dev.example"


def test_contents_are_kept_byte_for_byte(tmp_path) -> None:
    cache = open_cache(tmp_path / "cache", HOST)
    assert cache is not None
    assert cache.get("a") is None
    cache.put("a", b"\x00\xff{}")
    again = open_cache(tmp_path / "cache", HOST)
    assert again is not None
    assert again.get("a") == b"\x00\xff{}"
    other = open_cache(tmp_path / "cache", "https://prod.example")
    assert other is not None
    assert other.get("a") is None
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


def test_a_folder_open_to_others_is_not_used(tmp_path) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    assert open_cache(tmp_path / "cache", HOST) is None


def test_where_no_folder_can_be_made_there_is_no_cache(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert open_cache(tmp_path / "file" / "cache", HOST) is None


def test_a_damaged_cache_keeps_nothing(tmp_path) -> None:
    cache = open_cache(tmp_path / "cache", HOST)
    assert cache is not None
    cache.put("a", b"1")
    with sqlite3.connect(next((tmp_path / "cache").glob("*/cache.db"))) as damage:
        damage.execute("UPDATE Cache SET value = 'not what we wrote', mode = 3")
        damage.execute("UPDATE Cache SET mode = 4")
    damage.close()
    assert cache.get("a") is None
