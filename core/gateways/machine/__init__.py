"""Uses this machine: its disk, its processes."""
