"""The REST endpoints, one file per area of the API."""
