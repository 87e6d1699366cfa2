"""The engine: decides what differs between Git and a workspace, and carries it out."""
