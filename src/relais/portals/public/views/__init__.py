"""The open pages, by subject."""
