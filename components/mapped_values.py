"""What the mapping file did to a job, in its side panel."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.mapping_link import mapping_button
from components.values import crumbs, value_text
from core.jobsettings.secrets import mask
from core.mapping.mapped_value import MISSING, MappedValue

_RUN_AS = "run_as"
_HEADS = ("Field", "In Git", "Here", "Rule")


def mapped_here(
    values: Sequence[MappedValue], people: Mapping[str, str] | None = None
) -> Component | None:
    """List the values that an entry of the mapping file made different from Git.

    Args:
        people: what identities are called, by the name that settings have for them.
    """
    if not values:
        return None
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in _HEADS])),
            html.Tbody([_row(value, people or {}) for value in values]),
        ],
        className="plain-table changes",
    )
    return html.Details(
        [html.Summary(f"Mapped here ({len({value.path for value in values}):,})"), table],
        className="panel-more",
        open=True,
    )


def _row(value: MappedValue, people: Mapping[str, str]) -> Component:
    return html.Tr(
        [
            html.Td(crumbs(value.path), className="crumbs"),
            html.Td(_side(value.path, value.source, people), className="value-current"),
            html.Td(_side(value.path, value.target, people), className="value-desired"),
            html.Td(_rule(value)),
        ]
    )


def _side(path: str, value: Any, people: Mapping[str, str]) -> Component:
    if path == _RUN_AS and isinstance(value, dict) and len(value) == 1:
        [name] = map(str, value.values())
        return html.Span(people.get(name, name), title=name)
    shown = None if value is MISSING else mask(path, value)
    return value_text(shown, "nothing")


def _rule(value: MappedValue) -> Component:
    """Name the entry; its line leads to it in the Mappings tab."""
    section = value.section.rpartition(".")[2]
    parts: list[Component] = [html.Span(f"{section} "), html.Code(value.name)]
    if value.line:
        line = mapping_button(
            value.section, value.name, f"line {value.line:,}", "Show it in the Mappings tab"
        )
        parts += [html.Br(), line]
    return html.Span(parts)
