"""The only I/O towards Databricks: each gateway implements one Protocol of `core.ports`."""
