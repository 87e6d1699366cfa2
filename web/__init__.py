"""What surrounds the page: who is signed in, background processes, security, the feed."""
