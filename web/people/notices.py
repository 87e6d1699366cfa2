"""Pages without scripts, for who cannot be shown the page: what is wrong, and what to do."""

from collections.abc import Iterable

from flask import Response, jsonify
from markupsafe import Markup, escape

from web.people.identity import User
from web.roles import People
from web.settings import PageSettings

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Job Sync</title><link rel="stylesheet" href="{base}assets/nobody.css"></head><body><main>
<h1>{title}</h1>
{text}</main></body></html>
"""
_NOBODY = Markup("""<p>This page shows jobs only to people it knows, and nothing in this request
says who you are.</p>
<p>For its operator: behind a proxy that signs users in, set <code>TRUSTED_USER_HEADER</code> to the
header that names the user. On your own machine, set <code>AUTH=none</code>. In a Databricks App the
platform does it.</p>""")
_NOWHERE = Markup("""<p>The page has no such address. <a href="{base}">Open the page</a>.</p>
<p>For its operator: where a proxy serves the page below a path, set <code>BASE_PATH</code> to that
path.</p>""")
_BELOW = Markup("""<p>The proxy serves this page below a path, and the page does not know it.</p>
<p>For its operator: set <code>BASE_PATH</code> to that path, or give the page a host name of its
own.</p>""")
_STRANGER = Markup("""<p>You are signed in as <b>{name}</b>, who may neither look at this page nor
change anything here. Ask one of these people, who may change jobs here, for access:</p>
{operators}{viewers}
<p class="quiet">Has somebody just given you access? Reload this page.</p>
<p class="quiet">For whoever runs this app: <code>OPERATORS</code> lists who may change jobs,
<code>VIEWERS</code> who may look. Membership through nested groups may not show, and nobody’s
groups show unless the app is a workspace admin; who is listed by name always gets in.</p>""")
_UNCONFIRMED = Markup("""<p>You are signed in as <b>{name}</b>. {problem}</p>
<p>Reload this page in a moment.</p>
<p class="quiet">For whoever runs this app: people who are listed by name in
<code>OPERATORS</code> or <code>VIEWERS</code> can look while the workspace does not answer.</p>""")
_MOST_SHOWN = 20


def nobody(base: str) -> Response:
    """Return what is shown to people who are not signed in."""
    return _notice(401, "Nobody is signed in", _NOBODY, base)


def nowhere(base: str) -> Response:
    """Return what is shown at an address that the page does not have."""
    return _notice(404, "Nothing is here", _NOWHERE, base)


def below_a_path(base: str) -> Response:
    """Return what is shown when a proxy cuts off a path that the page was not configured for."""
    return _notice(404, "BASE_PATH is not set", _BELOW, base)


def stranger(user: User, page: PageSettings) -> Response:
    """Return what is shown to who is signed in and has no role: whom to ask."""
    if user.problem:
        text = _UNCONFIRMED.format(name=escape(user.name), problem=escape(user.problem))
        return _page(503, "Your role could not be confirmed", text, page.base)
    text = _STRANGER.format(
        name=escape(user.name), operators=_listed(page.operators), viewers=_viewers(page.viewers)
    )
    return _page(403, "You do not have access", text, page.base)


def refused(message: str, status: int = 403) -> Response:
    """Return what scripts get in place of an answer; they show the message."""
    answer = jsonify({"message": message})
    answer.status_code = status
    return answer


def stranger_sentence(user: User, page: PageSettings) -> str:
    """Say the same in one sentence, for scripts and downloads."""
    if user.problem:
        return user.problem
    people = page.operators
    whom = [*(f"members of the group “{group}”" for group in people.groups), *people.names]
    return f"{user.name} does not have access. Ask {_or_others(whom)}."


def _or_others(whom: list[str]) -> str:
    shown = whom[:_MOST_SHOWN]
    more = len(whom) - len(shown)
    return " or ".join(shown) + (f" or {more} others" if more else "")


def _viewers(viewers: People) -> Markup:
    if not (viewers.names or viewers.groups):
        return Markup()
    return Markup("<p>These may look without changing anything:</p>{}").format(_listed(viewers))


def _listed(people: People) -> Markup:
    """Return people as the configuration names them; all of it is text."""
    lines = [
        *(Markup("members of the group “<b>{}</b>”").format(group) for group in people.groups),
        *(Markup("<b>{}</b>").format(name) for name in people.names),
    ]
    more = len(lines) - _MOST_SHOWN
    shown = [*lines[:_MOST_SHOWN], *([Markup("and {} others").format(more)] if more > 0 else [])]
    return Markup("<ul>{}</ul>").format(_items(shown))


def _items(lines: Iterable[Markup]) -> Markup:
    return Markup().join(Markup("<li>{}</li>").format(line) for line in lines)


def _notice(status: int, title: str, text: Markup, base: str) -> Response:
    return _page(status, title, text.format(base=base), base)


def _page(status: int, title: str, text: Markup, base: str) -> Response:
    page = _PAGE.format(title=title, text=text, base=base)
    return Response(page, status=status, mimetype="text/html")
