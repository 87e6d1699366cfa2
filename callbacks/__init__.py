"""Wiring between the page and the engine; each callback is a thin cover over a plain function."""
