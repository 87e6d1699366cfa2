"""What the mapping file did to a job, in its side panel."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.values import crumbs, value_text
from core.jobsettings.secrets import mask
from core.mapping.mapped_value import MISSING, MappedValue

_HEADS = ("Field", "In Git", "Here", "Rule")


def mapped_here(values: Sequence[MappedValue]) -> Component | None:
    """List the values that an entry of the mapping file made different from Git."""
    if not values:
        return None
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in _HEADS])),
            html.Tbody([_row(value) for value in values]),
        ],
        className="plain-table changes",
    )
    return html.Details(
        [html.Summary(f"Mapped here ({len({value.path for value in values}):,})"), table],
        className="panel-more",
        open=True,
    )


def _row(value: MappedValue) -> Component:
    return html.Tr(
        [
            html.Td(crumbs(value.path), className="crumbs"),
            html.Td(_side(value.path, value.source), className="value-current"),
            html.Td(_side(value.path, value.target), className="value-desired"),
            html.Td(_rule(value)),
        ]
    )


def _side(path: str, value: Any) -> Component:
    shown = None if value is MISSING else mask(path, value)
    return value_text(shown, "nothing")


def _rule(value: MappedValue) -> Component:
    """Name the entry; its line leads to it in the Mappings tab."""
    section = value.section.rpartition(".")[2]
    parts: list[Component] = [html.Span(f"{section} "), html.Code(value.name)]
    if value.line:
        line = html.Button(
            f"line {value.line:,}",
            type="button",
            className="link-button",
            **{"data-mapping-section": value.section, "data-mapping-name": value.name},
        )
        parts += [html.Br(), line]
    return html.Span(parts)
