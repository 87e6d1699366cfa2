"""Talks to one Databricks workspace over REST."""
