"""What `cli.py` does beside calling the engine: the history and what is added to it, restores."""
