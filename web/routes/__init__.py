"""What the page's scripts fetch, and what is read for it."""
