"""Git folders, backed by the `git` binary."""
