"""Git's side: a definition, its file name, the folder that holds them, and what Git ignores."""
