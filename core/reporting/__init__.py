"""What users read about an operation: rows, counts, issues, CSV."""
