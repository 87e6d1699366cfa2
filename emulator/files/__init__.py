"""The workspace tree: files and notebooks on disk behind workspace paths."""
