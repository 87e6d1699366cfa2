"""All definitions of the folder as one Asset Bundle, decided by pure functions."""
