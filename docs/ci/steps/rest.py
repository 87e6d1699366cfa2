"""Calls of a provider's REST API that carry JSON, with the standard library alone."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT_S = 30
_MAX_PAGES = 50
_NEXT = re.compile(r'<([^<>]*)>;\s*rel="next"')

Json = dict[str, Any]


class ProviderError(Exception):
    """The provider refused a call or did not answer."""


class Rest:
    """One API below one address. The token travels in a header and is never repeated."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self._address = address.rstrip("/")
        self._headers = headers

    def call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Any:
        """Send one request and return its answer.

        Raises:
            ProviderError: says what was refused, with the provider's own message.
        """
        return self._send(method, self._url(path, query), body)[0]

    def pages(self, path: str, **query: Any) -> list[Json]:
        """Return the items of a list, of all its pages."""
        url, items = self._url(path, {**query, "per_page": 100}), []
        for _ in range(_MAX_PAGES):
            page, following = self._send("GET", url, None)
            items += page
            found = _NEXT.search(following)
            if not found:
                break
            url = urljoin(url, found[1])
            if urlsplit(url)[:2] != urlsplit(self._address)[:2]:
                raise ProviderError(f"{path}: the next page is on another server.")
        return items

    def _url(self, path: str, query: Mapping[str, Any]) -> str:
        return f"{self._address}/{path}" + (f"?{urlencode(query)}" if query else "")

    def _send(self, method: str, url: str, body: Json | None) -> tuple[Any, str]:
        request = urllib.request.Request(  # noqa: S310 - the provider's own address
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **self._headers},
        )
        shown = f"{method} {urlsplit(url).path}"
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                content = answer.read()
                return json.loads(content or b"null"), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            text = " ".join(error.read(2000).decode(errors="replace").split())
            raise ProviderError(f"{shown} was refused with {error.code}: {text}") from None
        except (OSError, ValueError) as error:
            raise ProviderError(f"{shown} failed: {error}") from None
