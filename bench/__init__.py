"""Measurements. Timings live here and never in a test."""
