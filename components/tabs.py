"""The tabs of the page, each with its address, its label and the APP_MODE that it belongs to."""

from dataclasses import dataclass

from components import ids
from core.settings import AppMode


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. `name` is its address and what its ids begin with; `nav` the id of its link, `pane`
    that of what it shows.

    `mode` is the APP_MODE that it belongs to, None for a tab of every deployment. `within` is the
    tab below whose address it is, and whose link is marked while it is open, empty for its own.
    """

    name: str
    label: str
    nav: str
    pane: str
    mode: AppMode | None = None
    within: str = ""


TABS = (
    Tab("export", "Export", ids.NAV_EXPORT, ids.PANE_EXPORT, AppMode.EXPORT),
    Tab("import", "Import", ids.NAV_IMPORT, ids.PANE_IMPORT, AppMode.IMPORT),
    Tab("mappings", "Mappings", ids.NAV_MAPPINGS, ids.PANE_MAPPINGS),
    Tab("history", "History", ids.NAV_HISTORY, ids.PANE_HISTORY),
    Tab("restore", "Restore", ids.NAV_HISTORY, ids.PANE_RESTORE, AppMode.IMPORT, "history"),
    Tab("workspace", "Workspace", ids.NAV_WORKSPACE, ids.PANE_WORKSPACE),
)


ADDRESSES = tuple(tab.name for tab in TABS if not tab.within)
"""The first parts of the addresses of tabs."""


def tabs_of(mode: AppMode) -> tuple[str, ...]:
    """Return the names of the tabs that a deployment shows."""
    return tuple(tab.name for tab in TABS if mode.allows(tab.mode))


def has_page(path: str) -> bool:
    """Whether an address is the page's: its own, that of a tab, or of an entry of the history.

    Such an entry may have a tab of its own, as `/history/<entry>/restore`.
    """
    name, *rest = path.strip("/").split("/")
    if name == "history":
        return len(rest) < 2 or rest[1:] in [[tab.name] for tab in TABS if tab.within]
    return not rest and name in {"", *ADDRESSES}
