"""The tabs of the page, each with its address, its label and the APP_MODE that it belongs to."""

from dataclasses import dataclass

from components import ids
from core.settings import AppMode


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. `name` is its address and what its ids begin with; `nav` the id of its link, `pane`
    that of what it shows.

    `mode` is the APP_MODE that it belongs to, None for a tab of every deployment.
    """

    name: str
    label: str
    nav: str
    pane: str
    mode: AppMode | None = None


TABS = (
    Tab("export", "Export", ids.NAV_EXPORT, ids.PANE_EXPORT, AppMode.EXPORT),
    Tab("import", "Import", ids.NAV_IMPORT, ids.PANE_IMPORT, AppMode.IMPORT),
    Tab("mappings", "Mappings", ids.NAV_MAPPINGS, ids.PANE_MAPPINGS),
    Tab("history", "History", ids.NAV_HISTORY, ids.PANE_HISTORY),
    Tab("workspace", "Workspace", ids.NAV_WORKSPACE, ids.PANE_WORKSPACE),
)


def tabs_of(mode: AppMode) -> tuple[str, ...]:
    """Return the names of the tabs that a deployment shows."""
    return tuple(tab.name for tab in TABS if mode.allows(tab.mode))


def has_page(path: str) -> bool:
    """Whether an address is the page's: its own, that of a tab, or of an entry of the history."""
    name, *rest = path.strip("/").split("/")
    if name == "history":
        return len(rest) < 2
    return not rest and name in {"", *(tab.name for tab in TABS)}
