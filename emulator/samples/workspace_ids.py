"""The ids of both workspaces, as text: job-completion triggers contain the workspace id too."""

DEV_WORKSPACE_ID = "6051921418418893"
PROD_WORKSPACE_ID = "2214507836118240"
