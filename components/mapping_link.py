"""What leads from a name that is not mapped to its line in the Mappings tab."""

from dash import html
from dash.development.base_component import Component


def mapping_button(
    section: str,
    name: str,
    label: str,
    title: str = "Map it in the Mappings tab",
    className: str = "link-button",  # noqa: N803 - as Dash calls it
) -> Component:
    """Return a button that opens the Mappings tab at an entry, or where it is to be added."""
    return html.Button(
        label,
        type="button",
        className=className,
        title=title,
        **{"data-map-section": section, "data-map-name": name},
    )
