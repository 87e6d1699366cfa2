"""The ids of both workspaces, as text: job-completion triggers name the workspace too."""

DEV_WORKSPACE_ID = "6051921418418893"
PROD_WORKSPACE_ID = "2214507836118240"
