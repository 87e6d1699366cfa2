"""Git's side: a definition, its file's name, the folder that holds them, and what Git ignores of it."""
