"""What the page's scripts get: ids, tabs, labels and sentences. They type none of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from components import ids
from components.forms import Forms, forms
from components.graph_library import GRAPH_SCRIPT
from components.mapping_words import MAPPING_TEXTS, MAPPING_WORDS
from components.origins import ORIGIN_CELLS
from components.tabs import Tab
from components.views import MARKS
from components.words import WORDS, label_of
from core.operations.grid_row import Pick, RowState
from core.operations.kinds import OperationKind
from core.planning.statuses import RowStatus

IMPORT_BUTTON = forms("Import New and Changed Jobs ({n})")
REMOVE_BUTTON = forms("Remove Deleted Jobs ({n})")
RESTORE_BUTTON = forms("Restore {n} job …", "Restore {n} jobs …")
ADOPT_BUTTON = forms("Adopt {n} matching job", "Adopt {n} matching jobs")

# The words for a row, by kind of operation, state and status.
LABELS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    kind: {
        state: {status: label_of(kind, status, state) for status in RowStatus} for state in RowState
    }
    for kind in WORDS
}

# By the code of a risk.
BADGES: Mapping[str, str] = {
    "becomes_active": "starts by itself",
    "source_ids": "ids inside",
    "run_as": "run as",
    "compute": "compute",
    "notifications": "notifications",
    "tasks_removed": "tasks removed",
    "active_runs": "running now",
    "active_runs_unknown": "runs unknown",
    "path_absent": "path missing",
    "path_unknown": "path unknown",
    "run_as_role": "role",
    "ignored_by_git": "ignored by Git",
    "left_to_policy": "left to policy",
    "ambiguous_name": "ambiguous name",
    "not_exported": "job not exported",
    "undone": "will be mapped",
    "secret_in_git": "secret in Git",
    "secret_allowed": "allowed secret",
    "maybe_secret": "may be secret",
}

# What is ticked at first among the rows of a plan, by the kind of operation that made it.
_PICKS: Mapping[str, str] = {
    OperationKind.VALIDATE: Pick.IMPORT,
    OperationKind.PLAN_RESTORE: Pick.RESTORE,
}

_TEXTS: Mapping[str, str | Forms] = {
    "title": "{tab} · {workspace} · Job Sync",
    "done": "Done",
    "notDone": "Not done",
    "tick": "Nothing is selected: select jobs in the table ({n}).",
    "hidden": forms(
        "{n} of them is hidden by the search or a filter.",
        "{n} of them are hidden by the search or a filter.",
    ),
    "removalQuestion": forms(
        *(
            f"Removes {jobs} from {{workspace}}, with run history and permissions. A snapshot of "
            "each job is saved first."
            for jobs in ("1 job", "{n} jobs")
        )
    ),
    "doubt": "needs a tick",
    "doubts": forms(
        "1 job needs a tick of its own. Without it, the job is left as it is.",
        "{n} jobs each need a tick of their own. Without it, a job is left as it is.",
    ),
    "restoreConfirm": forms("Restore {n} job", "Restore {n} jobs"),
    "restoreCreates": forms("1 job will be created again", "{n} jobs will be created again"),
    "restoreSetsBack": forms("1 job will be set back", "{n} jobs will be set back"),
    "restoreRemoves": forms(
        "1 job will be removed, with run history and permissions",
        "{n} jobs will be removed, with run history and permissions",
    ),
    "restoreNothing": "No job is confirmed yet: tick one, or cancel.",
    "restoreOnly": "Only “{job}” is selected at first.",
    "restoreNotHere": "“{job}” cannot be restored from this operation.",
    "signedOut": "Your session has ended. Reload the page to sign in.",
    "noAnswer": "The app is not responding. Trying again …",
    "cannotCopy": "Your browser blocked copying. Select the text and copy it yourself.",
    "rowGone": "The details of this row have expired. Run the operation again to see them.",
    "panelLoading": "Loading …",
    "panelFailed": "This could not be loaded. Close the panel and open it again.",
    "log": "Detailed log",
    "logGone": "The log has expired.",
    "logEmpty": "Nothing was logged.",
    "logNoMatch": "No line matches.",
    "logSearch": "Search the log",
    "logDownload": "Download",
    "logAll": "All",
    "logWarning": "Warning",
    "logError": "Error",
    "graphLabel": "Graph of the jobs: {what}. The table has the same facts.",
    "graphRuns": "runs",
    "graphTriggers": "triggers",
    "graphJobs": forms("1 job", "{n} jobs"),
    "graphArrows": forms("1 arrow", "{n} arrows"),
    "graphLeft": forms(
        "1 job without arrows is not drawn.", "{n} jobs without arrows are not drawn."
    ),
    "graphMany": forms(
        "{n} jobs are too many to draw at once. Filter them by a status or by the search, or open "
        "a job and choose “What this needs” or “What needs this”."
    ),
    "graphNone": "No job to draw. The graph shows the rows of the table.",
    "graphNeeds": forms(
        "“{job}” needs 1 job, directly or through others.",
        "“{job}” needs {n} jobs, directly or through others.",
    ),
    "graphNeedsNone": "“{job}” needs no other job.",
    "graphNeeded": forms(
        "1 job needs “{job}”, directly or through others.",
        "{n} jobs need “{job}”, directly or through others.",
    ),
    "graphNeededNone": "No other job needs “{job}”.",
    "graphFailed": "The graph could not be loaded. Choose it again to retry.",
    "timelineNone": "There are no rows yet. The timeline shows when their jobs start.",
    "timelineGone": "When the jobs start is no longer known. Run the operation again to see it.",
    "timelineFailed": "The timeline could not be loaded. Choose it again to retry.",
    "timelineNow": "Now",
    "timelineAfter": "After importing the selected jobs",
    "timelineHere": "In this workspace",
    "timelineSum": forms(
        "1 job starts by itself in the next 24 hours",
        "{n} jobs start by themselves in the next 24 hours",
    ),
    "timelineJobs": forms("1 job", "{n} jobs"),
    "timelineBar": "{from} to {to}: {jobs}",
    "timelineBusiest": "Busiest",
    "timelineList": "{side}, {from} to {to}: {jobs}",
    "timelineMore": forms("and 1 more", "and {n} more"),
    "timelineQuiet": "No job starts by itself in the next 24 hours.",
    "timelineUntimed": forms(
        "1 active trigger has no time known in advance: a continuous job, a file that arrives, a "
        "table that changes, another job that ends, or an interval.",
        "{n} active triggers have no time known in advance: continuous jobs, files that arrive, "
        "tables that change, other jobs that end, or intervals.",
    ),
    "timelinePaused": forms(
        "1 schedule or trigger is paused.", "{n} schedules and triggers are paused."
    ),
    "timelineUnread": forms(
        "1 schedule cannot be read and is left out.",
        "{n} schedules cannot be read and are left out.",
    ),
    "timelineCut": "There are too many starts to work out all of them; some are left out.",
    "timelineZone": "Times in {zone}.",
    **MAPPING_TEXTS,
}

_IDS: Mapping[str, str] = {
    "toast": ids.TOAST,
    "startRequest": ids.START_REQUEST,
    "cancelRequest": ids.CANCEL_REQUEST,
    "historyRequest": ids.HISTORY_REQUEST,
    "historyList": ids.HISTORY_LIST,
    "historyEntry": ids.HISTORY_ENTRY,
    "mappingsRequest": ids.MAPPINGS_REQUEST,
    "connectionProblem": ids.CONNECTION_PROBLEM,
    "removeDialog": ids.REMOVE_DIALOG,
    "removeDoubts": ids.REMOVE_DOUBTS,
    "restoreDialog": ids.RESTORE_DIALOG,
    "restoreAsked": ids.RESTORE_ASKED,
    "restoreTyped": ids.RESTORE_TYPED,
    "restoreNumber": ids.RESTORE_NUMBER,
    "restoreConfirm": ids.RESTORE_CONFIRM,
    "restoreOnly": ids.RESTORE_ONLY,
    "removeQuestion": ids.REMOVE_QUESTION,
    "removeList": ids.REMOVE_LIST,
    "removeNumber": ids.REMOVE_NUMBER,
    "removeConfirm": ids.REMOVE_CONFIRM,
}


def script_config(key: str, workspace: str, tabs: Iterable[Tab], base: str = "/") -> dict[str, Any]:
    """Return what `jobsync.config()` gives to the scripts, as JSON.

    Args:
        key: identifies the workspace in the browser's storage.
        tabs: those that may be opened.
        base: the path below which the page is served.
    """
    return {
        "base": base,
        "key": key,
        "workspace": workspace,
        "tabs": [
            {
                "name": tab.name,
                "label": tab.label,
                "nav": tab.nav,
                "pane": tab.pane,
                "within": tab.within,
            }
            for tab in tabs
        ],
        "ids": _IDS,
        "labels": LABELS,
        "badges": BADGES,
        "picks": _PICKS,
        "origins": ORIGIN_CELLS,
        "texts": _TEXTS,
        "graph": {"script": GRAPH_SCRIPT, "marks": MARKS},
        "mapping": MAPPING_WORDS,
    }
