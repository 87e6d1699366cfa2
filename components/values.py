"""A place in settings and its value, as people read them. A value is text, never markup."""

import json
from typing import Any

from dash import html
from dash.development.base_component import Component

from core.jobsettings.places import steps_of

_LISTS = {
    "tasks": "task",
    "job_clusters": "job cluster",
    "environments": "environment",
    "parameters": "parameter",
    "depends_on": "depends on",
}
_LONGEST_VALUE = 4000


def crumbs(path: str) -> list[Component]:
    """Return a path as people read it: task `load` › notebook_task › date."""
    parts: list[Component] = []
    previous = ""
    for name, is_element in steps_of(path):
        if is_element and previous in _LISTS:
            parts[-1] = html.Span([f"{_LISTS[previous]} ", html.Code(name)])
        else:
            parts.append(html.Span(html.Code(name) if is_element else name))
        previous = "" if is_element else name
    joined: list[Component] = []
    for number, part in enumerate(parts):
        if number:
            joined.append(html.Span("›", className="crumb-arrow"))
        joined.append(part)
    return joined


def value_text(value: Any, absent: str = "not set") -> Component:
    """Return a value of any type; None is shown as `absent`."""
    if value is None:
        return html.Span(absent, className="quiet")
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}\n… {len(text) - _LONGEST_VALUE:,} more characters"
    return html.Pre(text)
