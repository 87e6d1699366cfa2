"""Compressed bytes, made plain within a bound: 400 kB of zeros become a gigabyte."""

import zlib

_ZLIB, _GZIP = zlib.MAX_WBITS, zlib.MAX_WBITS | 16  # source: zlib.h, inflateInit2


def inflate(content: bytes, most_bytes: int) -> bytes:
    """Return what zlib compressed. Never holds more than `most_bytes`.

    Raises:
        ValueError: it is damaged, cut, followed by something else, or larger than that.
    """
    return _inflate(content, most_bytes, _ZLIB)


def gunzip(content: bytes, most_bytes: int) -> bytes:
    """Return the one member of a gzip file, as `inflate` does. We never write two."""
    return _inflate(content, most_bytes, _GZIP)


def _inflate(content: bytes, most_bytes: int, format_: int) -> bytes:
    stream = zlib.decompressobj(format_)
    try:
        plain = stream.decompress(content, most_bytes + 1)
    except zlib.error as error:
        raise ValueError("The compressed content is damaged.") from error
    if len(plain) > most_bytes:
        raise ValueError("The compressed content is larger than it can be.")
    if not stream.eof or stream.unused_data:
        raise ValueError("The compressed content is cut, or something follows it.")
    return plain
