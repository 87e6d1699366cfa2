"""Compressed content of strangers."""

import gzip
import tracemalloc
import zlib

import pytest

from core.inflating import gunzip, inflate

MOST = 1000
BOTH = pytest.mark.parametrize(
    ("compress", "read"), [(zlib.compress, inflate), (gzip.compress, gunzip)], ids=["zlib", "gzip"]
)


@BOTH
@pytest.mark.parametrize("size", [0, 1, MOST - 1, MOST])
def test_what_is_within_the_bound_comes_back(compress, read, size):
    assert read(compress(b"x" * size), MOST) == b"x" * size


@BOTH
def test_what_is_larger_is_refused(compress, read):
    with pytest.raises(ValueError, match="larger"):
        read(compress(b"x" * (MOST + 1)), MOST)


@BOTH
def test_a_bomb_takes_no_memory(compress, read):
    bomb = compress(bytes(200_000_000))
    tracemalloc.start()
    with pytest.raises(ValueError, match="larger"):
        read(bomb, MOST)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(bomb) > 100_000
    assert peak < 1_000_000


@BOTH
def test_what_is_cut_or_followed_by_something_is_refused(compress, read):
    whole = compress(b"[]")
    for content in (whole[:-1], whole[:5], b"", whole + b"x", whole + b"\0", whole + whole):
        with pytest.raises(ValueError, match=r"cut|damaged"):
            read(content, MOST)


@BOTH
def test_what_is_damaged_is_refused(compress, read):
    whole = bytearray(compress(b"[1, 2, 3]"))
    whole[-2] ^= 0xFF  # the checksum, or the size
    for content in (bytes(whole), b"no archive", b"\x1f\x8b", b"PK\x03\x04"):
        with pytest.raises(ValueError, match=r"cut|damaged"):
            read(content, MOST)
