"""Things to try on the local workspaces."""
