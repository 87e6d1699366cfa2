"""Every component id of the page, once."""

from collections.abc import Mapping

URL = "url"
TOAST = "toast"
CONFIG = "page-config"
REFRESH = "refresh"
START_REQUEST = "start-request"
STARTED = "operation-started"
ENDED = "operation-ended"
CANCEL_REQUEST = "cancel-request"
CANCELLED = "cancel-answer"
HISTORY_REQUEST = "history-request"
HISTORY_AGAIN = "history-again"
HISTORY_ENTRY_REQUEST = "history-entry-request"
HISTORY_ENTRY_AGAIN = "history-entry-again"
MAPPINGS_REQUEST = "mappings-request"
MAPPINGS_DRAFT = "mappings-draft"

# Header
NAV_EXPORT, NAV_IMPORT = "nav-export", "nav-import"
NAV_HISTORY, NAV_WORKSPACE = "nav-history", "nav-workspace"
NAV_MAPPINGS = "nav-mappings"
GIT_PLACE = "git-place"
WORKSPACE_PLACE = "workspace-place"
WORKSPACE_PROBLEM = "workspace-problem"
STORE_NOTICE = "store-notice"
CONNECTION_PROBLEM = "connection-problem"
CHANGE_REQUESTS = "change-requests"
OPERATION_ELSEWHERE = "operation-elsewhere"

# Tabs
PANE_EXPORT, PANE_IMPORT = "pane-export", "pane-import"
PANE_HISTORY, PANE_WORKSPACE = "pane-history", "pane-workspace"
PANE_MAPPINGS = "pane-mappings"
PANE_RESTORE = "pane-restore"

# Export tab
EXPORT_PREVIEW, EXPORT_START = "export-preview", "export-start"
EXPORT_PUSH = "export-push"
EXPORT_REASON = "export-reason"
EXPORT_PROGRESS, EXPORT_OUTCOME = "export-progress", "export-outcome"
EXPORT_CHIPS, EXPORT_GRID = "export-chips", "export-grid"

# Import tab
IMPORT_PULL, IMPORT_VALIDATE = "import-pull", "import-validate"
IMPORT_START, IMPORT_REMOVE, IMPORT_ADOPT = "import-start", "import-remove", "import-adopt"
IMPORT_NEEDS = "import-needs"
IMPORT_PAUSE, IMPORT_ASK = "import-pause", "import-ask"
IMPORT_GIT_LINK = "import-git-link"
IMPORT_PULL_REASON, IMPORT_VALIDATE_REASON = "import-pull-reason", "import-validate-reason"
IMPORT_START_REASON, IMPORT_REMOVE_REASON = "import-start-reason", "import-remove-reason"
IMPORT_PROGRESS, IMPORT_OUTCOME = "import-progress", "import-outcome"
IMPORT_CHIPS, IMPORT_GRID = "import-chips", "import-grid"
UNMANAGED, UNMANAGED_COUNT, UNMANAGED_GRID = "unmanaged", "unmanaged-count", "unmanaged-grid"

# Confirmation of a removal
REMOVE_DIALOG, REMOVE_LIST = "remove-dialog", "remove-list"
REMOVE_NUMBER, REMOVE_CONFIRM = "remove-number", "remove-confirm"
REMOVE_QUESTION, REMOVE_TITLE = "remove-question", "remove-title"
REMOVE_DOUBTS = "remove-doubts"

# Restore, below an entry of the history
RESTORE_ENTRY, RESTORE_ONLY = "restore-entry", "restore-only"
RESTORE_PREVIEW, RESTORE_START = "restore-preview", "restore-start"
RESTORE_PREVIEW_REASON, RESTORE_START_REASON = "restore-preview-reason", "restore-start-reason"
RESTORE_PROGRESS, RESTORE_OUTCOME = "restore-progress", "restore-outcome"
RESTORE_CHIPS, RESTORE_GRID = "restore-chips", "restore-grid"

# Confirmation of a restore
RESTORE_DIALOG, RESTORE_TITLE = "restore-dialog", "restore-title"
RESTORE_ASKED, RESTORE_TYPED = "restore-asked", "restore-typed"
RESTORE_NUMBER, RESTORE_CONFIRM = "restore-number", "restore-confirm"

# History tab
HISTORY_GRID, HISTORY_STATUS = "history-grid", "history-status"
HISTORY_LIST, HISTORY_ENTRY = "history-list", "history-entry"
HISTORY_ENTRY_HEAD, HISTORY_ROWS_GRID = "history-entry-head", "history-rows-grid"
HISTORY_RELOAD = "history-reload"

# Mappings tab
MAPPINGS_RELOAD, MAPPINGS_TEST = "mappings-reload", "mappings-test"
MAPPINGS_SAVE, MAPPINGS_CONFIRM = "mappings-save", "mappings-confirm"
MAPPINGS_REASON, MAPPINGS_GIT_LINK = "mappings-reason", "mappings-git-link"
MAPPINGS_PROGRESS, MAPPINGS_OUTCOME = "mappings-progress", "mappings-outcome"
MAPPINGS_GRID = "mappings-grid"

# Workspace tab
WORKSPACE_PROGRESS, WORKSPACE_BODY = "workspace-progress", "workspace-body"
WORKSPACE_RELOAD = "workspace-reload"

# Side panel; the button is in it for some rows only
TAKE_START = "take-start"
PANEL, PANEL_TITLE, PANEL_BODY = "side-panel", "side-panel-title", "side-panel-body"

# By kind of operation, the button that starts it or asks whether to
OPERATION_BUTTONS: Mapping[str, str] = {
    "preview": EXPORT_PREVIEW,
    "export": EXPORT_START,
    "pull": IMPORT_PULL,
    "validate": IMPORT_VALIDATE,
    "import": IMPORT_START,
    "remove": IMPORT_REMOVE,
    "adopt": IMPORT_ADOPT,
    "planrestore": RESTORE_PREVIEW,
    "restore": RESTORE_START,
    "take": TAKE_START,
    "info": WORKSPACE_RELOAD,
    "mappings": MAPPINGS_RELOAD,
    "test": MAPPINGS_TEST,
    "save": MAPPINGS_SAVE,
}
