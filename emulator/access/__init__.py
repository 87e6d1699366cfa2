"""Who may do what with which object: the kinds that have permissions, and what was granted."""
