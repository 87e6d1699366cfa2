"""Carries out a plan: imports, exports, removals."""
