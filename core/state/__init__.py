"""What we remember in the workspace: ledgers, the lock, snapshots, the history."""
