"""The rules of `value_mappings`: read, held against each other, applied."""
