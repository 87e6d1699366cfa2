"""The Workspace tab: Workspace Information and Resource Mappings."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from components.icons import icon
from components.moments import moment
from components.operation_button import operation_button
from components.words import plural
from core.errors import Issue
from core.mapping.use import MappingEntry
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.reporting.details import Whereabouts, WorkspaceInformation
from core.reporting.write_access import PlaceAccess

# Source: docs.databricks.com/resources/limits: per workspace, and per Git folder.
JOB_LIMIT = 12_000
FILE_LIMIT = 10_000
_LIST = "issue-list panel-issues"


def workspace_tab() -> Component:
    """Return the tab; the feed fills it."""
    return html.Section(
        [
            html.H2("Workspace", className="visually-hidden"),
            html.Div(
                [
                    operation_button(
                        OperationKind.INFO,
                        ids.WORKSPACE_RELOAD,
                        [icon("reload"), "Refresh"],
                        "button-quiet",
                        **{"data-at-first": "true"},
                    ),
                    html.Div(id=ids.WORKSPACE_PROGRESS),
                ],
                className="list-head",
            ),
            html.Div(id=ids.WORKSPACE_BODY),
        ],
        id=ids.PANE_WORKSPACE,
        className="pane",
        hidden=True,
    )


def workspace_view(
    operation: Operation | None, host: str, git_href: str, versions: Mapping[str, str]
) -> Component:
    """Show what the last reading found."""
    if operation is None or (operation.outcome is None and not operation.error):
        return html.P("Reading the workspace …", className="card quiet empty")
    if operation.status is not Status.SUCCEEDED:
        return html.Div([html.Pre(operation.error)], className="card issues issue-list")
    outcome = operation.outcome or Outcome()
    return html.Div(
        [
            _information(outcome.information, host, git_href, versions, operation.finished),
            _mappings(outcome.information, outcome.issues),
        ],
        className="workspace-grid",
    )


def _information(
    found: WorkspaceInformation,
    host: str,
    git_href: str,
    versions: Mapping[str, str],
    read_at: float,
) -> Component:
    where, git, contents = found.where, found.where.git, found.contents
    admin = "a workspace admin" if where.is_admin else "admin rights not confirmed"
    folder: str | Component = git.folder
    if git_href:
        folder = html.A(folder, href=git_href, target="_blank", rel="noopener noreferrer")
    last_change = contents.last_change_ms
    facts = (
        ("Host", host),
        ("Workspace id", where.workspace_id),
        ("Principal", [_principal(where), f", {admin}"]),
        ("Mode", where.app_mode),
        ("Git folder", folder),
        ("Repository", git.url),
        ("Branch and commit", f"{git.branch} · {git.commit[:10]}" if git.commit else git.branch),
        ("Definitions folder", where.definitions_folder),
        ("Last file change", moment(last_change / 1000) if last_change else "unknown"),
        ("State folder", found.state_folder),
        ("Seals", "on" if found.is_sealed else "off: STATE_KEY is not set"),
        ("Other JSON files", f"{contents.other_json_files:,}"),
        ("Unreadable files", f"{contents.unreadable_files:,}"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("Read at", moment(read_at)),
    )
    rows = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts if value]
    return html.Div(
        [
            html.H3("Workspace Information"),
            html.Div(
                [
                    _limit("Jobs", found.jobs, JOB_LIMIT),
                    _limit("Definition files", contents.definitions, FILE_LIMIT),
                ],
                className="limits",
            ),
            html.Dl(rows, className="facts"),
            *_access(found.access),
        ],
        className="card",
    )


def _access(places: Sequence[PlaceAccess]) -> list[Component]:
    """Show who may write the places that decide what the app does; warnings first."""
    if not places:
        return []
    warnings = [place.warning for place in places if place.warning]
    rows = [html.Div([html.Dt(str(place.place)), html.Dd(place.words)]) for place in places]
    return [
        html.H4("Who may write"),
        *(
            [html.Ul([html.Li(html.Pre(text)) for text in warnings], className=_LIST)]
            if warnings
            else []
        ),
        html.Dl(rows, className="facts"),
    ]


def _principal(where: Whereabouts) -> Component:
    """Show the principal by its name for people, its id in the tooltip."""
    name = where.principal_name or where.principal
    return html.Span(name, title=where.principal) if name != where.principal else html.Span(name)


def _limit(name: str, used: int, limit: int) -> Component:
    return html.Div(
        [
            html.Div([html.Strong(f"{used:,}"), html.Span(f" {name}")]),
            html.Progress(
                value=str(used), max=str(limit), className="bar", **{"aria-label": f"{name} used"}
            ),
            html.Div(f"of {limit:,}", className="quiet"),
        ],
        className="limit",
    )


def _mappings(found: WorkspaceInformation, issues: Sequence[Issue]) -> Component:
    if not found.mapping_file:
        note = "No mapping file is configured: names are used unchanged."
        return html.Div([html.H3("Resource Mappings"), html.P(note)], className="card")
    return html.Div(
        [
            html.Div(
                [
                    html.H3("Resource Mappings"),
                    html.Button(
                        "Show",
                        type="button",
                        className="button",
                        **{"data-go-tab": "mappings"},
                    ),
                ],
                className="card-head",
            ),
            html.P(html.Code(found.mapping_file)),
            _problems(issues),
            _summary(found.mapping.entries),
        ],
        className="card",
    )


def _problems(issues: Sequence[Issue]) -> Component | None:
    if not issues:
        return None
    return html.Ul(
        [html.Li(html.Pre(issue.message)) for issue in issues],
        className=_LIST,
    )


def _summary(entries: Sequence[MappingEntry] | None) -> Component | None:
    """Say how much the file holds; the Mappings tab shows what."""
    if entries is None:
        return None
    if not entries:
        return html.P("The file contains no mappings.", className="quiet")
    count = plural(len(entries), "entry") if len(entries) == 1 else f"{len(entries):,} entries"
    sections = len({entry.section for entry in entries})
    unused = sum(1 for entry in entries if not entry.jobs)
    return html.P(
        f"{count} in {plural(sections, 'section')}, {unused:,} not used by any definition.",
        className="quiet",
    )
