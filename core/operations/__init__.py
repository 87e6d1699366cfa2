"""An operation as it is followed, shown and remembered."""
