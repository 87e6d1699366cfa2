"""Collects what no page may do: errors, requests to other hosts, breaches of its own policy."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

_TELL_BREACHES = """
addEventListener("securitypolicyviolation", event => console.error(
  "content policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""
_OWN_SCHEMES = {"data", "blob", "about"}


class Watch:
    """What a test's pages complained about, save what the test announced."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def begin(self) -> None:
        self._expected.clear()

    def expects(self, *patterns: str) -> None:
        """Announce a complaint that this test provokes."""
        self._expected.extend(re.compile(pattern) for pattern in patterns)

    def complaints(self) -> list[str]:
        """Return what was found since the last call."""
        found, self._found = self._found, []
        return [
            text for text in found if not any(pattern.search(text) for pattern in self._expected)
        ]

    def follow(self, context: BrowserContext, url: str) -> None:
        """Listen to all pages of a window; `url` is the only host that they may ask."""
        own = urlsplit(url).netloc

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self._found.append(f"console: {message.text} {message.location.get('url', '')}")

        def on_error(error: WebError) -> None:
            self._found.append(f"error: {error.error}")

        def on_request(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in _OWN_SCHEMES and parts.netloc != own:
                self._found.append(f"other host: {request.url}")

        context.on("console", on_console)
        context.on("weberror", on_error)
        context.on("request", on_request)
        context.add_init_script(_TELL_BREACHES)
