"""Whether a request comes from a page of ours: names of hosts, compared as browsers mean them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from web.header_text import Headers, text_of

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?P<name>\[[^\[\]]+\]|[^\s\[\]:/\\?#@,;\"<>%]+)(?::(?P<port>[0-9]{0,5}))?")
_LOCAL = ("localhost", "127.0.0.1", "::1")
# What proxies call the host that the browser asked for. A page of another site cannot send these:
# a browser asks first whether it may, by an OPTIONS request that we never allow. So a name in any
# of them, at any hop, is as good as Host for knowing our own pages; it is used for nothing else.
_PROXY_HEADERS = ("X-Forwarded-Host", "X-Original-Host")
_FORWARDED = re.compile(r"(?:^|[;,])\s*host=(?:\"([^\"]*)\"|([^\";,\s]*))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Host:
    """A host by its name as browsers write it; port None for the default of its scheme."""

    name: str
    port: int | None = None

    @property
    def is_local(self) -> bool:
        """Whether only this machine is called so."""
        return self.name in _LOCAL


def host_of(text: str) -> Host | None:
    """Read a name with an optional port, None when it is neither."""
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return None
    name = _canonical(match["name"].lower())
    port = int(match["port"]) if match["port"] else None
    if not name or (port is not None and not 0 < port < 65536):
        return None
    return Host(name, port)


def comes_from_us(headers: Headers) -> bool:
    """Whether the page that sent this is one that we serve, by its Origin; without one, it is."""
    origin = headers.get("Origin", "")
    if not origin:
        return True
    scheme, host = _split_origin(origin)
    default = _DEFAULT_PORTS.get(scheme)
    if host is None or default is None:
        return False
    wanted = (host.name, host.port or default)
    return any((name.name, name.port or default) == wanted for name in _our_names(headers))


def _our_names(headers: Headers) -> Iterator[Host]:
    asked = [text_of(headers.get("Host", "") or "")]
    for header in _PROXY_HEADERS:
        asked += text_of(headers.get(header, "") or "").split(",")
    for quoted, plain in _FORWARDED.findall(headers.get("Forwarded", "") or ""):
        asked.append(quoted or plain)
    ports = [host_of(f"x:{port.strip()}") for port in _list(headers, "X-Forwarded-Port")]
    for host in filter(None, map(host_of, asked)):
        yield host
        if host.port is None:
            yield from (Host(host.name, port.port) for port in ports if port)


def _list(headers: Headers, name: str) -> list[str]:
    return [part for part in (headers.get(name, "") or "").split(",") if part.strip()]


def _split_origin(origin: str) -> tuple[str, Host | None]:
    try:
        parts = urlsplit(origin)
    except ValueError:  # http://[::1
        return "", None
    is_origin = not (parts.path or parts.query or parts.fragment)
    return parts.scheme, host_of(parts.netloc) if is_origin else None


def _canonical(name: str) -> str:
    """Return a name in the one form that all its spellings share, empty when it has none."""
    if name.startswith("["):
        return _address(name[1:-1])
    try:
        return name.removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _address(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError:
        return ""
