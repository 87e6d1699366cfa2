"""The library that draws the graph: served by the app, loaded when a graph is first opened."""

from collections.abc import Callable

import dash_cytoscape
from dash.fingerprint import build_fingerprint

_FOLDER = "_dash-component-suites/dash_cytoscape"


def _take_over() -> str:
    """Choose the build with the layered layout and keep it out of the page's first load."""
    dash_cytoscape.load_extra_layouts()
    [script] = dash_cytoscape._js_dist
    script["async"] = "lazy"  # Dash serves it then, and does not name it in the page
    path = f"{_FOLDER}/{script['relative_package_path']}"
    fingerprinted: Callable[[str, str, str], str] = build_fingerprint
    return fingerprinted(path, dash_cytoscape.__version__, "0")


GRAPH_SCRIPT = _take_over()
"""Its address below the page's base; the version is in it, so that browsers keep it for a year."""
