"""Reads both sides through the ports and hands them to the planners."""
