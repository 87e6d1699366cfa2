"""The names of one workspace in another: the mapping file and what it leaves open."""
