"""How names of one workspace map to another: the mapping file, and what it lacks."""
