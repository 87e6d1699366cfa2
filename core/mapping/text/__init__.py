"""The mapping file as a text: where each value is, and how an edit leaves the rest alone."""
