"""Pages without scripts, for who cannot be shown the page: what is wrong, and what to do."""

from flask import Response

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Job Sync</title><link rel="stylesheet" href="{base}assets/nobody.css"></head><body><main>
<h1>{title}</h1>
{text}</main></body></html>
"""
_NOBODY = """<p>This page shows jobs only to people it knows, and nothing in this request says
who you are.</p>
<p>For its operator: behind a proxy that signs users in, set <code>TRUSTED_USER_HEADER</code> to the
header that names the user. On your own machine, set <code>AUTH=none</code>. In a Databricks App the
platform does it.</p>"""
_NOWHERE = """<p>The page has no such address. <a href="{base}">Open the page</a>.</p>
<p>For its operator: where a proxy serves the page below a path, set <code>BASE_PATH</code> to that
path.</p>"""
_BELOW = """<p>The proxy serves this page below a path, and the page does not know it.</p>
<p>For its operator: set <code>BASE_PATH</code> to that path, or give the page a host name of its
own.</p>"""


def nobody(base: str) -> Response:
    """Return what is shown to people who are not signed in."""
    return _notice(401, "Nobody is signed in", _NOBODY, base)


def nowhere(base: str) -> Response:
    """Return what is shown at an address that the page does not have."""
    return _notice(404, "Nothing is here", _NOWHERE, base)


def below_a_path(base: str) -> Response:
    """Return what is shown when a proxy cuts off a path that the page was not configured for."""
    return _notice(404, "BASE_PATH is not set", _BELOW, base)


def _notice(status: int, title: str, text: str, base: str) -> Response:
    page = _PAGE.format(title=title, text=text.format(base=base), base=base)
    return Response(page, status=status, mimetype="text/html")
