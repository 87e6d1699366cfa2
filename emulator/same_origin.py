"""Keeps pages of other sites from using a workspace through the user's browser."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import request


def is_local_host() -> bool:
    """Return whether the `Host` is an address or `localhost`.

    Any other name may belong to a site that points it at this machine (DNS rebinding).
    """
    name = urlsplit(f"//{request.host}").hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return True


def is_local_caller() -> bool:
    """Return whether the request comes from this machine, under a name that means it."""
    address = request.remote_addr
    is_local = address is not None and ipaddress.ip_address(address).is_loopback
    return is_local and is_local_host()


def is_same_origin() -> bool:
    """Return whether the request comes from our own page or from a client other than a browser.

    Browsers send `Origin` with each POST and `Sec-Fetch-Site` with each request to this machine.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")
