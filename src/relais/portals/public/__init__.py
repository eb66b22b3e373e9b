"""The public portal: what it is, where it is, how to join."""
