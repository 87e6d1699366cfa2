"""Measurements. Only `make reliability` asserts a time, where one is promised."""
