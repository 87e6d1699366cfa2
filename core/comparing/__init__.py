"""When two settings are equal, and how they differ when they are not."""
