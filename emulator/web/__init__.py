"""The HTML pages of a workspace."""
