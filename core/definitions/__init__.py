"""Git's side: a definition, its file's name, and the folder that holds them."""
