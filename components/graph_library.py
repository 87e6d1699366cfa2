"""The library that draws the graph. The app serves it, and the page loads it when a graph is opened."""

import dash_cytoscape
from dash.fingerprint import build_fingerprint

_FOLDER = "_dash-component-suites/dash_cytoscape"


def _take_over() -> str:
    """Choose the build with the layered layout and keep it out of the page's first load."""
    dash_cytoscape.load_extra_layouts()
    [script] = dash_cytoscape._js_dist
    script["async"] = "lazy"  # Dash serves it then, and does not name it in the page
    path = f"{_FOLDER}/{script['relative_package_path']}"
    address: str = build_fingerprint(path, dash_cytoscape.__version__, "0")
    return address


GRAPH_SCRIPT = _take_over()
"""Its address below the page's base; the version is in it, so that browsers keep it for a year."""
